"""What an edited project list changes: cell by cell, row by row, and as one patch."""

from typing import Any

from jumou.domain.model import Code, Model
from jumou.domain.review import Patch


class ProjectEdit(Model):
    """One changed cell: `field` is the path into the project, `before` and `after` are typed values as JSON has them."""

    project_id: Code
    field: Code
    before: Any
    after: Any
    sheet: Code
    row: int
    column: Code


class NewProject(Model):
    """A row without an id: its typed values by field."""

    row: int
    values: dict[str, Any]


class ProjectListChanges(Model):
    """Everything that differs from the plan: changed cells, rows added, projects whose row is gone."""

    edits: tuple[ProjectEdit, ...] = ()
    added: tuple[NewProject, ...] = ()
    removed: tuple[Code, ...] = ()


class ProjectListPatch(Model):
    """What an edited list changes: cell by cell, and as a patch on the step `projects`.

    `patch` is None when nothing changes. Projects whose row is gone are removed by it only when that was asked for.
    """

    changes: ProjectListChanges
    new_ids: tuple[Code, ...] = ()
    patch: Patch | None = None
