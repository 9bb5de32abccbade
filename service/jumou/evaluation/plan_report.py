"""The report on expert plans, readable without help: what was compared, what was found, what was missed, by name."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from jumou.domain.framework import MODES, PROJECT_TYPES, Language
from jumou.evaluation.gold import GoldPlan
from jumou.evaluation.measures import VARIANTS, measure_definition, measure_name, variant_name
from jumou.evaluation.pages import Bar, Block, Chart, Fold, Heading, Prose, Table, interval, markdown, number, page
from jumou.evaluation.runs import Gate, Run
from jumou.evaluation.statistics import Mean

_MARK: Final = {"match": "●", "part": "◐", "no": "○"}
_ABOVE_NOTHING: Final = 0.0001
"""How thresholds write “above 0”."""

_HEADLINES: Final = (
    "mode_agreement", "mode_top2", "theme_match", "vision_covered", "project_recall", "project_match", "project_related",
    "kpi_coverage", "kpi_match", "strength_coverage", "gap_coverage", "framework_coverage", "citation_validity",
    "numeric_faithfulness",
)  # fmt: skip


def write_plan_report(run: Run, gold: tuple[GoldPlan, ...], folder: Path, language: Language) -> list[Path]:
    """`report.md` and `report.html` in the run's folder."""
    blocks = _blocks(run, {plan.id: plan for plan in gold}, language)
    title = "专家规划对照评测报告" if language == "zh" else "Evaluation against expert plans"
    written = [folder / "report.md", folder / "report.html"]
    written[0].write_text(markdown(blocks), encoding="utf-8")
    written[1].write_text(page(title, blocks, language), encoding="utf-8")
    return written


def _blocks(run: Run, gold: Mapping[str, GoldPlan], language: Language) -> list[Block]:
    zh = language == "zh"
    scores: dict[str, dict[str, Any]] = run.detail["scores"].get(run.configuration["drafter"], {})
    goals = {gate.measure: gate.at_least for gate in run.gates}
    blocks: list[Block] = [
        Heading("专家规划对照评测报告" if zh else "Evaluation against expert plans", 1),
        Prose(
            f"把聚谋起草的 {len(scores)} 份规划与专家已发布的规划逐项对照。起草时不使用与该区域或该规划有关的文献。专家规划只看到一部分，所以只计算专家条目被覆盖的比例（召回），不因起草了专家没有的项目而扣分。"
            "● 表示完全覆盖，◐ 表示部分覆盖（做法相同而对象更宽、更窄或不同），○ 表示没有覆盖。“—”表示没有测量。"
            if zh
            else f"{len(scores)} plans drafted by jumou are compared with what experts published, item by item. Documents about the region or the plan itself were kept out. Only a part of each expert's plan was seen, so the share of the expert's items that is covered counts (recall), and nothing is deducted for projects the expert does not have. ● covered, ◐ in part (same measure for a wider, narrower or other thing), ○ not covered, — not measured."
        ),
        Chart(
            "主要结果（黑线为95%区间）" if zh else "Main results (black: 95 % interval)",
            tuple(
                Bar(measure_name(name, language), run.means[name].value, run.means[name].low, run.means[name].high)
                for name in _HEADLINES
                if name in run.means
            ),
        ),
    ]
    if run.gates:
        blocks.append(
            Table(
                ("指标", "结果", "要求", "是否达到") if zh else ("measure", "value", "asked", "met"),
                tuple(
                    (gate_name(gate.measure, language), number(gate.value), _asked(gate, zh=zh), "●" if gate.reached else "○")
                    for gate in run.gates
                ),
                "门槛" if zh else "Thresholds",
            )
        )  # fmt: skip
    blocks += [
        Heading("与基准的比较" if zh else "Against the baselines"),
        *_baselines(run, goals, language),
        Heading("九类项目" if zh else "By type of project"),
        Chart(
            "各类型项目召回" if zh else "Project recall by type",
            tuple(
                Bar(f"{kind} {name.in_(language)}", mean.value, mean.low, mean.high)
                for kind, name in PROJECT_TYPES.items()
                if (mean := run.means.get(f"project_recall_{kind}")) is not None
            ),
        ),
        Heading("分组" if zh else "Groups"),
        _slices(run, language),
        Heading("各份规划一览" if zh else "All plans at a glance"),
        _overview(scores, gold, language),
        Heading("逐份对照（点击展开）" if zh else "Plan by plan (click to open)"),
        *(_case(name, content, gold.get(name), run, language) for name, content in scores.items()),
    ]
    if run.failures:
        blocks += [
            Heading("未能起草的案例" if zh else "Cases that failed"),
            Table(("案例" if zh else "case", "原因" if zh else "why"), tuple(run.failures.items())),
        ]
    blocks += [
        Heading("指标定义与全部结果" if zh else "All measures and what they mean"),
        Table(
            ("指标", "均值", "95%区间", "案例数", "未测", "定义") if zh else ("measure", "mean", "95 %", "cases", "not measured", "definition"),
            tuple(
                (gate_name(name, language), number(mean.value), interval(mean.low, mean.high), str(mean.cases), str(mean.unmeasured), measure_definition(name, language))
                for name, mean in run.means.items()
            ),
        ),
        Heading("运行配置" if zh else "Configuration"),
        Table(("项" if zh else "key", "值" if zh else "value"), tuple((key, str(value)) for key, value in run.configuration.items())),
    ]  # fmt: skip
    return blocks


