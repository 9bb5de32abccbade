"""The plan as a Word document in official layout (GB/T 9704): cover, contents, chapters, annexes."""

import io
from pathlib import Path
from typing import Final

import docx
from docx.document import Document
from docx.enum.section import WD_SECTION
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.section import Section
from docx.shared import Length, Mm, Pt
from docx.text.paragraph import Paragraph as WordParagraph

from jumou.domain.plan import Plan
from jumou.export.blocks import Block, Heading, Line, Paragraph, Picture, Record, Run, Table, Turn
from jumou.export.chapters import Outline, outline
from jumou.export.fields import add_field, add_link, begin_field, bookmark, end_field
from jumou.export.label import running_label, visible_label
from jumou.export.layout import ACROSS_MM, HEIGHT_MM, WIDTH_MM, apply_layout, set_page
from jumou.export.properties import set_properties, xml_text
from jumou.export.sealed import moment, sealed
from jumou.export.word_tables import add_record, add_table
from jumou.files import write_atomically

_STYLES: Final = {"body": "Normal", "item": "Plan Item", "note": "Plan Note", "reference": "Plan Reference"}
_RUNS: Final = {"source": "Plan Source", "state": "Plan State", "warning": "Plan Warning", "muted": "Plan Muted"}


_PICTURE_SHARE: Final = 0.88
_PICTURE_HIGHEST: Final = 0.7
"""Pictures leave room for the text that speaks of them: shares of the page's width and height."""


def plan_docx(document: Outline) -> bytes:
    """The file's bytes; the same plan gives the same bytes."""
    return _Writer(document).written()


def write_docx(plan: Plan, path: Path) -> Path:
    """Writes the plan to `path`."""
    write_atomically(path, plan_docx(outline(plan)))
    return path


