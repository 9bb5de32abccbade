"""A plan as files: Word in official layout, an Excel project list, Markdown, charts, JSON."""

from jumou.export.bundle import FORMATS, Format, plan_json, write_bundle
from jumou.export.excel import projects_xlsx, write_xlsx
from jumou.export.markdown import write_markdown
from jumou.export.patch import patched
from jumou.export.reimport import NewProject, ProjectEdit, ProjectListChanges, read_projects
from jumou.export.word import write_docx

__all__ = [
    "FORMATS",
    "Format",
    "NewProject",
    "ProjectEdit",
    "ProjectListChanges",
    "patched",
    "plan_json",
    "projects_xlsx",
    "read_projects",
    "write_bundle",
    "write_docx",
    "write_markdown",
    "write_xlsx",
]