def _asked(gate: Gate, *, zh: bool) -> str:
    asked = "> 0" if _ABOVE_NOTHING in (gate.at_least, gate.goal) else gate.asked
    return asked if gate.goal is None else asked + ("（目标，不计入门槛）" if zh else " (a goal, fails nothing)")


def gate_name(name: str, language: Language) -> str:
    """A measure's name, also of one that says how far a baseline is beaten."""
    if name.startswith("beats_"):
        for variant in VARIANTS:
            if name.startswith(f"beats_{variant}_"):
                what = measure_name(name.removeprefix(f"beats_{variant}_"), language)
                return f"{what}: {'高出“' if language == 'zh' else 'above '}{variant_name(variant, language)}{'”的区间下限' if language == 'zh' else ', lower end'}"
    return measure_name(name, language)


def _baselines(run: Run, goals: Mapping[str, float | None], language: Language) -> list[Block]:
    zh = language == "zh"
    shown: list[Block] = []
    for name in ("project_recall", "kpi_coverage", "projects_grounded"):
        bars = [
            Bar(
                variant_name(run.configuration["drafter"], language),
                run.means[name].value,
                run.means[name].low,
                run.means[name].high,
            )
        ]
        for variant, values in run.detail["baselines"].items():
            mean = values.get(name)
            found = mean or {"value": None, "low": None, "high": None}
            bars.append(Bar(variant_name(variant, language), found["value"], found["low"], found["high"], 1))
        shown.append(Chart(measure_name(name, language), tuple(bars), goals.get(name)))
    variants = list(run.differences)
    measures = list(dict.fromkeys(name for gaps in run.differences.values() for name in gaps))
    rows = tuple(
        (measure_name(name, language), *(_gap(run.differences[variant].get(name)) for variant in variants))
        for name in measures
    )
    head = ("聚谋高出" if zh else "jumou above", *(variant_name(variant, language) for variant in variants))
    caption = (
        "按案例配对的差及其95%区间：● 聚谋更高，○ 聚谋更低，无标记表示区间含0，看不出差别"
        if zh
        else "differences paired by case with 95 % intervals: ● jumou is higher, ○ lower, no mark: the interval holds 0"
    )
    return [*shown, Table(head, rows, caption)]


def _gap(gap: Mean | None) -> str:
    """A difference with its interval, marked when the interval leaves out 0."""
    if gap is None or gap.value is None or gap.low is None or gap.high is None:
        return "—"
    mark = "● " if gap.low > 0 else "○ " if gap.high < 0 else ""
    return f"{mark}{gap.value:+.3f} {interval(gap.low, gap.high)}"


def _overview(scores: Mapping[str, Mapping[str, Any]], gold: Mapping[str, GoldPlan], language: Language) -> Table:
    """One line a plan: how much was found, and by name what was missed."""
    zh = language == "zh"

    def counted(rows: Sequence[Mapping[str, Any]]) -> str:
        labels = [row["label"] for row in rows]
        return " / ".join(str(labels.count(label)) for label in _MARK)

    rows = []
    for name, content in scores.items():
        plan = gold.get(name)
        missed = [row["gold_name"] for row in content["projects"] if row["label"] == "no"]
        missed += [row["indicator"] for row in content["kpis"] if row["label"] == "no" and not row["qualitative"]]
        rows.append(
            (
                plan.expert.title if plan else name,
                ("● " if content["expert_mode"] == content["draft_mode"] else "○ ") + _mode(content["draft_mode"], language),
                number(content["measures"]["project_recall_all"]), counted(content["projects"]),
                number(content["measures"]["kpi_coverage_all"]), counted(content["kpis"]) if content["kpis"] else "—",
                ("；" if zh else "; ").join(missed) or ("无" if zh else "none"),
            )
        )  # fmt: skip
    head = (
        ("专家规划", "起草的模式", "项目召回", "项目条数", "指标覆盖", "指标条数", "没有找到的项目和指标")
        if zh
        else ("expert's plan", "drafted mode", "recall", "projects", "coverage", "KPIs", "projects and KPIs not found")
    )
    return Table(
        head,
        tuple(rows),
        "● 模式与专家相同；条数依次为完全、部分、没有覆盖"
        if zh
        else "● the expert's mode; counts: covered / in part / not covered",
    )


