"""Before the first chapter: what the plan is, what it proposes at a glance, and how to read its marks."""

from jumou.domain.framework import MODES
from jumou.drafting.wording import shown
from jumou.export.blocks import Cell, Line, Run, cell, plain
from jumou.export.chapters.page import Page


def front(page: Page) -> None:
    """The opening remarks."""
    plan, voice = page.plan, page.voice
    made, mode = plan.provenance, plan.positioning.mode
    page.bare_heading("编制说明", "About this draft")
    total = plan.implementation.financing.total
    years = [row.year for row in plan.implementation.financing.years] or [
        target.year for kpi in plan.implementation.kpis[:1] for target in kpi.targets
    ]
    term = (
        f"{min(years)}—{max(years)}"
        if years and page.language == "zh"
        else f"{min(years)}–{max(years)}"
        if years
        else ""
    )
    rows: list[tuple[str, Cell]] = [
        (page.pick("规划区域", "Region"), cell(page.pick(" ", ", ").join(part for part in _places(page) if part))),
        (page.pick("主导产业", "Industry"), cell(_industry(page))),
        (page.pick("规划期", "Term"), cell(term + (page.pick("年", "") if term else ""))),
        (page.pick("聚焦主题", "Themes"), cell(*(theme.name for theme in plan.positioning.themes))),
        (page.pick("主导模式", "Leading mode"), cell(voice.name(MODES[mode.key]))),
        (page.pick("发展愿景", "Vision"), (( *plain(plan.positioning.vision.text), *voice.marks(plan.positioning.vision)),)),
        (page.pick("项目与指标", "Projects and KPIs"), cell(page.pick(
            f"项目{len(plan.projects)}个，关键绩效指标{len(plan.implementation.kpis)}项",
            f"{len(plan.projects)} projects, {len(plan.implementation.kpis)} KPIs",
        ))),
        (page.pick("总投资", "Investment"), (investment(page),) if total else (voice.missing("待可行性研究确定", "left to feasibility studies"),)),
        (page.pick("待补数据", "Data to collect"), cell(page.pick(f"{len(plan.diagnosis.data_gaps)}项，见附件", f"{len(plan.diagnosis.data_gaps)}, see the annex"))),
        (page.pick("编制依据版本", "Made with"), cell(page.pick(
            f"起草方式：{made.drafter}；资料库版本：{made.corpus_version}；检索编码：{made.encoder}；程序版本：{made.jumou_version}",
            f"drafter {made.drafter}; corpus {made.corpus_version}; encoder {made.encoder}; version {made.jumou_version}",
        ))),
    ]  # fmt: skip
    page.record(voice.strong(page.pick("规划要点一览", "The plan at a glance")), rows)
    page.body(plain(page.pick(
        "本文件为规划初稿，供评审修改使用。每一判断均标注依据，标注含义如下：",
        "This is a first draft for review. Every statement carries its ground; the marks mean:",
    )))  # fmt: skip
    b = voice.bracketed
    page.items((
        (Run("[n]", "source"), *plain(page.pick(
            "　有依据：引自所编号来源，[n-m]为该来源的第m条引文，原文见“依据与来源”附件；",
            "  grounded: quoted from source n; [n-m] is its m-th quote. The sentences stand in the annex of sources;",
        ))),
        (Run(b(page.pick("区域资料", "profile")), "state"), *plain(page.pick(
            "　有依据：来自所提交的区域资料；", "  grounded: taken from the region's profile;",
        ))),
        (Run(b(page.pick("测算", "computed")), "state"), *plain(page.pick(
            "　有依据：由上述数据按公式测算，公式见“数据与依据”附件；", "  grounded: computed from such figures; the formula stands in the annex of figures;",
        ))),
        (Run(b(page.pick("规划假设", "planning assumption")), "state"), *plain(page.pick(
            "　起草时设定的规划值或判断，须经论证确认；", "  a value or judgement set for planning, to be argued and confirmed;",
        ))),
        (Run(b(page.pick("未见依据", "no evidence found")), "warning"), *plain(page.pick(
            "　现有资料与资料库未见支撑，须补充资料或删改。", "  nothing in the profile or the corpus supports it: supply evidence or strike it out.",
        ))),
    ))  # fmt: skip
    page.note(
        "未另行标注起草者的内容由规则起草；模型起草或人工修改的内容在句末以〔模型：…〕〔人工：…〕标明。",
        "What names no author was drafted by rules; what a model wrote or a person changed is marked [model: …] or [person: …].",
    )


def investment(page: Page) -> Line:
    """The middle, with the range behind it."""
    money, voice = page.plan.implementation.financing, page.voice
    if money.central is None:
        return voice.figure(money.total)
    left, right = ("（合理区间", "）") if page.language == "zh" else (" (range ", ")")
    return (
        *plain(page.pick("约", "about ") + shown(money.central, page.language) + left),
        *voice.figure(money.total),
        *plain(right),
    )


def _industry(page: Page) -> str:
    """The industry as the planner named it; an English plan gives a Chinese name its chain's beside it."""
    named, chain = page.plan.profile.target_industry, page.plan.diagnosis.value_chain.name
    if not named:
        return chain
    return named if page.language == "zh" or named.isascii() else f"{chain} ({named})"


def _places(page: Page) -> tuple[str, ...]:
    """The region and what it lies in, in the order of the language."""
    profile = page.plan.profile
    return (profile.parent, profile.name) if page.language == "zh" else (profile.name, profile.parent)
