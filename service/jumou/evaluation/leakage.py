"""Which documents are kept out of retrieval while a case is drafted: those about its own region, and its own plan."""

import re
import unicodedata
from collections.abc import Iterable
from typing import Final, Protocol
from urllib.parse import urlsplit

from jumou.domain.evidence import Document
from jumou.domain.region import RegionProfile
from jumou.evaluation.gold import GoldPlan
from jumou.retrieval.filter import Filter, place, places

_NATIONWIDE: Final = frozenset({"全国", "中国", "china", "national", "international"})
_GENERIC: Final = re.compile(
    r"^(?:国家级|省级)?(?:高新区|经开区|开发区|新区|自贸区|高新技术产业开发区|经济技术开发区)$"
)
_LEAST_TITLE: Final = 0.6
"""Share of character pairs two titles have in common; a plan and its rival elsewhere reach about .4."""


class Catalogue(Protocol):
    """What is needed of the index: its documents."""

    def documents(self, where: Filter | None = None) -> list[Document]:
        """All documents."""
        ...


def own_documents(gold: GoldPlan, profile: RegionProfile, library: Catalogue) -> dict[str, str]:
    """Ids of the documents that would give the case away, each with the reason.

    A document counts when one of its regions is the case's region (or a part of its name: 大连开发区 in
    大连开发区(金州新区), 贵阳 in 贵阳市、贵安新区), when the name stands in its title, when its title is the plan's, or
    when it was written from one of the plan's own sources. Documents about the parent alone stay in: a planner has
    them too, unless their only region is the parent and the region is the parent itself.
    """
    names = own_names(profile, gold)
    sources = {_address(url) for url in gold.expert.source_urls}
    kept_out: dict[str, str] = {}
    for document in library.documents():
        reason = _reason(document, names, gold.expert.title, sources)
        if reason:
            kept_out[document.id] = reason
    return kept_out


def own_names(profile: RegionProfile, gold: GoldPlan) -> frozenset[str]:
    """The forms the region is called by, without rank, lower case."""
    written = str((gold.input.get("region") or {}).get("name") or profile.name)
    forms: set[str] = set()
    for name in {profile.name, written}:
        for part in (name, *re.split(r"[()（）、,/；;]", name)):
            text = part.strip()
            if len(text) >= 2 and not _GENERIC.match(text):
                forms |= places(text)
                forms.add(
                    place(re.sub(r"(?:东湖)?(?:高新区|经开区|开发区|高新技术(?:产业)?开发区|新技术开发区)$", "", text))
                )
    return frozenset(form for form in forms if len(form) >= 2 and form not in _NATIONWIDE and not _GENERIC.match(form))


def _reason(document: Document, names: frozenset[str], title: str, sources: set[str]) -> str:
    for region in document.regions:
        if places(region) & names or any(_within(name, region) for name in names):
            return f"region: {region}"
    folded = unicodedata.normalize("NFKC", f"{document.title} {document.title_en}").lower()
    for name in names:
        if re.search(rf"\b{re.escape(name)}\b", folded) if name.isascii() else name in folded:
            return f"title: {name}"
    if document.kind == "chain":  # general knowledge of an industry, made from many sources
        return ""
    if title and _overlap(title, document.title) >= _LEAST_TITLE:
        return "the plan itself"
    if any(_address(source.url) in sources for source in document.sources):
        return "a source of the plan"
    return ""


def _within(name: str, region: str) -> bool:
    """Whether a region like 武汉市东湖高新区 is named by 武汉东湖新技术开发区; short names must stand whole."""
    folded = unicodedata.normalize("NFKC", region).lower()
    return len(name) >= 2 and not name.isascii() and folded.startswith(name)


def _overlap(one: str, other: str) -> float:
    left, right = _pairs(one), _pairs(other)
    return len(left & right) / max(1, len(left | right))


def _pairs(text: str) -> set[str]:
    folded = re.sub(r"\W|\d", "", unicodedata.normalize("NFKC", text)).lower()
    return {folded[at : at + 2] for at in range(len(folded) - 1)}


def _address(url: str) -> str:
    parts = urlsplit(url.strip())
    return f"{parts.netloc.removeprefix('www.')}{parts.path}{parts.query}".rstrip("/").lower()


def kept_out_by(reasons: Iterable[dict[str, str]]) -> dict[str, int]:
    """How often each document was kept out, over the cases of a run."""
    counts: dict[str, int] = {}
    for case in reasons:
        for name in case:
            counts[name] = counts.get(name, 0) + 1
    return dict(sorted(counts.items()))
