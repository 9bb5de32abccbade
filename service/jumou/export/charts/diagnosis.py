"""Charts of the diagnosis: smile curve, specialisation, growth against share, and the map of the chain."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from jumou.analysis.growth import Quadrant, quadrant
from jumou.analysis.specialisation import SPECIALISED
from jumou.analysis.tables import industry_tables
from jumou.domain.diagnosis import NodeState
from jumou.domain.framework import Name
from jumou.domain.plan import Plan
from jumou.domain.quantity import Indicator
from jumou.export.charts.canvas import (
    ACCENT,
    CRITICAL,
    MUTED,
    PALE,
    SECOND,
    WIDTH,
    Chart,
    drawn,
    plain_axes,
    short,
    wrapped,
)
from jumou.export.label import implicit_label
from jumou.export.terms import NODE_STATES, POSITIONS, SHAPES, term

_MOST_BARS: Final = 14
_QUADRANTS: Final[dict[Quadrant, Name]] = {
    "leading": Name("优势且增长快", "strong and growing"),
    "emerging": Name("新兴成长", "emerging"),
    "mature": Name("成熟放缓", "mature"),
    "declining": Name("弱势下行", "declining"),
}
_NODE_COLOURS: Final[dict[NodeState, tuple[str, str, str]]] = {
    "strong": ("#1f4e79", "#1f4e79", "white"),
    "weak": ("#fbe5d6", "#c55a11", "#5c2a08"),
    "missing": ("white", "#b3261e", "#b3261e"),
    "unknown": ("#eef1f4", "#8a9199", "#33383d"),
}


def smile_curve(plan: Plan) -> Chart | None:
    """Added value along the chain, reference and local; None when the plan has no curve."""
    chain, zh = plan.diagnosis.value_chain, plan.provenance.language == "zh"
    points = sorted(
        (p for p in chain.smile.points if p.reference is not None or p.local is not None), key=lambda p: p.order
    )
    if len(points) < 2:
        return None
    states = {node.id: node.state for node in chain.nodes}
    local = [(i, point.local) for i, point in enumerate(points) if point.local is not None]

    def draw(figure: Figure) -> None:
        axes = figure.add_subplot()
        known = [(i, point.reference) for i, point in enumerate(points) if point.reference is not None]
        axes.plot(
            *zip(*known, strict=True), color=ACCENT, marker="o", markersize=4.5, label="参照水平" if zh else "reference"
        )
        for position, point in enumerate(points):
            if states.get(point.node_id) in ("missing", "weak") and point.reference is not None:
                axes.plot(position, point.reference, "o", markersize=11, markerfacecolor="none", color=CRITICAL)
        if any(states.get(point.node_id) in ("missing", "weak") for point in points):
            axes.plot(
                [],
                [],
                "o",
                markersize=9,
                markerfacecolor="none",
                color=CRITICAL,
                label="本地缺失或薄弱" if zh else "missing or weak here",
            )
        if local:
            axes.plot(
                *zip(*local, strict=True),
                color=SECOND,
                marker="s",
                markersize=4,
                linestyle="--",
                label="本地水平" if zh else "local",
            )
        plain_axes(axes, grid="y")
        axes.set_xticks(
            range(len(points)), [wrapped(point.label, 12) for point in points], fontsize=7.5 if len(points) > 8 else 8.5
        )
        if len(points) > 8 or not zh:
            axes.tick_params(axis="x", rotation=35)
            for text in axes.get_xticklabels():
                text.set_horizontalalignment("right")
                text.set_rotation_mode("anchor")
        axes.set_ylabel(short(chain.smile.measure, 44))
        axes.margins(y=0.18)
        axes.legend(loc="best")

    shape = term(SHAPES, chain.smile.shape, plan.provenance.language)
    alt = f"{chain.name}{'各环节附加值，形态：' if zh else ': added value by link; shape: '}{shape}"
    caption = f"{chain.name}微笑曲线" if zh else f"Smile curve of {chain.name}"
    return Chart("smile_curve", caption, alt, drawn(WIDTH, 3.1, draw, label=implicit_label(plan)))


def chain_map(plan: Plan) -> Chart | None:
    """The links of the chain in columns by position, filled by their state in the region; key links in bold frames."""
    chain, language = plan.diagnosis.value_chain, plan.provenance.language
    if len(chain.nodes) < 2:
        return None
    zh = language == "zh"
    columns: dict[str, list[int]] = {}
    for index, node in sorted(enumerate(chain.nodes), key=lambda item: (item[1].order, item[0])):
        columns.setdefault(node.position, []).append(index)
    order = [key for key in POSITIONS if key in columns] + [key for key in columns if key not in POSITIONS]
    tallest = max(len(column) for column in columns.values())

    def draw(figure: Figure) -> None:
        axes = figure.add_subplot()
        axes.set_xlim(0, len(order))
        axes.set_ylim(-0.75, tallest + 0.55)
        axes.axis("off")
        places: dict[str, tuple[float, float]] = {}
        for x, key in enumerate(order):
            axes.text(
                x + 0.5,
                tallest + 0.25,
                term(POSITIONS, key, language),
                ha="center",
                va="center",
                fontsize=10,
                color=ACCENT,
            )
            offset = (tallest - len(columns[key])) / 2
            for y, index in enumerate(columns[key]):
                node = chain.nodes[index]
                height = tallest - offset - y - 0.5
                places[node.id] = (x + 0.5, height)
                face, edge, ink = _NODE_COLOURS[node.state]
                axes.add_patch(
                    FancyBboxPatch(
                        (x + 0.1, height - 0.3), 0.8, 0.6, boxstyle="round,pad=0,rounding_size=0.06", facecolor=face,
                        edgecolor=edge, linewidth=2.0 if node.key else 0.9, linestyle="--" if node.state == "missing" else "-", zorder=2,
                    )
                )  # fmt: skip
                axes.text(
                    x + 0.5, height, wrapped(node.name, 16), ha="center", va="center", fontsize=7.5, color=ink, zorder=3
                )
        for start, end in chain.edges:
            if start in places and end in places and places[start][0] < places[end][0]:
                (x0, y0), (x1, y1) = places[start], places[end]
                axes.annotate(
                    "", (x1 - 0.4, y1), (x0 + 0.4, y0),
                    arrowprops={"arrowstyle": "-|>", "color": MUTED, "linewidth": 0.6, "shrinkA": 0, "shrinkB": 0, "mutation_scale": 7}, zorder=1,
                )  # fmt: skip
        width = len(order) / 5
        for place, (state, (face, edge, _)) in enumerate(_NODE_COLOURS.items()):
            axes.plot(place * width + 0.12, -0.45, "s", markersize=7, markerfacecolor=face, markeredgecolor=edge)
            axes.text(place * width + 0.22, -0.45, NODE_STATES[state].in_(language), va="center", fontsize=8)
        axes.text(4 * width + 0.05, -0.45, "粗框：关键环节" if zh else "bold frame: key link", va="center", fontsize=8)

    caption = f"{chain.name}产业链图谱" if zh else f"Value chain of {chain.name}"
    counts = {state: sum(node.state == state for node in chain.nodes) for state in _NODE_COLOURS}
    alt = caption + "：" + "，".join(f"{NODE_STATES[s].in_(language)} {n}" for s, n in counts.items() if n)
    return Chart("value_chain", caption, alt, drawn(WIDTH, 0.9 + 0.56 * tallest, draw, label=implicit_label(plan)))


def specialisation(plan: Plan) -> Chart | None:
    """Location quotients as bars against the line of one, the latest year of each; None when none could be computed."""
    zh = plan.provenance.language == "zh"
    latest: dict[str, Indicator] = {}
    for item in plan.diagnosis.indicators:
        if item.formula == "lq" and item.value is not None:
            known = latest.get(item.label)
            if known is None or (item.year or 0) > (known.year or 0):
                latest[item.label] = item
    if not latest:
        return None
    rows = sorted(latest.values(), key=lambda item: item.value or 0.0)[-_MOST_BARS:]
    names = [short(_industry(item.label, zh=zh), 34) for item in rows]
    values = [item.value or 0.0 for item in rows]

    def draw(figure: Figure) -> None:
        axes = figure.add_subplot()
        colours = [ACCENT if value >= SPECIALISED else MUTED if value >= 1 else PALE for value in values]
        axes.barh(range(len(rows)), values, color=colours, height=0.62)
        axes.axvline(1.0, color="#33383d", linewidth=0.9)
        axes.axvline(SPECIALISED, color=CRITICAL, linewidth=0.8, linestyle="--")
        axes.set_yticks(range(len(rows)), names)
        for place, (item, value) in enumerate(zip(rows, values, strict=True)):
            axes.text(
                max(value, SPECIALISED),
                place,
                f" {value:.2f}" + (f"（{item.year}）" if zh and item.year else f" ({item.year})" if item.year else ""),
                va="center",
                fontsize=7.5,
            )
        plain_axes(axes, grid="x")
        axes.margins(x=0.16)
        axes.set_xlabel(
            "区位熵（实线 1.00＝全国平均，虚线 1.25＝专业化惯用界限）"
            if zh
            else "location quotient (line: 1.00, the nation; dashes: 1.25, usual bound of specialisation)"
        )

    caption = "产业专业化水平（区位熵）" if zh else "Specialisation (location quotients)"
    alt = caption + "：" + "；".join(f"{name} {value:.2f}" for name, value in zip(names, values, strict=True))
    return Chart(
        "specialisation", caption, alt, drawn(WIDTH, 1.0 + 0.27 * max(3, len(rows)), draw, label=implicit_label(plan))
    )


@dataclass(frozen=True, slots=True)
class _Bubble:
    name: str
    quotient: float
    growth: float
    share: float
    kind: Quadrant


def growth_share(plan: Plan) -> Chart | None:
    """Industries by location quotient and growth, bubbles by share; the cut is the growth of the region's total."""
    zh = plan.provenance.language == "zh"
    bubbles, cut = _bubbles(plan)
    if len(bubbles) < 2:
        return None
    colours: dict[Quadrant, str] = {"leading": ACCENT, "emerging": "#5b8c5a", "mature": SECOND, "declining": MUTED}

    def draw(figure: Figure) -> None:
        axes = figure.add_subplot()
        for kind, name in _QUADRANTS.items():
            chosen = [bubble for bubble in bubbles if bubble.kind == kind]
            if chosen:
                axes.scatter(
                    [bubble.quotient for bubble in chosen], [bubble.growth for bubble in chosen],
                    s=[60 + 2600 * min(bubble.share, 0.5) for bubble in chosen], color=colours[kind], alpha=0.55, label=name.zh if zh else name.en,
                )  # fmt: skip
        for bubble in bubbles:
            axes.annotate(
                short(bubble.name, 22),
                (bubble.quotient, bubble.growth),
                ha="center",
                va="bottom",
                xytext=(0, 5),
                textcoords="offset points",
                fontsize=7.5,
            )
        axes.axvline(1.0, color="#33383d", linewidth=0.8)
        axes.axhline(cut, color="#33383d", linewidth=0.8)
        plain_axes(axes)
        axes.margins(0.2)
        axes.set_xlabel("区位熵（竖线＝1）" if zh else "location quotient (line at 1)")
        axes.set_ylabel(
            f"增速 %（横线＝区域合计 {cut:g}%）" if zh else f"growth, % (line: the region's total, {cut:g}%)"
        )
        legend = axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
        for handle in legend.legend_handles:
            if handle is not None:
                handle.set_sizes([40])  # type: ignore[attr-defined]

    caption = "产业增长—专业化矩阵" if zh else "Growth and specialisation"
    alt = caption + "：" + "；".join(f"{b.name} LQ {b.quotient:.2f}, {b.growth:g}%" for b in bubbles)
    return Chart("growth_share", caption, alt, drawn(WIDTH, 3.4, draw, label=implicit_label(plan)))


def _bubbles(plan: Plan) -> tuple[Sequence[_Bubble], float]:
    """Points of the first table of the profile whose total states its growth."""
    known = {item.id: item for item in plan.diagnosis.indicators if item.formula == "lq" and item.value is not None}
    for table in industry_tables(plan.profile):
        cut = table.total.region_growth_percent if table.total is not None else None
        if cut is None:
            continue
        found = []
        for row in table.rows:
            item = known.get(f"lq:{table.area}:{row.code or row.sector}:{table.measure}:{table.year}")
            if item is not None and item.value is not None and row.region_growth_percent is not None:
                growth = row.region_growth_percent
                kind = quadrant(item.value, growth, growth_cut=cut)
                found.append(_Bubble(row.sector, item.value, growth, item.detail.get("share", 0.0), kind))
        if len(found) >= 2:
            return found, cut
    return (), 0.0


def _industry(label: str, *, zh: bool) -> str:
    return label.removesuffix("区位熵") if zh else label.removeprefix("location quotient of ")
