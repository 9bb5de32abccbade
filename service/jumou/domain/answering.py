"""Which types of project answer which gaps, and what a plan says of gaps of weight that it proposes nothing for."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from jumou.domain.diagnosis import Gap
from jumou.domain.framework import DriverKey, ElementKey, Language, ProjectType
from jumou.domain.model import Code, Model
from jumou.domain.portfolio import Project

OF_WEIGHT: Final = 0.5
"""From this severity on a gap has a project, or the plan says why it has none."""

FOR_ELEMENT: Final[Mapping[ElementKey, frozenset[ProjectType]]] = {
    "leading_firms": frozenset(("A1", "B1")),
    "supporting_firms": frozenset(("A1", "B1", "B2")),
    "knowledge": frozenset(("A2", "B2", "B3")),
    "intermediaries": frozenset(("A2", "B1", "B2", "C1", "D2")),
    "infrastructure": frozenset(("B2", "C1", "C2", "D2")),
    "government": frozenset(("D1",)),
}
"""Types that build an element. Funds are soft infrastructure; quarters and markets are places."""

FOR_DRIVER: Final[Mapping[DriverKey, frozenset[ProjectType]]] = {
    "scale": frozenset(("A1", "B1", "C1", "C2")),
    "knowledge": frozenset(("A2", "B1", "B2", "B3")),
    "transaction_cost": frozenset(("B1", "B2", "C1", "C2", "D1")),
    "specialisation": frozenset(("A1", "B1", "B2")),
    "brand": frozenset(("B1", "C1", "D2")),
}
"""Types that set a driver to work."""

FOR_LINK: Final[frozenset[ProjectType]] = frozenset(("A1", "A2", "B1", "C1", "C2", "D2"))
"""Types that change a link of the chain (a market or a brand is one itself); one of them says which links it works on."""

_MOST_TOUCHING: Final = 3
_IN_A_ROW: Final = 3
_RUN: Final = re.compile(r"[\u4e00-\u9fff]{3,}")
_PLAIN: Final = re.compile(
    r"设施|建设|不足|能力|企业|产业|产品|平台|中心|基础|项目|服务|发展|资料|反映|问题|布局|标准|本地|区域|技术|装备|材料|"
    r"region|stated|industr|service|product|compan|develop|infrastruct|facilit|material|technolog"
)
"""What stands in texts about anything."""


class OpenGap(Model):
    """A gap of weight without a project, and the reason."""

    gap_id: Code
    name: str
    severity: float
    reason: str


def shares_words(text: str, other: str) -> bool:
    """Whether both speak of the same thing by name: three Chinese characters in a row that are no phrase of planning, or a long word."""
    low = other.lower()
    pieces = {run[at : at + _IN_A_ROW] for run in _RUN.findall(text) for at in range(len(run) - _IN_A_ROW + 1)}
    pieces |= {word.lower() for word in re.findall(r"[A-Za-z]{7,}", text)}
    return any(piece in low and not _PLAIN.search(piece) for piece in pieces)


def misfits(project: Project, gaps: Mapping[str, Gap]) -> tuple[str, ...]:
    """The ids of gaps a project names although its type or its text has nothing to do with them."""
    text = " ".join((project.name, project.objective, *project.content)).lower()
    return tuple(
        name
        for name in (project.closes_gap, *project.also_closes)
        if name in gaps and not _fits(project.type, text, gaps[name])
    )


def _fits(kind: ProjectType, text: str, gap: Gap) -> bool:
    match gap.kind:
        case "chain_missing" | "chain_weak" | "chain_extend":
            return kind in FOR_LINK and gap.name.lower() in text
        case "element":
            return gap.element is None or kind in FOR_ELEMENT[gap.element]
        case "driver":
            return gap.driver is None or kind in FOR_DRIVER[gap.driver]
        case "mode" | "transition" | "stated":
            return True


def open_gaps(gaps: Iterable[Gap], projects: Iterable[Project], language: Language) -> tuple[OpenGap, ...]:
    """The gaps of weight that no project names, with the reason: why the plan proposes nothing for them."""
    listed = tuple(projects)
    answered = {name for project in listed for name in (project.closes_gap, *project.also_closes)}
    at = 0 if language == "zh" else 1
    return tuple(
        OpenGap(gap_id=gap.id, name=gap.name, severity=gap.severity, reason=_reason(gap, listed)[at])
        for gap in gaps
        if gap.severity >= OF_WEIGHT and gap.id not in answered
    )


def _touching(gap: Gap, projects: Sequence[Project]) -> list[str]:
    """The ids of projects whose content speaks of what the gap is about."""
    return [one.id for one in projects if shares_words(gap.name, " ".join((one.objective, *one.content)))][
        :_MOST_TOUCHING
    ]


def _reason(gap: Gap, projects: Sequence[Project]) -> tuple[str, str]:
    if gap.unverified:
        return (
            "资料未列该产业链企业，环节现状不明，立项依据不足；先按数据清单摸底，核实确有本地需求且确属缺失后再立项。",
            "The profile names no firm of this chain, so the state of the link is unknown and a project would have no ground; it is surveyed first and planned when a local need is confirmed.",
        )
    match gap.kind:
        case "chain_missing" | "chain_weak":
            return (
                "环节项目按轻重缓急安排，本环节排序在后；列入储备库，年度评估时按本地企业采购需求决定是否立项。",
                "Links are taken up in order of priority and this one comes later; it is kept in reserve, and the yearly review decides by what local firms would buy.",
            )
        case "chain_extend":
            return (
                "该环节已有优势，延伸投资由企业自主决定，规划只提供要素和服务，不单设项目。",
                "The link is strong already; extending it is the firms' own decision, and the plan offers services rather than a project.",
            )
        case "stated" if touching := _touching(gap, projects):
            named = ", ".join(touching)
            return (
                f"项目{'、'.join(touching)}的内容涉及该问题，但不以其为主要目标；实施方案中须列出相应任务，年度评估时检验是否见效。",
                f"The content of {named} bears on the problem without being meant for it; the implementation scheme lists the tasks, and the yearly review asks whether they help.",
            )
        case "stated" if not gap.concerns:
            return (
                "起草规则中没有与该问题对应的一类项目，须由编制人员另行研究措施；属外部环境或上级事权的，报请上级协调。",
                "No kind of project known to the drafting rules meets the problem: it needs measures from an author, or the help of a higher level where it lies beyond the region's powers.",
            )
        case "stated":
            return (
                "对应的项目因项目总数已满未列入，或当地条件不具备；列入储备库，年度评估时论证是否立项。",
                "The project that would meet it found no room in the list, or its conditions do not hold here; it is kept in reserve, and the yearly review decides on it.",
            )
        case _:
            return (
                "现有项目不足以直接改变这一条件，列入中期评估，届时按监测结果决定是否补充项目。",
                "No project proposed would change this directly; the mid-term review decides by what monitoring shows.",
            )
