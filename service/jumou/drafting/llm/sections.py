"""The parts of each step that are asked for in one call: their prompt and their slots."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from jumou.domain.diagnosis import Diagnosis
from jumou.domain.framework import DRIVERS, ELEMENTS, MODES, PESTEL, PROJECT_TYPES
from jumou.domain.implementation import Implementation
from jumou.domain.portfolio import Project
from jumou.domain.positioning import Positioning
from jumou.domain.quantity import Quantity
from jumou.drafting.context import DraftContext
from jumou.drafting.llm.slots import Path, Slot, slot

_MOST_SLOTS: Final = 8
_INDICATORS: Final = 16


@dataclass(frozen=True, slots=True)
class Section:
    """One call: a prompt, the texts it is about, further figures it may use, and what to search the library for."""

    prompt: str
    slots: tuple[Slot, ...]
    figures: tuple[Quantity, ...] = ()
    query: str = ""


def diagnosis_sections(ctx: DraftContext, whole: Diagnosis) -> list[Section]:
    """Macro scan, endowment, elements, drivers and conditions, chain, benchmarks, gaps, summary."""
    name = ctx.industry.name
    counted = tuple(item.quantity() for item in whole.indicators if item.computable)[:_INDICATORS]
    pick = ctx.writer.pick

    def said(path: Path, id_: str, title: str, item: str = "") -> Slot:
        return slot(whole, path, ("text",), id_=id_, item=item or id_, title=title)

    macro = [
        said(
            ("macro", "factors", n),
            f"factor/{one.id}",
            f"{PESTEL[one.factor].in_(ctx.language)} · {_kind(ctx, one.kind)}",
        )
        for n, one in enumerate(whole.macro.factors)
    ]
    endowment = [
        said(
            ("endowment", n),
            f"endowment/{one.id}",
            f"{ELEMENTS[one.element].in_(ctx.language)} · {_kind(ctx, one.kind)}",
        )
        for n, one in enumerate(whole.endowment)
    ]
    elements = [
        said(("elements", n), f"element/{one.element}", ELEMENTS[one.element].in_(ctx.language))
        for n, one in enumerate(whole.elements)
    ]
    drivers = [
        said(("drivers", n), f"driver/{one.driver}", DRIVERS[one.driver].in_(ctx.language))
        for n, one in enumerate(whole.drivers)
    ]
    conditions = [
        said(("mode_conditions", n), f"condition/{one.mode}", MODES[one.mode].in_(ctx.language))
        for n, one in enumerate(whole.mode_conditions)
    ]
    gaps = [said(("gaps", n), f"gap/{one.id}", one.name) for n, one in enumerate(whole.gaps)]
    summary = [
        said(("summary", n), f"summary/{n + 1}", pick("综述", "summary"), "summary") for n in range(len(whole.summary))
    ]
    chain = [
        said(("value_chain", "actions", n), f"chain/action_{n + 1}", pick("产业链行动", "chain action"), "value_chain")
        for n in range(len(whole.value_chain.actions))
    ]
    if whole.value_chain.smile.reading is not None:
        chain.insert(
            0, said(("value_chain", "smile", "reading"), "chain/smile", pick("微笑曲线", "smile curve"), "value_chain")
        )
    if whole.value_chain.summary is not None:
        chain.insert(
            0, said(("value_chain", "summary"), "chain/summary", pick("产业链概貌", "the chain"), "value_chain")
        )
    benchmarks = []
    for n, bench in enumerate(whole.benchmarks):
        key, place = f"benchmark/{bench.id}", ("benchmarks", n)
        benchmarks.append(
            said((*place, "why_comparable"), f"{key}.why", f"{bench.name} · {pick('可比性', 'why it compares')}", key)
        )
        if bench.gap is not None:
            benchmarks.append(said((*place, "gap"), f"{key}.gap", f"{bench.name} · {pick('差距', 'gap to it')}", key))
    return [
        *_cut(
            "diagnose/macro", macro, query=pick(f"{name} 产业政策 要素 环境", f"{name} industrial policy environment")
        ),
        *_cut("diagnose/endowment", endowment, counted),
        *_cut(
            "diagnose/elements",
            elements,
            query=pick(f"{name} 产业集群 企业 机构 要素", f"{name} cluster firms institutions"),
        ),
        *_cut("diagnose/drivers", [*drivers, *conditions], counted),
        *_cut("diagnose/chain", chain),
        *_cut("diagnose/benchmarks", benchmarks),
        *_cut("diagnose/gaps", gaps),
        *_cut("diagnose/summary", summary, counted),
    ]


def positioning_sections(ctx: DraftContext, whole: Positioning) -> list[Section]:
    """Reasons of the themes, the choice of the mode, and three candidates of a vision."""
    pick = ctx.writer.pick
    themes = [
        slot(
            whole,
            ("themes", n, "reasons", m),
            ("text",),
            id_=f"theme/{one.id}.{m + 1}",
            item=f"theme/{one.id}",
            title=one.name,
        )
        for n, one in enumerate(whole.themes)
        for m in range(len(one.reasons))
    ]
    mode = [slot(whole, ("mode", "reason"), ("text",), id_="mode/reason", item="mode", title=whole.mode.name)]
    for n, row in enumerate(whole.mode.table):
        for side, name in (("arguments_for", pick("支持", "for")), ("arguments_against", pick("反对", "against"))):
            mode.extend(
                slot(whole, ("mode", "table", n, side, m), ("text",), id_=f"mode/{row.key}.{side}_{m + 1}", item="mode", title=f"{row.name} · {name}")
                for m in range(len(getattr(row, side)))
            )  # fmt: skip
    visions: list[Slot] = []
    for n, vision in enumerate(whole.candidates):
        key, targets = f"candidate/{vision.id}", tuple(t.quantity for t in vision.targets if t.quantity is not None)
        title = pick(
            f"愿景 {vision.id}：须含区域名、产业或主题、“{vision.scope}”、“{vision.function}”、{vision.horizon}年和目标数字",
            f"vision {vision.id}: with the region, the industry or theme, “{vision.scope}”, “{vision.function}”, {vision.horizon} and the targets",
        )
        visions.append(slot(whole, ("candidates", n), ("text",), id_=key, item=key, title=title, figures=targets))
        visions.append(
            slot(whole, ("candidates", n, "difference"), ("text",), id_=f"{key}.difference", item=key, title=pick(f"愿景 {vision.id} 的特色", f"what sets vision {vision.id} apart"))
        )  # fmt: skip
    return [*_cut("position/themes", themes), *_cut("position/mode", mode), *_cut("position/vision", visions)]


def project_section(ctx: DraftContext, whole: Project) -> Section:
    """Objective, content, reason and risks of one project. `whole` is the object the paths lead into."""
    pick, key = ctx.writer.pick, f"project/{whole.id}"
    name = f"{PROJECT_TYPES[whole.type].in_(ctx.language)} · {whole.name}"
    lends = tuple(
        figure for figure in (whole.investment, *(output.quantity for output in whole.outputs)) if figure is not None
    )

    def text(place: Path, id_: str, title: str) -> Slot:
        return slot(whole, (), place, id_=f"{key}.{id_}", item=key, title=f"{name} · {title}")

    slots = [text(("objective",), "objective", pick("目标", "objective"))]
    slots += [text(("content", n), f"content_{n + 1}", pick("建设内容", "content")) for n in range(len(whole.content))]
    for n in range(len(whole.risks)):
        slots.append(text(("risks", n, "text"), f"risk_{n + 1}", pick("风险", "risk")))
        slots.append(text(("risks", n, "response"), f"response_{n + 1}", pick("风险应对", "response to the risk")))
    if whole.rationale is not None:
        slots.append(
            slot(
                whole,
                ("rationale",),
                ("text",),
                id_=f"{key}.rationale",
                item=key,
                title=f"{name} · {pick('立项理由', 'why')}",
            )
        )
    return Section("design/project", tuple(slots), lends)


def implementation_sections(ctx: DraftContext, whole: Implementation) -> list[Section]:
    """Governance, financing and safeguards in words, and what is done when an indicator falls short."""
    pick = ctx.writer.pick
    words: list[Slot] = []
    if whole.governance_note is not None:
        words.append(
            slot(
                whole,
                ("governance_note",),
                ("text",),
                id_="governance/note",
                item="governance_note",
                title=pick("治理机制", "governance"),
            )
        )
    words += [
        slot(
            whole,
            ("financing", "notes", n),
            ("text",),
            id_=f"financing/{n + 1}",
            item="financing",
            title=pick("资金保障", "financing"),
        )
        for n in range(len(whole.financing.notes))
    ]
    words += [
        slot(
            whole,
            ("safeguards", n),
            ("text",),
            id_=f"safeguard/{n + 1}",
            item="safeguards",
            title=pick("保障措施", "safeguard"),
        )
        for n in range(len(whole.safeguards))
    ]
    kpis = [
        slot(
            whole,
            ("kpis", n),
            ("adjust",),
            id_=f"kpi/{kpi.id}.adjust",
            item=f"kpi/{kpi.id}",
            title=f"{kpi.name} · {pick('预警后的调整', 'when the alert stands')}",
        )
        for n, kpi in enumerate(whole.kpis)
    ]
    return [*_cut("implement/safeguards", words), *_cut("implement/kpis", kpis)]


def _cut(prompt: str, slots: list[Slot], figures: tuple[Quantity, ...] = (), *, query: str = "") -> Iterator[Section]:
    """Parts of at most eight slots, of about the same size."""
    if not slots:
        return
    parts = -(-len(slots) // _MOST_SLOTS)
    size = -(-len(slots) // parts)
    for start in range(0, len(slots), size):
        yield Section(prompt, tuple(slots[start : start + size]), figures, query)


def _kind(ctx: DraftContext, kind: str) -> str:
    names = {
        "opportunity": ("机遇", "opportunity"), "challenge": ("挑战", "challenge"),
        "strength": ("优势", "strength"), "shortfall": ("短板", "shortfall"),
    }  # fmt: skip
    return ctx.writer.pick(*names[kind])
