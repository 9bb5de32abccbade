"""The official page: A4, margins, type faces and line spacing after GB/T 9704-2012, as styles of a Word document."""

from dataclasses import dataclass, replace
from typing import Any, Final

from docx.document import Document
from docx.enum.section import WD_ORIENT
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING, WD_TAB_ALIGNMENT, WD_TAB_LEADER
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.section import Section
from docx.shared import Mm, Pt, RGBColor
from docx.styles.style import CharacterStyle, ParagraphStyle
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from jumou.domain.framework import Language

BODY_SIZE: Final = 16
"""Points: 3号."""

LINE: Final = 28.95
"""Points between lines of running text: 22 lines to a page of 225 mm."""

WIDTH_MM: Final = 156
HEIGHT_MM: Final = 225
ACROSS_MM: Final = 233
"""Text area of an upright page, and text width of a page turned across."""

LATIN: Final = "Times New Roman"
_ALTERNATIVES: Final = {
    "方正小标宋简体": "宋体",
    "仿宋_GB2312": "仿宋",
    "楷体_GB2312": "楷体",
    "黑体": "SimHei",
    "宋体": "SimSun",
}
"""The faces the standard asks for, and what a machine without them shows instead."""

_GREY: Final = RGBColor(0x59, 0x59, 0x59)


@dataclass(frozen=True, slots=True)
class Face:
    """A style: East Asian face, size in points, line spacing (exact), indent in characters, alignment."""

    east: str
    size: float
    line: float
    indent: int = 0
    align: WD_ALIGN_PARAGRAPH = WD_ALIGN_PARAGRAPH.JUSTIFY
    bold: bool = False
    keep: bool = False
    before: float = 0
    after: float = 0


_LEFT, _CENTRE = WD_ALIGN_PARAGRAPH.LEFT, WD_ALIGN_PARAGRAPH.CENTER
STYLES: Final[dict[str, Face]] = {
    "Normal": Face("仿宋_GB2312", BODY_SIZE, LINE, indent=2),
    "Title": Face("方正小标宋简体", 22, 36, align=_CENTRE),
    "Heading 1": Face("黑体", BODY_SIZE, LINE, indent=2, align=_LEFT, keep=True, before=8),
    "Heading 2": Face("楷体_GB2312", BODY_SIZE, LINE, indent=2, align=_LEFT, keep=True),
    "Heading 3": Face("仿宋_GB2312", BODY_SIZE, LINE, indent=2, align=_LEFT, bold=True, keep=True),
    "Plan Item": Face("仿宋_GB2312", 12, 19, indent=2, align=_LEFT),
    "Plan Note": Face("楷体_GB2312", 9, 13, indent=2),
    "Plan Label": Face("黑体", 12, 20, align=_LEFT),
    "Plan Reference": Face("仿宋_GB2312", 9, 12, align=_LEFT),
    "Plan Small Head": Face("黑体", 8, 11, align=_CENTRE),
    "Plan Small": Face("仿宋_GB2312", 8, 11, align=_LEFT),
    "Plan Cover": Face("楷体_GB2312", BODY_SIZE, 30, align=_CENTRE),
    "Plan Table Head": Face("黑体", 9, 12, align=_CENTRE),
    "Plan Table": Face("仿宋_GB2312", 9, 12, align=_LEFT),
    "Plan Picture": Face("仿宋_GB2312", 10.5, 12, align=_CENTRE, keep=True, before=6),
    "Caption": Face("黑体", 10.5, 16, align=_CENTRE, keep=True, before=4, after=2),
    "toc 1": Face("黑体", 10.5, 16.5, align=_LEFT),
    "toc 2": Face("仿宋_GB2312", 10.5, 16, align=_LEFT),
    "Contents Title": Face("黑体", 18, 32, align=_CENTRE),
    "Header": Face("宋体", 9, 12, align=_CENTRE),
    "Footer": Face("宋体", 14, 18, align=_LEFT),
}


class StyleBook:
    """The styles of a document by name. python-docx searches all of them for every paragraph; this looks once."""

    def __init__(self, document: Document) -> None:
        """Reads the names and ids."""
        self._ids = {str(style.name): style.style_id for style in document.styles}

    def dress(self, paragraph: Paragraph, name: str) -> Paragraph:
        """The paragraph in the style `name`."""
        paragraph._p.style = self._ids[name]  # noqa: SLF001 the public setter is the slow search
        return paragraph

    def dress_run(self, run: Run, name: str) -> None:
        """Sets the character style `name`."""
        run._r.style = self._ids[name]  # noqa: SLF001


def apply_layout(document: Document, language: Language) -> StyleBook:
    """Sets styles, font alternatives and language of a document made from python-docx's template."""
    _drop_table_styles(document)
    for name, face in STYLES.items():
        _paragraph_style(document, name, face, language)
    _contents_styles(document)
    _character_style(document, "Plan Source", colour=RGBColor(0x1F, 0x4E, 0x79))
    _character_style(document, "Plan State", colour=_GREY, east="楷体_GB2312")
    _character_style(document, "Plan Warning", colour=RGBColor(0xB3, 0x26, 0x1E), east="楷体_GB2312")
    _character_style(document, "Plan Muted", colour=_GREY, east="楷体_GB2312")
    _languages(document, language)
    _fonts(document)
    _settings(document)
    return StyleBook(document)


