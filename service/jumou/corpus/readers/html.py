"""Web pages: what a reader of the page sees of its main part, and nothing that runs, hides or navigates."""

import re
from collections.abc import Iterator
from typing import Final

from bs4 import BeautifulSoup, Tag
from bs4.element import CData, NavigableString, PageElement

from jumou.corpus.readers import refusals
from jumou.corpus.readers.encoding import decoded
from jumou.corpus.readers.extract import Extract
from jumou.corpus.readers.limits import Limits
from jumou.corpus.readers.tables import rows_as_text

_DROPPED: Final = frozenset(
    ("script", "style", "noscript", "template", "iframe", "frame", "object", "embed", "applet", "svg", "math", "canvas", "audio",
     "video", "head", "nav", "footer", "aside", "button", "select", "input", "textarea", "dialog", "link", "meta", "base")
)  # fmt: skip
_HIDDEN: Final = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?![.\d])|opacity\s*:\s*0(?![.\d])", re.IGNORECASE
)
_BLOCKS: Final = frozenset(
    ("address", "article", "blockquote", "body", "caption", "center", "dd", "div", "dl", "dt", "figcaption", "figure", "form", "header",
     "hr", "li", "main", "ol", "p", "pre", "section", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul", "fieldset", "details", "summary")
)  # fmt: skip
_HEADINGS: Final = {f"h{level}": level for level in range(1, 7)}
_MAIN: Final = ("#UCAP-CONTENT", ".TRS_Editor", ".TRS_UEDITOR", "article", "main", "[role=main]")
"""Where the systems of government sites and HTML itself put the text."""

_LEAST_MAIN: Final = 200
_SITE: Final = re.compile(r"\s*[_|]\s*|\s+[-–—]\s+")
_CHARSET: Final = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([\w-]{2,30})", re.IGNORECASE)
_BETWEEN_CJK: Final = re.compile("(?<=[\u3000-\u9fff\uff00-\uffef])[ \t]*\n\\s*(?=[\u3000-\u9fff\uff00-\uffef])")
_BLANKS: Final = re.compile(r"[ \t\r\n\f\u00a0]+")


def read_html(content: bytes, name: str, limits: Limits) -> Extract:
    """Headings h1–h6, paragraphs, lists and tables of the page's main part.

    Scripts, styles, frames, forms, navigation, comments and hidden elements are left out, and no address is ever fetched.

    Raises:
        RefusedFile: its encoding is unknown, or it is nested too deeply.
    """
    declared = _CHARSET.search(content[:4096])
    markup = decoded(content, name, declared=declared[1].decode("ascii") if declared else "")
    soup = BeautifulSoup(re.sub(r"<\?xml[^>]{0,200}\?>", "", markup[:500]) + markup[500:], "lxml")
    _check_depth(soup, name, limits)
    stated = _stated_title(soup)
    title = stated or _page_title(soup)
    _strip(soup)
    root = _main(soup)
    headings = [one for one in root.find_all(list(_HEADINGS)) if _bare(one)]
    tops = [one for one in headings if one.name == "h1"]
    shift = 0 if len(tops) == 1 or not tops else 1
    if len(tops) == 1 and not stated:
        title = _bare(tops[0])
    text = _text(root, shift)
    return Extract(text, "html", title=title)


def _check_depth(soup: BeautifulSoup, name: str, limits: Limits) -> None:
    stack: list[tuple[Tag, int]] = [(soup, 0)]
    while stack:
        element, depth = stack.pop()
        if depth > limits.depth:
            raise refusals.too_deep(name, limits.depth)
        stack += [(child, depth + 1) for child in element.children if isinstance(child, Tag)]


def _stated_title(soup: BeautifulSoup) -> str:
    """What government pages give in a `meta` element of that name."""
    for one in soup.find_all("meta", limit=200):
        if str(one.get("name", "")).lower() == "articletitle" and str(one.get("content", "")).strip():
            return _one_line(str(one["content"]))
    return ""


def _page_title(soup: BeautifulSoup) -> str:
    """The title shown on the tab, without the name of the site."""
    if soup.title is None:
        return ""
    return max(_SITE.split(_one_line(soup.title.get_text())), key=len, default="")


def _strip(soup: BeautifulSoup) -> None:
    """Takes out what does not belong to the visible text. Innermost first would be slow: a parent takes its children along."""
    for element in soup.find_all(True):
        if element.decomposed:
            continue
        hidden = element.has_attr("hidden") or str(element.get("aria-hidden", "")).lower() == "true"
        if element.name in _DROPPED or hidden or _HIDDEN.search(str(element.get("style", ""))):
            element.decompose()


def _main(soup: BeautifulSoup) -> Tag:
    for selector in _MAIN:
        found = soup.select(selector, limit=2)
        if len(found) == 1 and len(_bare(found[0])) >= _LEAST_MAIN:
            return found[0]
    return soup.body or soup


def _text(root: Tag, shift: int) -> str:
    """The text of `root`, a line for every block."""
    parts: list[str] = []
    stack: list[PageElement | str] = [root]
    while stack:
        element = stack.pop()
        if isinstance(element, str) and not isinstance(element, PageElement):
            parts.append(element)
        elif isinstance(element, NavigableString):
            if type(element) in (NavigableString, CData):
                parts.append(_BLANKS.sub(" ", _BETWEEN_CJK.sub("", str(element))))
        elif isinstance(element, Tag):
            if element.name == "br":
                parts.append("\n")
            elif element.name in _HEADINGS:
                heading = _bare(element)
                parts.append(f"\n\n{'#' * min(6, _HEADINGS[element.name] + shift)} {heading}\n\n" if heading else "\n")
            elif element.name == "table" and (rows := _grid(element)):
                parts.append("\n" + "\n".join(rows_as_text(rows)) + "\n")
            elif element.name in _BLOCKS:
                edge = "\n\n" if element.name in ("p", "section", "article") else "\n"
                parts.append(f"{edge}- " if element.name == "li" else edge)
                stack += ["" if element.name == "li" else edge, *reversed(list(element.children))]
            else:
                stack += reversed(list(element.children))
    lines = (line.strip(" ") for line in "".join(parts).split("\n"))
    return "\n".join(line for line in lines if line != "-")


def _grid(table: Tag) -> list[list[str]]:
    """The cells of a table of data; nothing for one that lays out a page: with tables or headings inside, or one column."""
    if table.find(["table", *_HEADINGS]) is not None:
        return []
    rows = [[_bare(cell) for cell in row.find_all(["td", "th"])] for row in table.find_all("tr")]
    wide = sum(len(row) > 1 for row in rows)
    return rows if len(rows) > 1 and wide * 2 > len(rows) else []


def _bare(element: Tag) -> str:
    return _one_line(" ".join(_strings(element)))


def _strings(element: Tag) -> Iterator[str]:
    """Texts inside, joined where only inline elements part them."""
    held: list[str] = []
    for one in element.descendants:
        if isinstance(one, Tag):
            if held and (one.name in _BLOCKS or one.name == "br"):
                yield "".join(held)
                held = []
        elif type(one) in (NavigableString, CData):
            held.append(_BETWEEN_CJK.sub("", str(one)))
    yield "".join(held)


def _one_line(text: str) -> str:
    return " ".join(text.split())
