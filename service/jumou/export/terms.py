"""The words that stand around a plan's contents, in both languages: labels, names of keys, explanations of marks."""

from collections.abc import Mapping
from typing import Any, Final

from jumou.domain.diagnosis import ChainActionKind, NodeState
from jumou.domain.evidence import DocumentStatus, Grade, Level, State
from jumou.domain.framework import Language, Name
from jumou.domain.portfolio import Funding
from jumou.domain.quantity import Basis

FUNDING: Final[dict[Funding, Name]] = {
    "government": Name("政府投资", "government"),
    "special_bond": Name("专项债券", "special bonds"),
    "industry_fund": Name("产业基金", "industry fund"),
    "policy_bank": Name("政策性银行贷款", "policy-bank loans"),
    "bank_loan": Name("商业银行贷款", "bank loans"),
    "enterprise": Name("企业自筹", "enterprise funds"),
    "social_capital": Name("社会资本", "private capital"),
}

BASES: Final[dict[Basis, Name]] = {
    "profile": Name("区域资料", "profile"),
    "source": Name("引用来源", "cited source"),
    "computed": Name("测算", "computed"),
    "assumption": Name("规划假设", "planning assumption"),
}

STATES: Final[dict[State, Name]] = {
    "grounded": Name("有依据", "grounded"),
    "assumption": Name("规划假设", "planning assumption"),
    "no_evidence": Name("未见依据", "no evidence found"),
}

GRADES: Final[dict[Grade, Name]] = {
    "A": Name("A（官方或权威来源）", "A (official or major)"),
    "B": Name("B（一般来源）", "B (secondary)"),
    "C": Name("C（单一或存疑来源）", "C (single or doubtful)"),
}

STATUSES: Final[dict[DocumentStatus, Name]] = {
    "in_force": Name("现行有效", "in force"),
    "pilot": Name("试行", "pilot"),
    "draft": Name("征求意见", "draft"),
    "list": Name("名单公布", "published list"),
    "expired": Name("已到期", "expired"),
    "superseded": Name("已被替代", "superseded"),
    "unknown": Name("效力待核", "status not verified"),
}

LEVELS: Final[dict[Level, Name]] = {
    "national": Name("国家", "national"),
    "provincial": Name("省级", "provincial"),
    "city": Name("市级", "city"),
    "county": Name("县级", "county"),
    "park": Name("园区", "park"),
    "international": Name("国外", "international"),
    "unknown": Name("层级待核", "level not verified"),
}

NODE_STATES: Final[dict[NodeState, Name]] = {
    "strong": Name("优势环节", "strong"),
    "weak": Name("薄弱环节", "weak"),
    "missing": Name("缺失环节", "missing"),
    "unknown": Name("待查明", "unknown"),
}

CHAIN_ACTIONS: Final[dict[ChainActionKind, Name]] = {
    "introduce": Name("补链", "introduce"),
    "strengthen": Name("强链", "strengthen"),
    "extend": Name("延链", "extend"),
}

POSITIONS: Final[dict[str, Name]] = {
    "upstream": Name("上游", "upstream"),
    "midstream": Name("中游", "midstream"),
    "downstream": Name("下游", "downstream"),
    "service": Name("服务支撑", "services"),
}

PRESENCE: Final[dict[str, Name]] = {
    "strong": Name("较强", "strong"),
    "partial": Name("有一定基础", "partial"),
    "weak": Name("偏弱", "weak"),
    "unknown": Name("资料不足", "unknown"),
}

AT_WORK: Final[dict[str, Name]] = {
    "yes": Name("作用明显", "at work"),
    "partly": Name("部分作用", "partly"),
    "not_seen": Name("尚未显现", "not seen"),
}

MET: Final[dict[str, Name]] = {
    "yes": Name("符合", "met"),
    "partly": Name("部分符合", "partly met"),
    "no": Name("不符合", "not met"),
    "unknown": Name("资料不足", "unknown"),
}