class _Writer:
    """Puts the blocks of one plan into a Word document."""

    def __init__(self, source: Outline) -> None:
        self.source = source
        self.plan = source.plan
        self.zh = source.plan.provenance.language == "zh"
        self.word: Document = docx.Document()
        self.book = apply_layout(self.word, source.plan.provenance.language)
        self.across = False
        self.marks = 0
        self.quotes: WordParagraph | None = None

    def written(self) -> bytes:
        set_properties(self.word, self.plan)
        section = self.word.sections[0]
        set_page(section, landscape=False)
        section.different_first_page_header_footer = True
        self._running(section)
        self._cover()
        self._contents()
        for block in self.source.blocks:
            self._block(block)
        buffer = io.BytesIO()
        self.word.save(buffer)
        return sealed(buffer.getvalue(), moment(self.plan))

    def _cover(self) -> None:
        """The first page: title, kind of document, region, date, and the label of AI-assisted content."""
        plan, made = self.plan, moment(self.plan)
        label = self._paragraph("Plan Label")
        label.add_run(xml_text(visible_label(plan)))
        title = self._paragraph("Title")
        title.paragraph_format.space_before = Pt(130)
        for place, part in enumerate(_title_lines(plan.title)):
            if place:
                title.add_run().add_break()
            title.add_run(xml_text(part))
        kind = self._paragraph("Plan Cover")
        kind.paragraph_format.space_before = Pt(20)
        kind.add_run(xml_text(self.source.kind) or ("（初稿　供评审修改）" if self.zh else "First draft for review"))
        region = self._paragraph("Plan Cover")
        region.paragraph_format.space_before = Pt(210)
        region.add_run(xml_text(" ".join(part for part in (plan.profile.parent, plan.profile.name) if part)))
        if plan.provenance.created_at:
            date = self._paragraph("Plan Cover")
            date.add_run(f"{made.year}年{made.month}月{made.day}日" if self.zh else f"{made:%-d %B %Y}")

    def _contents(self) -> None:
        """A field Word works out on opening; until then, and in readers that work out no fields, the headings as links."""
        title = self._paragraph("Contents Title")
        title.paragraph_format.page_break_before = True
        title.add_run("目　录" if self.zh else "Contents")
        heads = [block for block in self.source.blocks if isinstance(block, Heading)]
        shown = [(number, head) for number, head in enumerate(heads, start=1) if head.level <= 2]
        for place, (number, head) in enumerate(shown):
            entry = self._paragraph(f"toc {head.level}")
            if place == 0:
                begin_field(entry, 'TOC \\o "1-2" \\h \\z \\u', dirty=True)
            add_link(entry, f"_Toc{number:06d}", xml_text(head.full))
            if place == len(shown) - 1:
                end_field(entry)

    def _block(self, block: Block) -> None:
        match block:
            case Heading():
                self._heading(block)
            case Paragraph():
                self._written(block)
            case Table():
                self._paragraph("Caption").add_run(xml_text(block.caption))
                add_table(self.word, self.book, block, self._width(), self._line)
                self._after_table()
            case Record():
                add_record(self.word, self.book, block, self._width(), self._line)
                self._after_table()
            case Picture():
                self._picture(block)
            case Turn():
                self._turn(block.landscape)

    def _written(self, block: Paragraph) -> None:
        """A paragraph; the quotes of one source run on in one, for most are shorter than a line."""
        quote = block.style == "reference" and block.line[0].kind == "source"
        if quote and self.quotes is not None:
            self.quotes.add_run("　")
            self._line(self.quotes, block.line)
            return
        paragraph = self._paragraph(_STYLES[block.style])
        self._line(paragraph, block.line)
        self.quotes = paragraph if quote else None

    def _heading(self, head: Heading) -> None:
        self.marks += 1
        paragraph = self._paragraph(f"Heading {head.level}")
        paragraph.add_run(xml_text(head.full))
        bookmark(paragraph, f"_Toc{self.marks:06d}", self.marks)
        if head.level == 1 and not head.number:
            paragraph.paragraph_format.page_break_before = True

    def _picture(self, picture: Picture) -> None:
        shape = (
            self._paragraph("Plan Picture")
            .add_run()
            .add_picture(io.BytesIO(picture.png), width=Mm(self._width() * _PICTURE_SHARE))
        )
        most = Mm(HEIGHT_MM * _PICTURE_HIGHEST)
        if shape.height > most:
            shape.width, shape.height = Length(shape.width * most // shape.height), most
        properties = shape._inline.docPr  # noqa: SLF001 python-docx has no setting for the description
        properties.set("descr", xml_text(picture.alt))
        properties.set("name", picture.name)
        caption = self._paragraph("Caption")
        caption.add_run(xml_text(picture.caption))
        caption.paragraph_format.keep_with_next = False
        caption.paragraph_format.space_after = Pt(8)

    def _turn(self, landscape: bool) -> None:
        section = self.word.add_section(WD_SECTION.NEW_PAGE)
        set_page(section, landscape=landscape)
        section.different_first_page_header_footer = False
        self.across = landscape

    def _running(self, section: Section) -> None:
        """The label above every page but the cover, the page number below: right on odd pages, left on even ones."""
        for header in (section.header, section.even_page_header):
            header.is_linked_to_previous = False
            self.book.dress(header.paragraphs[0], "Header").add_run(xml_text(running_label(self.plan)))
        for footer, side in (
            (section.footer, WD_ALIGN_PARAGRAPH.RIGHT),
            (section.even_page_footer, WD_ALIGN_PARAGRAPH.LEFT),
        ):
            footer.is_linked_to_previous = False
            paragraph = self.book.dress(footer.paragraphs[0], "Footer")
            paragraph.alignment = side
            indent = Pt(14)
            if side == WD_ALIGN_PARAGRAPH.RIGHT:
                paragraph.paragraph_format.right_indent = indent
            else:
                paragraph.paragraph_format.left_indent = indent
            paragraph.add_run("— ")
            add_field(paragraph, "PAGE", "1")
            paragraph.add_run(" —")

    def _paragraph(self, style: str) -> WordParagraph:
        return self.book.dress(self.word.add_paragraph(), style)

    def _after_table(self) -> None:
        """A low empty line, so that two tables do not grow together."""
        gap = self._paragraph("Plan Note")
        gap.paragraph_format.line_spacing = Pt(8)

    def _line(self, paragraph: WordParagraph, line: Line) -> None:
        for place, run in enumerate(line):
            self._run(paragraph, run, leads=place == 0)

    def _run(self, paragraph: WordParagraph, run: Run, *, leads: bool) -> None:
        """A source mark is raised behind what it supports, and stands on the line where it leads."""
        written = paragraph.add_run(xml_text(run.text))
        if run.kind == "strong":
            written.bold = True
        elif run.kind != "plain":
            self.book.dress_run(written, _RUNS[run.kind])
        if run.kind == "source" and not leads:
            written.font.superscript = True

    def _width(self) -> float:
        return ACROSS_MM if self.across else WIDTH_MM


def _title_lines(title: str) -> tuple[str, ...]:
    """A long title broken before the bracket that holds its years, as title pages have it."""
    head, bracket, rest = title.rpartition("（")
    return (head, bracket + rest) if head and len(title) > 18 else (title,)
