"""A plan as files: Word in official layout, an Excel project list, Markdown, charts, JSON."""

from jumou.domain.list_changes import NewProject, ProjectEdit, ProjectListChanges, ProjectListPatch
from jumou.export.actuals_sheet import actuals_xlsx, read_actuals
from jumou.export.bundle import FORMATS, Format, plan_json, write_bundle
from jumou.export.excel import projects_xlsx, write_xlsx
from jumou.export.list_import import read_list_patch
from jumou.export.markdown import write_markdown
from jumou.export.patch import patched
from jumou.export.reimport import read_projects
from jumou.export.report import Monitored, report_docx, report_markdown, write_report
from jumou.export.word import write_docx

__all__ = [
    "FORMATS",
    "Format",
    "Monitored",
    "NewProject",
    "ProjectEdit",
    "ProjectListChanges",
    "ProjectListPatch",
    "actuals_xlsx",
    "patched",
    "plan_json",
    "projects_xlsx",
    "read_actuals",
    "read_list_patch",
    "read_projects",
    "report_docx",
    "report_markdown",
    "write_bundle",
    "write_docx",
    "write_markdown",
    "write_report",
    "write_xlsx",
]
