"""An edited project list as one typed patch on the step, so that it goes through review like any other edit."""

from pathlib import Path

from jumou.domain.framework import category_of
from jumou.domain.list_changes import NewProject, ProjectEdit, ProjectListPatch
from jumou.domain.plan import Plan
from jumou.domain.portfolio import Project
from jumou.domain.review import Patch, PatchOperation
from jumou.errors import InvalidRequest
from jumou.export.excel import PROJECTS
from jumou.export.patch import patched
from jumou.export.reimport import read_projects


def read_list_patch(path: Path, plan: Plan, *, remove: bool = False, person: str = "") -> ProjectListPatch:
    """The patch an edited workbook makes; cells that were not touched are no part of it.

    Raises:
        RefusedFile, InvalidRequest, StepConflict: as `read_projects`; also when the fields of a row do not go together.
    """
    changes = read_projects(path, plan)
    operations: list[PatchOperation] = []
    for place, project in enumerate(plan.projects):
        try:
            after = patched(project, changes.edits, person=person)
        except InvalidRequest as problem:
            raise _placed(problem, [edit for edit in changes.edits if edit.project_id == project.id]) from problem
        was, now = project.model_dump(mode="json"), after.model_dump(mode="json")
        operations.extend(
            PatchOperation(op="replace", path=f"/projects/{place}/{name}", value=value)
            for name, value in now.items()
            if value != was[name]
        )
    ids: list[str] = []
    for row in changes.added:
        project = _project(row, _next_id(plan, ids), person)
        ids.append(project.id)
        operations.append(PatchOperation(op="add", path="/projects/-", value=project.model_dump(mode="json")))
    if remove:
        gone = set(changes.removed)
        places = [place for place, project in enumerate(plan.projects) if project.id in gone]
        operations.extend(PatchOperation(op="remove", path=f"/projects/{place}") for place in reversed(places))
    return ProjectListPatch(
        changes=changes, new_ids=tuple(ids), patch=Patch(operations=tuple(operations)) if operations else None
    )


def _next_id(plan: Plan, taken: list[str]) -> str:
    known = {*(project.id for project in plan.projects), *taken}
    number = len(plan.projects) + 1
    while f"P{number:02d}" in known:
        number += 1
    return f"P{number:02d}"


def _project(row: NewProject, project_id: str, person: str) -> Project:
    """A project as its row says; what the row leaves open is empty, its priority medium until somebody decides."""
    values = row.values
    if category_of(values["type"]) != values["category"]:
        raise _placed(
            InvalidRequest(
                f"类型 {values['type']} 不属于类别 {values['category']}。",
                f"type {values['type']} does not belong to category {values['category']}.",
            ),
            (), row.row,
        )  # fmt: skip
    empty = Project.model_validate(
        {
            "id": project_id, "name": values["name"], "category": values["category"], "type": values["type"], "closes_gap": values["closes_gap"],
            "objective": "", "content": [], "scale": "", "site": "", "investment": None, "investment_basis": "", "lead_body": values["lead_body"],
            "start": values["start"], "end": values["end"], "priority": "medium", "priority_reason": "", "state": "assumption",
            "author": f"person:{person}" if person else "person",
        }
    )  # fmt: skip
    edits = [
        ProjectEdit(
            project_id=project_id, field=field, before=None, after=value, sheet=PROJECTS.zh, row=row.row, column=""
        )
        for field, value in sorted(values.items(), key=lambda entry: entry[0] == "investment.upper")
    ]
    try:
        return patched(empty, edits, person=person)
    except InvalidRequest as problem:
        raise _placed(problem, (), row.row) from problem


def _placed(problem: InvalidRequest, edits: "list[ProjectEdit] | tuple[()]", row: int = 0) -> InvalidRequest:
    """The error with the place of the row it speaks of."""
    if edits:
        where_zh = "、".join(f"“{edit.sheet}”第 {edit.row} 行 {edit.column} 列" for edit in edits[:3])
        where_en = ", ".join(f"sheet {edit.sheet}, row {edit.row}, column {edit.column}" for edit in edits[:3])
    else:
        where_zh, where_en = f"“{PROJECTS.zh}”第 {row} 行", f"sheet {PROJECTS.en}, row {row}"
    return InvalidRequest(
        f"{where_zh}：{problem.message_zh}", f"{where_en}: {problem.message_en}",
        mend_zh=problem.mend_zh or "请修改后重新导入。", mend_en=problem.mend_en or "Correct it and import again.",
    )  # fmt: skip
