"""What rests on what: which later items a change makes stale, and why, by the references the objects carry."""

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from typing import Final, NamedTuple

from jumou.domain.framework import STEPS, StepKey
from jumou.domain.implementation import Implementation
from jumou.domain.portfolio import Project
from jumou.domain.positioning import Positioning
from jumou.domain.steps import Portfolio, StepObject, later_steps

_MODE_GROUNDS: Final = frozenset({"condition", "indicator", "not_computable", "element", "driver"})


class Stale(NamedTuple):
    """An item that rests on changed ones."""

    step: StepKey
    item_id: str
    because: tuple[str, ...]
    reason_zh: str
    reason_en: str


def stale_after(step: StepKey, changed: AbstractSet[str], parts: Mapping[StepKey, StepObject]) -> tuple[Stale, ...]:
    """The items that rest on the `changed` items of `step`; `parts` holds the step and each later one that is drafted, as they stand.

    Only direct references count: an item redrafted for being stale marks its own followers when it changes.
    """
    found: dict[tuple[StepKey, str], set[str]] = {}
    for later, item_id, because in _followers(step, changed, parts):
        found.setdefault((later, item_id), set()).add(because)
    order = {name: place for place, name in enumerate((step, *later_steps(step)))}
    rows = sorted(found.items(), key=lambda row: (order[row[0][0]], row[0][1]))
    return tuple(
        Stale(
            later, item_id, tuple(sorted(because)),
            f"{STEPS[step].zh}中的{'、'.join(sorted(because))}已改动",
            f"{', '.join(sorted(because))} of {STEPS[step].en} changed",
        )
        for (later, item_id), because in rows
    )  # fmt: skip


def _followers(
    step: StepKey, changed: AbstractSet[str], parts: Mapping[StepKey, StepObject]
) -> Iterator[tuple[StepKey, str, str]]:
    positioning, portfolio, implementation = (
        parts.get("positioning"),
        parts.get("projects"),
        parts.get("implementation"),
    )
    projects = portfolio.projects if isinstance(portfolio, Portfolio) else ()
    later = implementation if isinstance(implementation, Implementation) else None
    match step:
        case "diagnosis":
            yield from _of_diagnosis(changed, positioning if isinstance(positioning, Positioning) else None, projects)
        case "positioning" if isinstance(positioning, Positioning):
            yield from _of_positioning(changed, positioning, projects, later)
        case "projects" if later is not None:
            yield from _of_projects(changed, projects, later)
        case _:
            return


def _of_diagnosis(
    changed: AbstractSet[str], positioning: Positioning | None, projects: tuple[Project, ...]
) -> Iterator[tuple[StepKey, str, str]]:
    for item_id in changed:
        kind, _, key = item_id.partition("/")
        if positioning and kind in _MODE_GROUNDS:
            yield "positioning", "mode", item_id
        if kind == "node" and positioning:
            for theme in positioning.themes:
                if key in theme.node_ids:
                    yield "positioning", f"theme/{theme.id}", item_id
        for project in projects:
            if kind == "gap" and key in (project.closes_gap, *project.also_closes):
                yield "projects", f"project/{project.id}", item_id


def _of_positioning(
    changed: AbstractSet[str], positioning: Positioning, projects: tuple[Project, ...], later: Implementation | None
) -> Iterator[tuple[StepKey, str, str]]:
    kpis = later.kpis if later else ()
    targets = {target.kpi_id for target in positioning.vision.targets}
    for item_id in changed:
        kind, _, key = item_id.partition("/")
        for project in projects:
            if item_id == "mode" or (kind == "theme" and project.theme_id == key):
                yield "projects", f"project/{project.id}", item_id
        for kpi in kpis:
            if item_id == "mode" or (item_id == "vision" and kpi.id in targets):
                yield "implementation", f"kpi/{kpi.id}", item_id


def _of_projects(
    changed: AbstractSet[str], projects: tuple[Project, ...], implementation: Implementation
) -> Iterator[tuple[StepKey, str, str]]:
    moved = {project.id: set(project.kpi_ids) for project in projects}
    for item_id in changed:
        key = item_id.partition("/")[2]
        yield "implementation", "roadmap", item_id
        yield "implementation", "financing", item_id
        for action in implementation.actions:
            if action.project_id == key:
                yield "implementation", f"action/{action.id}", item_id
        for kpi in implementation.kpis:
            if key in kpi.project_ids or kpi.id in moved.get(key, ()):
                yield "implementation", f"kpi/{kpi.id}", item_id
