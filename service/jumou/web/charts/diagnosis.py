"""Charts of the diagnosis: specialisation, growth against share, the smile curve, PESTEL, presence of the six elements."""

from typing import Any, Final

from jumou.analysis.growth import quadrant
from jumou.analysis.specialisation import SPECIALISED
from jumou.analysis.tables import industry_tables
from jumou.domain.framework import ELEMENTS, PESTEL, Language
from jumou.domain.plan import Plan
from jumou.domain.quantity import Indicator
from jumou.web.charts.palette import Palette, axis, chart, legend

_MOST_BARS: Final = 14
_PRESENCE: Final = {"strong": 3, "partial": 2, "weak": 1, "unknown": 0}
_BOUND: Final = 10.0


def specialisation(plan: Plan, colours: Palette, language: Language) -> dict[str, Any] | None:
    """Location quotients, the latest year of each, against 1 and 1.25; None when none could be computed."""
    latest: dict[str, Indicator] = {}
    for one in plan.diagnosis.indicators:
        if one.formula == "lq" and one.value is not None:
            known = latest.get(one.label)
            if known is None or (one.year or 0) > (known.year or 0):
                latest[one.label] = one
    if not latest:
        return None
    zh = language == "zh"
    rows = sorted(latest.values(), key=lambda one: one.value or 0.0)[-_MOST_BARS:]
    bars = [
        {
            "value": round(one.value or 0.0, 2),
            "itemStyle": {"color": colours.accent if (one.value or 0) >= SPECIALISED else colours.second},
            "label": {"formatter": f"{one.value:.2f}" + (f" ({one.year})" if one.year else "")},
        }
        for one in rows
    ]
    marks = [
        (1.0, "solid", "全国平均 1" if zh else "nation 1"),
        (SPECIALISED, "dashed", f"专业化 {SPECIALISED}" if zh else f"specialised {SPECIALISED}"),
    ]
    return chart(
        colours,
        xAxis=axis(colours, name="区位熵" if zh else "location quotient", nameLocation="middle", nameGap=26),
        yAxis=axis(
            colours, "category", data=[_industry(one.label) for one in rows],
            label={"width": 150, "overflow": "truncate", "color": colours.ink},
        ),
        grid={"left": 8, "right": 84, "top": 26, "bottom": 34, "containLabel": True},
        series=[{
            "type": "bar", "data": bars, "barMaxWidth": 16, "label": {"show": True, "position": "right", "color": colours.quiet, "fontSize": 11, "backgroundColor": colours.surface, "padding": [0, 3]},
            "markLine": {"silent": True, "symbol": "none", "data": [
                {"xAxis": value, "lineStyle": {"color": colours.bad if kind == "dashed" else colours.ink, "type": kind, "width": 1},
                 "label": {"formatter": name if kind == "dashed" else "", "color": colours.quiet, "fontSize": 11, "position": "end"}} for value, kind, name in marks]},
        }],
    )  # fmt: skip


def growth_share(plan: Plan, colours: Palette, language: Language) -> dict[str, Any] | None:
    """Industries by quotient and growth, bubbles by share; the cut is the region's growth. None without such a table."""
    zh = language == "zh"
    known = {one.id: one for one in plan.diagnosis.indicators if one.formula == "lq" and one.value is not None}
    for table in industry_tables(plan.profile):
        cut = table.total.region_growth_percent if table.total is not None else None
        if cut is None:
            continue
        points: list[dict[str, Any]] = []
        tints = {
            "leading": colours.accent,
            "emerging": colours.good,
            "mature": colours.fair,
            "declining": colours.second,
        }
        for row in table.rows:
            found = known.get(f"lq:{table.area}:{row.code or row.sector}:{table.measure}:{table.year}")
            if found is None or found.value is None or row.region_growth_percent is None:
                continue
            kind = quadrant(found.value, row.region_growth_percent, growth_cut=cut)
            share = found.detail.get("share", 0.0)
            points.append({
                "name": row.sector, "value": [round(found.value, 2), row.region_growth_percent, round(100 * share, 1)],
                "symbolSize": 14 + 60 * min(share, 0.6) ** 0.5, "itemStyle": {"color": tints[kind], "opacity": 0.7},
            })  # fmt: skip
        if len(points) < 2:
            continue
        wide = max(point["value"][0] for point in points) > _BOUND
        return chart(
            colours,
            tooltip={"formatter": "{b}: {c}"},
            xAxis=axis(colours, "log" if wide else "value", name="区位熵" if zh else "location quotient", nameLocation="middle", nameGap=28, scale=True),
            yAxis=axis(colours, name="增速 %" if zh else "growth %", scale=True, boundaryGap=["12%", "12%"]),
            grid={"left": 12, "right": 60, "top": 34, "bottom": 36, "containLabel": True},
            series=[{
                "type": "scatter", "data": points, "label": {"show": True, "formatter": "{b}", "position": "top", "color": colours.ink, "fontSize": 11},
                "labelLayout": {"hideOverlap": True},
                "markLine": {"silent": True, "symbol": "none", "lineStyle": {"color": colours.quiet, "type": "dashed"}, "label": {"color": colours.quiet, "fontSize": 11},
                             "data": [{"yAxis": cut, "label": {"formatter": f"{'区域' if zh else 'region'} {cut:g}%"}}, {"xAxis": 1, "label": {"formatter": "1"}}]},
            }],
        )  # fmt: skip
    return None


