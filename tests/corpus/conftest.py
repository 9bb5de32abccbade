"""Files of every format, made for the tests, and a small library to add them to."""

import io
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest
import zhplot
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen import canvas

from jumou.corpus.readers.limits import Limits
from jumou.corpus.readers.pool import Readers
from jumou.retrieval import Library
from jumou.testing import BagEncoder, text_of

FONT = Path(zhplot.__file__).parent / "fonts" / "NotoSansSC-Regular.ttf"


class Make:
    """Makes files in memory."""

    @staticmethod
    def pdf(
        pages: Sequence[Sequence[str]],
        *,
        title: str = "",
        lock: StandardEncryption | None = None,
        outline: Sequence[str] = (),
    ) -> bytes:
        """A PDF with these lines on its pages; lines that stand in `outline` get a bookmark."""
        pdfmetrics.registerFont(TTFont("noto", str(FONT)))
        file = io.BytesIO()
        page = canvas.Canvas(file, encrypt=lock)
        page.setTitle(title)
        for number, lines in enumerate(pages):
            page.setFont("noto", 12)
            for row, line in enumerate(lines):
                page.drawString(80, 800 - 20 * row, line)
                if line in outline:
                    page.bookmarkPage(f"{number}-{row}")
                    page.addOutlineEntry(line, f"{number}-{row}", 0)
            page.showPage()
        page.save()
        return file.getvalue()

    @staticmethod
    def saved(document: Any) -> bytes:
        """The bytes of a python-docx document or an openpyxl workbook."""
        file = io.BytesIO()
        document.save(file)
        return file.getvalue()

    def word(self, *paragraphs: str, **styles: str) -> bytes:
        """A Word document of plain paragraphs; `styles` gives texts by the name of their style, underlines for blanks."""
        document = docx.Document()
        for style, text in styles.items():
            document.add_paragraph(text, style=style.replace("_", " "))
        for text in paragraphs:
            document.add_paragraph(text)
        return self.saved(document)

    def excel(self, **sheets: Sequence[Sequence[Any]]) -> bytes:
        """A workbook with these rows on its sheets."""
        book = openpyxl.Workbook()
        book.remove(book.active)
        for name, rows in sheets.items():
            sheet = book.create_sheet(name)
            for row in rows:
                sheet.append(list(row))
        return self.saved(book)

    @staticmethod
    def changed(package: bytes, part: str, content: bytes) -> bytes:
        """An office file with one part replaced or added."""
        file = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(package)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
            for name in old.namelist():
                if name != part:
                    new.writestr(name, old.read(name))
            new.writestr(part, content)
        return file.getvalue()

    @staticmethod
    def archive(**parts: bytes) -> bytes:
        """A ZIP; double underlines in names stand for slashes, single ones for points."""
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
            for name, content in parts.items():
                made.writestr(name.replace("__", "/").replace("_", "."), content)
        return file.getvalue()


@pytest.fixture(scope="session")
def make() -> Make:
    """Makes files."""
    return Make()


@pytest.fixture(scope="session")
def readers() -> Iterator[Readers]:
    """Reading processes with bounds that a test reaches soon."""
    with Readers(Limits(cpu_seconds=5, wall_seconds=10, memory_bytes=1_000_000_000, workers=1)) as started:
        yield started


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Library]:
    """A library that came with one document."""
    shipped = [text_of("shipped", "国家支持中小企业特色产业集群发展。", kind="policy", title="特色产业集群办法")]
    with Library.build(tmp_path / "home", encoder=BagEncoder(), documents=shipped, corpus="small") as built:
        yield built
