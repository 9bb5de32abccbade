"""What to collect before the next draft: the inputs that methods missed and the elements the profile is silent on."""

from typing import Final

from jumou.domain.diagnosis import DataGap, ElementReading
from jumou.domain.framework import ELEMENTS
from jumou.drafting.context import DraftContext

_WHERE: Final[dict[str, tuple[str, str]]] = {
    "lq": (
        "统计部门：分行业规模以上工业数据与全国同口径年报",
        "statistics office: data by industry for the region and the nation",
    ),
    "shift_share": ("统计部门：相隔一至五年的两期分行业数据", "statistics office: two years of industries"),
    "eci": (
        "上级统计部门：省内各市县×行业数据；也可采用参照面板",
        "statistics of the next level up: regions by industries",
    ),
    "endowment": ("科技统计年报、统计公报", "R&D statistics, yearly statistical release"),
    "gap_ratio": ("统计公报：地区生产总值及三次产业增加值", "yearly statistical release: GDP and its sectors"),
    "chain": (
        "工信部门企业名录：企业名称、所处环节、产值、产品",
        "register of firms: name, link of the chain, output, product",
    ),
}
_ELEMENT_WHERE: Final = ("相关主管部门台账、园区和行业协会摸底", "registers of the departments, parks and associations")


def data_gaps(ctx: DraftContext, elements: tuple[ElementReading, ...]) -> tuple[DataGap, ...]:
    """The list a planner sends out, ids D01…: methods first, then silent elements, the industry's size and the choice of mode."""
    write = ctx.writer
    rows: list[tuple[str, str, str]] = []
    for item in ctx.analysis.not_computable:
        where = _WHERE.get(item.formula.split(":")[0], _ELEMENT_WHERE)
        rows.append(
            (
                write.joined(item.missing),
                write.pick(f"计算{item.label}", f"to compute the {item.label}"),
                write.pick(*where),
            )
        )
    if not any(firm.node for firm in ctx.profile.enterprises):
        rows.append(
            (
                write.pick(
                    "企业名录及其所处产业链环节、产值和产品", "firms with their link in the chain, output and products"
                ),
                write.pick("判断产业链缺失与薄弱环节", "to tell missing from weak links"),
                write.pick(*_WHERE["chain"]),
            )
        )
    if ctx.analysis.scale is None:
        rows.append(
            (
                write.pick(
                    "目标产业近三年产值或营业收入、增加值",
                    "output or revenue and value added of the industry, three years",
                ),
                write.pick("设定基期和目标值、校核投资规模", "for baselines, targets and the size of projects"),
                write.pick("统计部门、行业主管部门", "statistics office, department in charge"),
            )
        )
    rows.extend(
        (
            write.pick(f"{ELEMENTS[item.element].zh}的基本情况", f"facts on {ELEMENTS[item.element].en}"),
            write.pick("判断聚合要素的强弱", "to judge the elements of the cluster"),
            write.pick(*_ELEMENT_WHERE),
        )
        for item in elements
        if item.presence == "unknown" or not ctx.reading.of(item.element)
    )
    if ctx.analysis.modes.missing:
        rows.append(
            (
                write.joined(ctx.analysis.modes.missing),
                write.pick("复核主导模式的量化评分", "to confirm the choice of mode in figures"),
                write.pick("统计、科技、工信、商务部门", "departments of statistics, science, industry, commerce"),
            )
        )
    unique = list(dict.fromkeys(rows))
    return tuple(
        DataGap(id=f"D{n:02d}", what=what, why=why, where=where) for n, (what, why, where) in enumerate(unique, 1)
    )
