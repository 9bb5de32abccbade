"""The measures' names and definitions, as reports print them."""

from typing import Final

from jumou.domain.chain import Text
from jumou.domain.framework import PROJECT_TYPES, Language

_DEFINED: Final[dict[str, tuple[str, str, str, str]]] = {
    "mode_agreement": ("主导模式一致率", "mode agreement", "起草模式与专家模式相同的案例占比（软标签，按完整度加权）", "share of cases where the drafted mode is the expert's (soft label, weighted by completeness)"),
    "mode_top2": ("专家模式进入前二", "expert's mode in the top two", "专家模式在决策表中排名前二", "the expert's mode ranks first or second in the decision table"),
    "mode_rank": ("专家模式平均排名", "rank of the expert's mode", "1 为最好", "1 is best"),
    "theme_match": ("主题吻合度", "theme match", "专家主题词在起草主题及边界中出现的比例，或语义相近程度，取大者", "share of the expert's theme found in the drafted themes, or closeness in meaning"),
    "vision_covered": ("愿景要素覆盖", "vision elements covered", "定位、范围、功能、期限四要素中被覆盖的比例", "share of position, scope, function, horizon covered"),
    "project_recall": ("项目召回（不含备注项）", "project recall (items without a note)", "专家项目被起草项目覆盖的比例：完全覆盖计1，部分覆盖计0.5", "share of the expert's projects covered: 1 for a match, .5 for a part"),
    "project_match": ("项目完全覆盖率（不含备注项）", "projects fully covered (without a note)", "只计完全覆盖", "matches only"),
    "project_related": ("项目相关率（不含备注项）", "projects at least touched (without a note)", "完全或部分覆盖", "match or part"),
    "project_recall_all": ("项目召回（全部项）", "project recall (all items)", "含来自配套文件或推断的项目", "with items from companion documents or inference"),
    "project_match_all": ("项目完全覆盖率（全部项）", "projects fully covered (all items)", "同上，只计完全覆盖", "matches only"),
    "project_related_all": ("项目相关率（全部项）", "projects at least touched (all items)", "同上，完全或部分覆盖", "match or part"),
    "kpi_coverage": ("指标覆盖", "KPI coverage", "定量指标被覆盖的比例：含义和单位族相同计1，范围不同计0.5", "share of quantitative indicators covered: same meaning and unit family 1, another branch .5"),
    "kpi_match": ("指标完全覆盖率", "KPIs fully covered", "只计完全相同的指标", "matches only"),
    "kpi_related": ("指标相关率", "KPIs at least touched", "完全或部分覆盖", "match or part"),
    "kpi_coverage_all": ("指标覆盖（含定性项）", "KPI coverage (with qualitative items)", "口号和状态类目标也计入", "targets in words count too"),
    "target_log_ratio": ("目标值对数比", "target ratio (log)", "ln(起草目标/专家目标)，单位换算后；0 为相同", "ln(draft/expert) after converting units; 0 is equal"),
    "target_distance": ("目标值偏离", "distance of targets", "对数比的绝对值", "absolute log ratio"),
    "targets_within_double": ("目标值相差不超过一倍", "targets within a factor of two", "占可比目标的比例", "share of comparable targets"),
    "strength_coverage": ("优势覆盖", "strengths covered", "专家列出的优势在诊断中出现的比例", "share of the expert's strengths in the diagnosis"),
    "gap_coverage": ("短板覆盖", "gaps covered", "专家列出的短板和薄弱环节在诊断中出现的比例", "share of the expert's weaknesses and weak links in the diagnosis"),
    "framework_coverage": ("框架完整度", "framework coverage", "五驱动、六要素、五模式、九类型等组成部分齐备的比例", "share of the framework's parts present"),
    "citation_validity": ("引文有效率", "citation validity", "引文确在所指段落中的比例（独立程序核对）", "share of quotes that stand in their passage (independent checker)"),
    "numeric_faithfulness": ("数字可溯率", "numeric faithfulness", "正文数字能在数据、引文或区域资料中找到的比例（独立程序核对）", "share of numbers in prose found in figures, quotes or the profile"),
    "reference_validity": ("引用关系有效率", "reference validity", "项目、短板、指标等编号引用存在的比例", "share of references between objects that resolve"),
    "novel_grounded": ("新增项目有据率", "new projects grounded", "专家规划未见的起草项目中带引文的比例", "share of drafted projects unknown to the gold that carry a citation"),
    "projects_grounded": ("项目有据率", "projects grounded", "起草项目中带引文（先例或政策依据）的比例", "share of drafted projects that carry a citation of a case or a policy"),
    "compliance_findings": ("合规提示数", "compliance findings", "每份规划的合规提示条数", "per plan"),
    "projects_drafted": ("起草项目数", "projects drafted", "每份规划", "per plan"),
    "kpis_drafted": ("起草指标数", "KPIs drafted", "每份规划", "per plan"),
    "characters": ("篇幅（字符）", "length (characters)", "四步正文", "texts of the four steps"),
    "seconds": ("用时（秒）", "time (s)", "每份规划", "per plan"),
    "model_calls": ("模型调用次数", "model calls", "每份规划；规则起草为0", "per plan; 0 for the rules drafter"),
    "cost": ("模型费用（美元）", "model cost (US dollars)", "每份规划；规则起草为0，价格未知时不计", "per plan; 0 for the rules drafter, not measured where the price is unknown"),
    "refusal_precision": ("拒答精确率", "refusal precision", "被拒答的问题中确无答案的比例", "share of refused questions that have no answer"),
    "refusal_recall": ("拒答召回率", "refusal recall", "没有答案的问题被拒答的比例", "share of questions without an answer that are refused"),
    "answered": ("可答问题作答率", "questions answered", "有答案的问题没有被拒答的比例", "share of questions with an answer that are not refused"),
    "refusal_cut": ("产品所用切点", "the product's cut", "低于切点即提示没有找到依据", "below it, no evidence was found"),
    "refusal_cut_fitted": ("重新拟合的切点", "the cut fitted anew", "在一半问题上选定，供核对", "on one half of the questions, to compare"),
    "superseded_not_first": ("废止文件不居首", "superseded documents not first", "以废止文件题名检索，首条不是废止文件", "asked for by its title, a superseded document does not come first"),
    "injections_held": ("注入未改变决定", "planted instructions held", "写入指令后决定性内容没有改变的比例", "share of planted texts that changed no decision"),
}  # fmt: skip

