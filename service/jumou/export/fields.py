"""Word fields and marks: page numbers, the table of contents, bookmarks."""

from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph


def add_field(paragraph: Paragraph, instruction: str, shown: str = "") -> None:
    """A field with `shown` as what stands there until it is worked out."""
    _char(paragraph, "begin")
    _instruction(paragraph, instruction)
    _char(paragraph, "separate")
    paragraph.add_run(shown)
    _char(paragraph, "end")


def begin_field(paragraph: Paragraph, instruction: str, *, dirty: bool = False) -> None:
    """Opens a field whose result runs over the paragraphs that follow; `dirty` asks Word to work it out on opening."""
    _char(paragraph, "begin", dirty=dirty)
    _instruction(paragraph, instruction)
    _char(paragraph, "separate")


def end_field(paragraph: Paragraph) -> None:
    """Closes the field that `begin_field` opened."""
    _char(paragraph, "end")


def bookmark(paragraph: Paragraph, name: str, number: int) -> None:
    """Puts a bookmark around the paragraph's contents."""
    start, end = OxmlElement("w:bookmarkStart"), OxmlElement("w:bookmarkEnd")
    for element in (start, end):
        element.set(qn("w:id"), str(number))
    start.set(qn("w:name"), name)
    properties = paragraph._p.pPr  # noqa: SLF001 python-docx has no bookmarks
    if properties is not None:
        properties.addnext(start)
    else:
        paragraph._p.insert(0, start)  # noqa: SLF001
    paragraph._p.append(end)  # noqa: SLF001


def add_link(paragraph: Paragraph, anchor: str, text: str) -> None:
    """A link to a bookmark."""
    link = OxmlElement("w:hyperlink")
    link.set(qn("w:anchor"), anchor)
    link.set(qn("w:history"), "1")
    paragraph._p.append(link)  # noqa: SLF001
    link.append(paragraph.add_run(text)._r)  # noqa: SLF001


def _char(paragraph: Paragraph, kind: str, *, dirty: bool = False) -> None:
    element = OxmlElement("w:fldChar")
    element.set(qn("w:fldCharType"), kind)
    if dirty:
        element.set(qn("w:dirty"), "true")
    paragraph.add_run()._r.append(element)  # noqa: SLF001


def _instruction(paragraph: Paragraph, instruction: str) -> None:
    element = OxmlElement("w:instrText")
    element.set(qn("xml:space"), "preserve")
    element.text = f" {instruction} "
    paragraph.add_run()._r.append(element)  # noqa: SLF001