def _slices(run: Run, language: Language) -> Table:
    names = ("mode_agreement", "project_recall", "project_match", "kpi_coverage", "gap_coverage")
    rows = []
    for key, means in run.slices.items():
        kind, _, value = key.partition("=")
        label = {
            "grade": "完整度等级" if language == "zh" else "grade",
            "mode": "模式" if language == "zh" else "mode",
            "language": "语言" if language == "zh" else "language",
        }[kind]
        shown = MODES[value].in_(language) if kind == "mode" and value in MODES else value
        cases = max((mean.cases for mean in means.values()), default=0)
        rows.append(
            (f"{label} {shown}", str(cases), *(number(means[name].value) if name in means else "—" for name in names))
        )
    head = (
        "组" if language == "zh" else "group",
        "案例" if language == "zh" else "cases",
        *(measure_name(name, language) for name in names),
    )
    return Table(head, tuple(rows))


def _case(name: str, content: Mapping[str, Any], plan: GoldPlan | None, run: Run, language: Language) -> Fold:
    zh = language == "zh"
    measures = content["measures"]
    title = f"{plan.expert.title if plan else name} — {measure_name('project_recall_all', language)} {number(measures['project_recall_all'])}，{measure_name('kpi_coverage_all', language)} {number(measures['kpi_coverage_all'])}"
    inner: list[Block] = []
    if plan is not None:
        expert = plan.expert
        inner.append(
            Table(
                ("", "专家", "聚谋") if zh else ("", "expert", "jumou"),
                (
                    ("模式" if zh else "mode", _mode(expert.mode, language), _mode(content["draft_mode"], language)),
                    ("主题" if zh else "theme", f"{expert.theme.primary or ''}；{expert.theme.secondary or ''}", "；".join(content["draft_themes"])[:160]),
                    ("愿景" if zh else "vision", "；".join(filter(None, (expert.vision_elements.position, expert.vision_elements.scope, expert.vision_elements.function, expert.vision_elements.horizon))), (content["draft_vision"] or "—")[:220]),
                ),
            )
        )  # fmt: skip
    head = (
        ("专家项目", "类型", "聚谋项目", "类型", "判断")
        if zh
        else ("expert's project", "type", "jumou's project", "type", "verdict")
    )
    inner.append(
        Table(
            head,
            tuple(
                (f"{_MARK[row['label']]} {row['gold_name']}{'（备注项）' if row['note'] and zh else ' (note)' if row['note'] else ''}", _type(row["gold_type"], language),
                 row["draft_name"] or "—", _type(row["draft_type"], language), _verdict(row, zh=zh))
                for row in content["projects"]
            ),
        )
    )  # fmt: skip
    if content["kpis"]:
        inner.append(
            Table(
                ("专家指标", "目标", "聚谋指标", "单位", "目标比") if zh else ("expert's KPI", "target", "jumou's KPI", "unit", "ratio"),
                tuple(
                    (f"{_MARK[row['label']]} {row['indicator']}", f"{row['target']} {row['unit']}", row["draft_name"] or "—", row["draft_unit"] or "—", _ratio(row["log_ratio"]))
                    for row in content["kpis"]
                ),
            )
        )  # fmt: skip
    if content["texts"]:
        words = {"strength": ("优势", "strength"), "weakness": ("短板", "weakness"), "link": ("薄弱环节", "weak link")}
        inner.append(
            Table(
                ("专家判断", "内容", "聚谋诊断") if zh else ("expert says", "what", "jumou's diagnosis"),
                tuple((words[row["kind"]][0 if zh else 1], f"{'●' if row['found'] else '○'} {row['text']}", row["draft"][:90] or "—") for row in content["texts"]),
            )
        )  # fmt: skip
    if content["novel"]:
        inner.append(
            Prose(("聚谋另外提出：" if zh else "Also proposed: ") + ("；" if zh else "; ").join(content["novel"]))
        )
    kept = run.detail["kept_out"].get(name) or {}
    inner.append(
        Prose(
            ("未使用的文献（涉及本区域或本规划）：" if zh else "Kept out (about the region or the plan): ")
            + ("；".join(f"{document}（{why}）" for document, why in kept.items()) or ("无" if zh else "none"))
        )
    )
    return Fold(title, tuple(inner))


def _mode(key: str | None, language: Language) -> str:
    return MODES[key].in_(language) if key in MODES else "—"


def _type(kind: str | None, language: Language) -> str:
    return f"{kind} {PROJECT_TYPES[kind].in_(language)}" if kind in PROJECT_TYPES else "—"


def _ratio(value: float | None) -> str:
    return "—" if value is None else f"×{2.718281828**value:.2f}"


def _verdict(row: Mapping[str, Any], *, zh: bool) -> str:
    words = {"match": ("完全覆盖", "covered"), "part": ("部分覆盖", "in part"), "no": ("未覆盖", "missed")}
    how = {"merged": ("，一项覆盖多项", ", merged"), "split": ("，由多项合成", ", split")}.get(row["how"], ("", ""))
    by = ("（人工核定）", " (by a person)") if row["by"] == "person" else ("", "")
    at = 0 if zh else 1
    return words[row["label"]][at] + how[at] + by[at]
