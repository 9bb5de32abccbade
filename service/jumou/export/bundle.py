"""A plan's files in one folder: what `jumou plan` leaves behind and what people hand in."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final, Literal

from jumou.domain.plan import Plan
from jumou.domain.standing import History
from jumou.errors import InvalidRequest
from jumou.export.chapters import outline
from jumou.export.excel import projects_xlsx
from jumou.export.markdown import plan_markdown
from jumou.export.word import plan_docx
from jumou.files import write_atomically

Format = Literal["json", "md", "docx", "xlsx", "charts"]
FORMATS: Final[tuple[Format, ...]] = ("json", "md", "docx", "xlsx", "charts")


def write_bundle(
    plan: Plan, out: Path, *, formats: Sequence[Format] = FORMATS, history: History | None = None
) -> list[Path]:
    """Writes plan.json, plan.md, plan.docx, projects.xlsx and charts/*.png into `out`, and says what it wrote, in this order.

    Each file is written whole or not at all. The Markdown file refers to the charts, so asking for it brings them along.
    With the `history` of a kept plan, Word and Markdown end with the review record.

    Raises:
        InvalidRequest: a format is unknown.
    """
    unknown = [name for name in formats if name not in FORMATS]
    if unknown:
        raise InvalidRequest(
            f"不支持的导出格式：{'、'.join(unknown)}。", f"unknown export format: {', '.join(unknown)}.",
            mend_zh=f"可选：{'、'.join(FORMATS)}。", mend_en=f"Choose from {', '.join(FORMATS)}.",
        )  # fmt: skip
    wanted = set(formats)
    written: list[Path] = []

    def write(name: str, content: bytes) -> None:
        write_atomically(out / name, content)
        written.append(out / name)

    if "json" in wanted:
        write("plan.json", plan_json(plan).encode())
    if wanted & {"md", "docx", "charts"}:
        document = outline(plan, history=history)
        if "md" in wanted:
            write("plan.md", plan_markdown(document).encode())
        if "docx" in wanted:
            write("plan.docx", plan_docx(document))
    if "xlsx" in wanted:
        write("projects.xlsx", projects_xlsx(plan))
    if wanted & {"md", "charts"}:
        for chart in document.charts.values():
            write(f"charts/{chart.name}.png", chart.png)
    return written


def plan_json(plan: Plan) -> str:
    """The plan as JSON, indented, in the order of its fields."""
    return plan.model_dump_json(indent=2) + "\n"