def smile_curve(plan: Plan, colours: Palette, language: Language) -> dict[str, Any] | None:
    """Added value along the chain, reference and local; links missing or weak here are ringed. None without a curve."""
    zh, chain = language == "zh", plan.diagnosis.value_chain
    points = sorted((p for p in chain.smile.points if p.reference is not None or p.local is not None), key=lambda p: p.order)  # fmt: skip
    if len(points) < 2:
        return None
    states = {node.id: node.state for node in chain.nodes}
    local = [point.local for point in points]
    series: list[dict[str, Any]] = [
        {"type": "line", "name": "参照水平" if zh else "reference", "data": [point.reference for point in points], "symbol": "circle", "symbolSize": 7,
         "smooth": 0.35, "lineStyle": {"color": colours.accent, "width": 2}, "itemStyle": {"color": colours.accent}, "areaStyle": {"color": colours.accent, "opacity": 0.06}},
        {"type": "scatter", "name": "本地缺失或薄弱" if zh else "missing or weak here", "symbolSize": 17,
         "data": [[at, point.reference] for at, point in enumerate(points) if states.get(point.node_id) in ("missing", "weak") and point.reference is not None],
         "itemStyle": {"color": "transparent", "borderColor": colours.bad, "borderWidth": 2}},
    ]  # fmt: skip
    if any(value is not None for value in local):
        series.append({"type": "line", "name": "本地水平" if zh else "local", "data": local, "symbol": "rect", "lineStyle": {"color": colours.fair, "type": "dashed"}, "itemStyle": {"color": colours.fair}})  # fmt: skip
    return chart(
        colours,
        legend=legend(colours),
        tooltip={"trigger": "axis"},
        xAxis=axis(colours, "category", data=[point.label for point in points], label={"interval": 0, "rotate": 32, "width": 92, "overflow": "truncate"}),
        yAxis=axis(colours, name="附加值（参照等级）" if zh else "added value", scale=True, nameTextStyle={"align": "left", "color": colours.quiet}),
        grid={"left": 12, "right": 16, "top": 34, "bottom": 34, "containLabel": True},
        series=series,
    )  # fmt: skip


def pestel(plan: Plan, colours: Palette, language: Language) -> dict[str, Any] | None:
    """Scores of the macro scan by factor, opportunities to the right, challenges to the left; None when none is scored."""
    zh, factors = language == "zh", plan.diagnosis.macro.factors
    totals = {key: [0.0, 0.0] for key in PESTEL}
    for factor in factors:
        if factor.score is not None:
            totals[factor.factor][0 if factor.kind == "opportunity" else 1] += factor.score
    if not any(up or down for up, down in totals.values()):
        return None
    keys = list(totals)[::-1]
    sides = (("机遇" if zh else "opportunity", colours.good, 0), ("挑战" if zh else "challenge", colours.bad, 1))
    return chart(
        colours,
        legend=legend(colours),
        xAxis=axis(colours),
        yAxis=axis(colours, "category", data=[PESTEL[key].in_(language) for key in keys], label={"color": colours.ink}),
        series=[
            {"type": "bar", "stack": "s", "name": name, "barMaxWidth": 16, "itemStyle": {"color": colour}, "data": [round(totals[key][side], 3) for key in keys]}
            for name, colour, side in sides
        ],
    )  # fmt: skip


def elements(plan: Plan, colours: Palette, language: Language) -> dict[str, Any]:
    """How far each of the six elements is present, as a radar."""
    found = {one.element: _PRESENCE[one.presence] for one in plan.diagnosis.elements}
    return chart(
        colours,
        radar={
            "indicator": [{"name": name.in_(language), "max": 3} for name in ELEMENTS.values()], "radius": "62%", "splitNumber": 3,
            "axisName": {"color": colours.ink, "fontSize": 12}, "splitLine": {"lineStyle": {"color": colours.line}}, "splitArea": {"show": False},
            "axisLine": {"lineStyle": {"color": colours.line}},
        },
        series=[{"type": "radar", "data": [{"value": [found.get(key, 0) for key in ELEMENTS]}], "symbolSize": 5,
                 "lineStyle": {"color": colours.accent, "width": 2}, "itemStyle": {"color": colours.accent}, "areaStyle": {"color": colours.accent, "opacity": 0.15}}],
    )  # fmt: skip


def _industry(label: str) -> str:
    return label.removesuffix("区位熵").removeprefix("location quotient of ")