GATES: Final[dict[str, Name]] = {
    "passed": Name("通过", "passed"),
    "failed": Name("未通过", "failed"),
    "not_verified": Name("未核实", "not verified"),
}

GAP_KINDS: Final[dict[str, Name]] = {
    "chain_missing": Name("缺链", "missing link"),
    "chain_weak": Name("弱链", "weak link"),
    "chain_extend": Name("延链", "link to extend"),
    "element": Name("要素短板", "element"),
    "driver": Name("动力不足", "driver"),
    "mode": Name("模式条件", "mode condition"),
    "transition": Name("转型", "transition"),
    "stated": Name("自述问题", "stated by the region"),
}

PRIORITIES: Final[dict[str, Name]] = {
    "high": Name("高", "high"),
    "medium": Name("中", "medium"),
    "low": Name("低", "low"),
}

SEVERITIES: Final[dict[str, Name]] = {
    "must": Name("必须", "must"),
    "check": Name("核查", "check"),
    "note": Name("提示", "note"),
    "error": Name("错误", "error"),
    "warning": Name("警告", "warning"),
}

INSTRUMENTS: Final[dict[str, Name]] = {
    "land": Name("土地", "land"),
    "finance": Name("金融", "finance"),
    "tax": Name("税收", "tax"),
    "data": Name("数据", "data"),
    "scenario": Name("场景", "scenario"),
    "talent": Name("人才", "talent"),
    "standard": Name("标准", "standard"),
}

SHAPES: Final[dict[str, Name]] = {
    "smile": Name("微笑曲线（两端高、中间低）", "a smile: both ends high, the middle low"),
    "frown": Name("倒微笑（中间高、两端低）", "a frown: the middle high, both ends low"),
    "rising": Name("向下游递增", "rising downstream"),
    "falling": Name("向下游递减", "falling downstream"),
    "flat": Name("基本持平", "flat"),
    "unknown": Name("数据不足，形态不判断", "too few points to judge the shape"),
}

OUTCOMES: Final[dict[str, Name]] = {
    "success": Name("成功", "success"),
    "mixed": Name("有得有失", "mixed"),
    "failure": Name("受挫", "set-back"),
}

COUNTRIES: Final[dict[str, Name]] = {
    name: Name(name, english)
    for name, english in (
        ("中国", "China"), ("中国台湾", "Taiwan, China"), ("中国香港", "Hong Kong, China"), ("丹麦", "Denmark"),
        ("丹麦/瑞典", "Denmark and Sweden"), ("俄罗斯", "Russia"), ("印度", "India"), ("德国", "Germany"), ("意大利", "Italy"),
        ("新加坡", "Singapore"), ("日本", "Japan"), ("比利时", "Belgium"), ("法国", "France"), ("澳大利亚", "Australia"),
        ("爱尔兰", "Ireland"), ("美国", "United States"), ("芬兰", "Finland"), ("英国", "United Kingdom"),
        ("荷兰", "Netherlands"), ("韩国", "South Korea"), ("马来西亚", "Malaysia"), ("西班牙", "Spain"), ("瑞典", "Sweden"),
        ("瑞士", "Switzerland"), ("奥地利", "Austria"), ("加拿大", "Canada"), ("以色列", "Israel"), ("越南", "Vietnam"),
        ("泰国", "Thailand"), ("巴西", "Brazil"), ("墨西哥", "Mexico"), ("挪威", "Norway"),
    )
}  # fmt: skip
"""Where the benchmark cases of the corpus lie."""

FINDING_KINDS: Final[dict[str, Name]] = {
    "quote": Name("引文", "quote"),
    "figure": Name("数据", "figure"),
    "reference": Name("引用关系", "reference"),
    "state": Name("依据状态", "state"),
    "coverage": Name("完整性", "coverage"),
    "compliance": Name("合规", "compliance"),
    "structure": Name("结构", "structure"),
}


def term(names: Mapping[Any, Name], key: str, language: Language) -> str:
    """The name of `key`, or the key itself when the table does not know it."""
    name = names.get(key)
    return name.in_(language) if name is not None else key