VARIANTS: Final = {
    "rules": Text(zh="聚谋（规则起草）", en="jumou (rules)"),
    "llm": Text(zh="聚谋（模型起草）", en="jumou (model)"),
    "no_retrieval": Text(zh="仅用区域资料（无文献、无产业链）", en="profile only (no documents, no chains)"),
    "no_analysis": Text(zh="只检索，不分析", en="retrieval without analysis"),
    "template": Text(zh="固定模板", en="fixed template"),
    "single_prompt": Text(zh="同一模型，单条提示词", en="the same model, one single prompt"),
}


def measure_name(key: str, language: Language) -> str:
    """A measure's name; the key itself when it has none."""
    if key.startswith("project_recall_") and (kind := key.removeprefix("project_recall_")) in PROJECT_TYPES:
        label = PROJECT_TYPES[kind].in_(language)
        return f"{'项目召回' if language == 'zh' else 'project recall'} {kind} {label}"
    found = _DEFINED.get(key)
    return key if found is None else found[0 if language == "zh" else 1]


def measure_definition(key: str, language: Language) -> str:
    """What a measure means; empty when it needs no words."""
    found = _DEFINED.get(key)
    return "" if found is None else found[2 if language == "zh" else 3]


def variant_name(key: str, language: Language) -> str:
    """How a compared draft is called."""
    drafter, _, model = key.partition(":")
    if drafter not in VARIANTS:
        return key
    return VARIANTS[drafter].in_(language) + (f" {model}" if model else "")
