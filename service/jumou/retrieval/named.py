"""Official documents asked for by number or title: 国发〔2015〕28号, 国务院令第783号, 《循环经济发展规划》."""

import re
import unicodedata
from typing import Final, NamedTuple

from jumou.domain.evidence import Document
from jumou.domain.quoting import comparable

_NUMBER: Final = re.compile(
    r"([\u4e00-\u9fff]{2,20})\s*(?:[〔\[(【]?\s*((?:19|20)\d\d)\s*[〕\])】]?\s*)?第?\s*(\d{1,5})\s*号"
)

_TITLE: Final = re.compile(r"《([^《》]{4,120})》")


class Number(NamedTuple):
    """Of a document: who gave it, the year (empty when there is none), and which of that year."""

    whose: str
    year: str
    which: str


class Named(NamedTuple):
    """What a question names."""

    numbers: frozenset[Number]
    titles: frozenset[str]

    def __bool__(self) -> bool:
        """Whether it names anything."""
        return bool(self.numbers or self.titles)

    def means(self, document: Document) -> bool:
        """Whether the document is one of those named. Words may stand before a number (根据国发〔2015〕28号)."""
        title = comparable(document.title)
        return any(one in title for one in self.titles) or any(
            asked[1:] == its[1:] and asked.whose.endswith(its.whose)
            for its in numbers(document.document_number or "")
            for asked in self.numbers
        )


def named(question: str) -> Named:
    """The documents that `question` names by number, or by title in 《》."""
    return Named(numbers(question), frozenset(comparable(title) for title in _TITLE.findall(question)))


def numbers(text: str) -> frozenset[Number]:
    """The numbers of documents in `text`; width and the kind of brackets make no difference."""
    return frozenset(
        Number(who.removesuffix("第"), year, which.lstrip("0"))
        for who, year, which in (_NUMBER.findall(unicodedata.normalize("NFKC", text)) if "号" in text else ())
    )
