"""Word documents (.docx): paragraphs, headings, numbering, text boxes and tables in their order."""

import io
import zipfile
from collections.abc import Iterator
from typing import Any, Final

import docx
from docx.document import Document
from docx.opc.exceptions import OpcError
from docx.oxml.ns import qn
from lxml.etree import LxmlError

from jumou.corpus.readers import refusals
from jumou.corpus.readers.archive import check_archive
from jumou.corpus.readers.extract import Extract
from jumou.corpus.readers.limits import Limits
from jumou.corpus.readers.numbering import Numbering
from jumou.corpus.readers.tables import rows_as_text

_P, _TBL, _SDT = qn("w:p"), qn("w:tbl"), qn("w:sdt")
_WRAPPERS: Final = frozenset(qn(name) for name in ("w:sdtContent", "w:customXml", "w:smartTag", "w:ins", "w:moveTo"))
_SKIPPED: Final = frozenset(
    [*(qn(name) for name in ("w:del", "w:moveFrom", "w:pPr", "w:rPr")),
     "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"]
)  # fmt: skip
_BOX: Final = qn("w:txbxContent")
_HEADING_NAMES: Final = ("heading ", "\u6807\u9898 ")
_TITLE_NAMES: Final = frozenset(("title", "\u6807\u9898", "\u6587\u6863\u6807\u9898"))
_CONTENTS_NAMES: Final = ("toc ", "\u76ee\u5f55 ")
_DAMAGE: Final = (
    OpcError,
    LxmlError,
    zipfile.BadZipFile,
    KeyError,
    ValueError,
    AttributeError,
    TypeError,
    IndexError,
    OSError,
)
"""What python-docx raises on damaged parts."""


def read_docx(content: bytes, name: str, limits: Limits) -> Extract:
    """All text of the body, insertions accepted and deletions gone; Heading 1–6 become `##`–`######`, Title `#`.

    Automatic numbers such as 第三条 and （一） are written out, table rows become text, the generated table of contents
    is left out.

    Raises:
        RefusedFile: it is damaged, encrypted, a bomb, nested too deeply, or has too many characters.
    """
    check_archive(content, name, "docx", limits)
    try:
        document = docx.Document(io.BytesIO(content))
        body = _Body(document, name, limits)
        lines = list(body.blocks(document.element.body, 0))
    except RecursionError as problem:
        raise refusals.too_deep(name, limits.depth) from problem
    except _DAMAGE as problem:
        if "xcessive depth" in str(problem):  # libxml2's own bound
            raise refusals.too_deep(name, limits.depth) from problem
        raise refusals.broken(name, "docx") from problem
    return Extract("\n".join(lines), "docx", title=body.title)


class _Body:
    """Walks the body once; keeps the title it passes and the state of the lists."""

    def __init__(self, document: Document, name: str, limits: Limits) -> None:
        self.title = ""
        self._name = name
        self._limits = limits
        self._characters = 0
        self._styles = _styles(document)
        self._numbering = Numbering(document)

    def blocks(self, parent: Any, depth: int) -> Iterator[str]:
        """A line for every paragraph and table row under `parent`."""
        if depth > self._limits.depth:
            raise refusals.too_deep(self._name, self._limits.depth)
        for child in parent:
            if child.tag == _P:
                yield from self._paragraph(child, depth)
            elif child.tag == _TBL:
                yield ""
                yield from rows_as_text(list(self._rows(child, depth + 1)))
                yield ""
            elif child.tag == _SDT or child.tag in _WRAPPERS:
                yield from self.blocks(child, depth + 1)

    def _paragraph(self, paragraph: Any, depth: int) -> Iterator[str]:
        boxes: list[Any] = []
        text = "".join(_letters(paragraph, boxes)).strip()
        self._characters += len(text)
        if self._characters > self._limits.characters:
            raise refusals.too_many(self._name, "字数", "characters", self._limits.characters)
        style, level = self._style(paragraph)
        number = self._numbering.next(paragraph, style)
        if text and not style.startswith(_CONTENTS_NAMES):
            if style in _TITLE_NAMES and not self.title:
                self.title, level = " ".join(text.split()), 0
                yield f"# {self.title}"
            elif level:
                yield from ("", f"{'#' * min(6, level + 1)} {number}{' '.join(text.split())}", "")
            else:
                yield f"{number}{text}"
        for box in boxes:
            yield from self.blocks(box, depth + 1)

    def _style(self, paragraph: Any) -> tuple[str, int]:
        """The style's name in lower case, and the level as a heading, 0 for none."""
        found = paragraph.find(f"{qn('w:pPr')}/{qn('w:pStyle')}")
        name, level = self._styles.get("" if found is None else found.get(qn("w:val"), ""), ("", 0))
        outline = paragraph.find(f"{qn('w:pPr')}/{qn('w:outlineLvl')}")
        if outline is not None:
            own = int(outline.get(qn("w:val"), "9"))
            level = own + 1 if own < 6 else 0
        return name, level

    def _rows(self, table: Any, depth: int) -> Iterator[list[str]]:
        """The cells of each row; a cell merged downwards stands in its first row only."""
        for row in table.iter(qn("w:tr")):
            if next(row.iterancestors(_TBL)) is not table:
                continue
            cells = []
            for cell in row.findall(qn("w:tc")):
                merged = cell.find(f"{qn('w:tcPr')}/{qn('w:vMerge')}")
                above = merged is not None and merged.get(qn("w:val"), "continue") == "continue"
                cells.append("" if above else " ".join(line.strip("# ") for line in self.blocks(cell, depth) if line))
            yield cells


def _styles(document: Document) -> dict[str, tuple[str, int]]:
    """Name and heading level of every paragraph style, by its id; a level may come from a style it is based on."""
    own: dict[str, tuple[str, int, str]] = {}
    for style in document.styles.element.findall(qn("w:style")):
        named, outline, based = (
            style.find(path) for path in (qn("w:name"), f"{qn('w:pPr')}/{qn('w:outlineLvl')}", qn("w:basedOn"))
        )
        name = "" if named is None else str(named.get(qn("w:val"), "")).lower()
        level = 0
        if name.startswith(_HEADING_NAMES) and name.split()[-1].isdecimal():
            level = int(name.split()[-1])
        elif outline is not None and (value := str(outline.get(qn("w:val"), ""))).isdecimal():
            level = int(value) + 1
        parent = "" if based is None else str(based.get(qn("w:val"), ""))
        own[str(style.get(qn("w:styleId"), ""))] = (name, level if level <= 6 else 0, parent)
    return {style_id: (entry[0], _inherited(style_id, own)) for style_id, entry in own.items()}


def _inherited(style_id: str, own: dict[str, tuple[str, int, str]]) -> int:
    for _ in range(10):
        name, level, parent = own.get(style_id, ("", 0, ""))
        if level or not parent or name in _TITLE_NAMES:
            return level
        style_id = parent
    return 0


def _letters(element: Any, boxes: list[Any]) -> Iterator[str]:
    """The text under `element`; text boxes inside are put into `boxes`."""
    stack = [iter(element)]
    while stack:
        child = next(stack[-1], None)
        if child is None:
            stack.pop()
        elif child.tag == qn("w:t"):
            yield child.text or ""
        elif child.tag == qn("w:tab"):
            yield "\t"
        elif child.tag in (qn("w:br"), qn("w:cr")):
            yield "\n"
        elif child.tag == qn("w:noBreakHyphen"):
            yield "-"
        elif child.tag == _BOX:
            boxes.append(child)
        elif child.tag not in _SKIPPED:
            stack.append(iter(child))