def set_page(section: Section, *, landscape: bool) -> None:
    """A4 with margins 37 (top), 35 (bottom), 28 (left), 26 (right) mm; across, the page with its margins turns."""
    section.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT
    width, height = (297, 210) if landscape else (210, 297)
    section.page_width, section.page_height = Mm(width), Mm(height)
    top, bottom, left, right = (28, 26, 32, 32) if landscape else (37, 35, 28, 26)
    section.top_margin, section.bottom_margin = Mm(top), Mm(bottom)
    section.left_margin, section.right_margin = Mm(left), Mm(right)
    section.header_distance, section.footer_distance = Mm(18 if landscape else 24), Mm(17 if landscape else 25)


def _drop_table_styles(document: Document) -> None:
    """The template carries a hundred table styles that no table of ours uses."""
    for style in list(document.styles):
        if style.type == WD_STYLE_TYPE.TABLE and style.name not in ("Normal Table", "Table Grid"):
            style.delete()


def _contents_styles(document: Document) -> None:
    """Page numbers at the right, joined by dots; Word uses the styles when it works out the table of contents."""
    for name, indent in (("toc 1", 0), ("toc 2", 28)):
        style = document.styles[name]
        assert isinstance(style, ParagraphStyle)  # noqa: S101 set above
        style.paragraph_format.left_indent = Pt(indent)
        style.paragraph_format.tab_stops.add_tab_stop(Mm(WIDTH_MM), WD_TAB_ALIGNMENT.RIGHT, WD_TAB_LEADER.DOTS)


def _languages(document: Document, language: Language) -> None:
    """The languages spelling and punctuation follow."""
    for mark in document.styles.element.iter(qn("w:lang")):
        mark.set(qn("w:val"), "en-GB" if language == "en" else "en-US")
        mark.set(qn("w:eastAsia"), "zh-CN")


def _paragraph_style(document: Document, name: str, face: Face, language: Language) -> None:
    if language == "en" and face.size in (BODY_SIZE, 14) and name != "Footer":  # Latin text is read at a smaller size
        face = replace(face, size=face.size * 0.75, line=round(face.line * 0.65, 1))
    styles = document.styles
    known = name in [style.name for style in styles]
    style = styles[name] if known else styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    assert isinstance(style, ParagraphStyle)  # noqa: S101 the names above are paragraph styles
    if name != "Normal":
        style.base_style = styles["Normal"]
    if name.startswith("Heading"):
        style.next_paragraph_style = styles["Normal"]
    style.hidden, style.quick_style = False, True
    _plain_properties(style)
    style.font.size, style.font.bold, style.font.italic = Pt(face.size), face.bold, False
    style.font.color.rgb = RGBColor(0, 0, 0)
    _set_faces(style, face.east, language)
    form = style.paragraph_format
    form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(face.line)
    if name == "Plan Picture":  # a picture would be cut off by an exact line
        form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.SINGLE, 1.0
    form.space_before, form.space_after = Pt(face.before), Pt(face.after)
    form.alignment = _LEFT if language == "en" and face.align == WD_ALIGN_PARAGRAPH.JUSTIFY else face.align
    form.keep_with_next, form.widow_control = face.keep, True
    form.first_line_indent = Pt(face.indent * face.size)
    indent = style.element.get_or_add_pPr().get_or_add_ind()
    indent.set(qn("w:firstLineChars"), str(100 * face.indent))


def _plain_properties(style: ParagraphStyle) -> None:
    """Drops what the template's style brings along: theme faces, borders, kerning."""
    for properties in (style.element.rPr, style.element.pPr):
        if properties is None:
            continue
        for tag in ("w:rFonts", "w:color", "w:pBdr", "w:spacing", "w:kern", "w:contextualSpacing", "w:ind", "w:tabs"):
            for child in properties.findall(qn(tag)):
                properties.remove(child)


def _set_faces(style: CharacterStyle, east: str, language: Language) -> None:
    """Latin and East Asian faces; the language of the text decides which signs count as East Asian."""
    style.font.name = LATIN
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for attribute, face in (("w:ascii", LATIN), ("w:hAnsi", LATIN), ("w:cs", LATIN), ("w:eastAsia", east)):
        fonts.set(qn(attribute), face)
    if language == "zh":
        fonts.set(qn("w:hint"), "eastAsia")


def _character_style(document: Document, name: str, *, colour: RGBColor, east: str = "") -> None:
    style = document.styles.add_style(name, WD_STYLE_TYPE.CHARACTER)
    assert isinstance(style, CharacterStyle)  # noqa: S101 just made
    style.font.color.rgb = colour
    if east:
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        fonts.set(qn("w:eastAsia"), east)


def _fonts(document: Document) -> None:
    """Replaces the template's font table by ours, with an alternative for each face."""
    rows = "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{other}"/><w:charset w:val="86"/><w:family w:val="auto"/><w:pitch w:val="variable"/></w:font>'
        for name, other in _ALTERNATIVES.items()
    )
    rows += (
        f'<w:font w:name="{LATIN}"><w:charset w:val="00"/><w:family w:val="roman"/><w:pitch w:val="variable"/></w:font>'
    )
    table = f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:fonts xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">{rows}</w:fonts>'
    for relation in document.part.rels.values():
        if relation.reltype.endswith("/fontTable"):
            relation.target_part._blob = table.encode()  # noqa: SLF001 python-docx offers no other way


def _settings(document: Document) -> None:
    """Odd and even pages differ (page numbers stand outside); Chinese punctuation is set as Chinese print sets it."""
    document.settings.odd_and_even_pages_header_footer = True
    element: Any = document.settings.element
    for tag in ("w:characterSpacingControl",):
        for child in element.findall(qn(tag)):
            element.remove(child)
    control = OxmlElement("w:characterSpacingControl")
    control.set(qn("w:val"), "compressPunctuation")
    anchor = element.find(qn("w:compat"))
    if anchor is not None:
        anchor.addprevious(control)
    else:
        element.append(control)
