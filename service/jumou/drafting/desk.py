"""The evidence desk: searches once per question, picks the sentence to quote, remembers what was cited."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, NamedTuple, Protocol

from jumou.domain.evidence import Citation, Document, Evidence, EvidencePassage, Passage
from jumou.domain.framework import Language
from jumou.errors import NotFound
from jumou.retrieval import Filter, Hit

_SENTENCE: Final = re.compile(r"[^。！？!?；\n]+[。！？!?；]?")
_ENGLISH_SENTENCE: Final = re.compile(r"[^.!?\n]+(?:\.(?=\d)[^.!?\n]+)*[.!?]?")
_SHORTEST, _LONGEST = 12, 160
_HAN: Final = re.compile(r"[\u4e00-\u9fff]")
_LATIN: Final = re.compile(r"[a-z][a-z-]{2,}")
_HAN_RUN: Final = re.compile(r"[\u4e00-\u9fff]{2,}")
_HALF: Final = 0.5
_ENOUGH: Final = 2
"""A sentence that speaks of two measures of a kind is about it."""

_EVERYWHERE: Final = frozenset(
    (
        "产业",
        "企业",
        "项目",
        "发展",
        "建设",
        "工程",
        "业企",
        "业发",
        "的产",
        "和产",
        "推进",
        "推动",
        "重点",
        "方面",
        "业项",
        "设项",
        "and",
        "the",
        "for",
        "with",
        "industry",
        "project",
    )
)
"""Words that stand in every plan and so tell nothing about a sentence."""


def telling(text: str) -> frozenset[str]:
    """The pairs of Chinese characters and the Latin words of a text that say something about its subject."""
    low = text.lower()
    pairs = {run[i : i + 2] for run in _HAN_RUN.findall(low) for i in range(len(run) - 1)}
    return frozenset(pairs | set(_LATIN.findall(low))) - _EVERYWHERE


@lru_cache(maxsize=32_768)
def words_of(text: str) -> frozenset[str]:
    """As `telling`, remembered: the same sentences are weighed for every plan. Not for what people ask, nor for whole passages."""
    return telling(text)


def held_of(wanted: frozenset[str], text: str) -> int:
    """How many of the words stand in a text, as if its own had been taken."""
    low = text.lower()
    latin = set(_LATIN.findall(low)) if any(word.isascii() for word in wanted) else set()
    return sum(word in latin if word.isascii() else word in low for word in wanted)


def overlap(wanted: str, text: str) -> float:
    """The share of the words of `wanted` that stand in `text`, 0–1."""
    words = words_of(wanted)
    return len(words & words_of(text)) / len(words) if words else 0.0


@lru_cache(maxsize=1024)
def _measure(word: str) -> frozenset[str]:
    return words_of(word)


def practised(measures: Sequence[str], text: str) -> float:
    """How far a sentence speaks of the measures, 0–1: whole measures count, half of a long one counts half."""
    said = words_of(text)
    shares = [len(parts & said) / len(parts) for word in measures if (parts := _measure(word))]
    found = sum(share for share in shares if share >= _HALF)
    return min(1.0, found / _ENOUGH)


class Told(NamedTuple):
    """Sentences of a document, and the passage each stands in."""

    passages: tuple[Passage, ...]
    texts: tuple[str, ...]

    @classmethod
    def of(cls, told: Iterable[tuple[Passage, str]]) -> "Told":
        """From pairs."""
        pairs = tuple(told)
        return cls(tuple(passage for passage, _ in pairs), tuple(text for _, text in pairs))


class Library(Protocol):
    """What the desk needs of the index."""

    @property
    def version(self) -> str:
        """The version of the corpus."""
        ...

    @property
    def encoder_name(self) -> str:
        """The encoder the index was built with."""
        ...

    def search(
        self,
        query: str,
        *,
        limit: int = 8,
        where: Filter | None = None,
        diversity: int = 2,
        include_outdated: bool = False,
        exclude_documents: frozenset[str] = frozenset(),
        own_region: Sequence[str] = (),
        benchmarks: bool = False,
    ) -> list[Hit]:
        """The best passages for a question."""
        ...

    def document(self, document_id: str) -> Document:
        """A document's description."""
        ...

    def passages(self, document_id: str) -> tuple[Passage, ...]:
        """A document's passages in order."""
        ...


@dataclass(slots=True)
class EvidenceDesk:
    """Finds and quotes passages for one plan. Citing is the only thing it remembers."""

    library: Library
    language: Language
    own_region: tuple[str, ...] = ()
    exclude: frozenset[str] = frozenset()
    _cited: dict[str, EvidencePassage] = field(default_factory=dict)
    _quoted: dict[str, int] = field(default_factory=dict)
    _read: dict[str, tuple[Passage, ...]] = field(default_factory=dict)
    _told: dict[str, Told] = field(default_factory=dict)

    def find(
        self,
        query: str,
        *,
        limit: int = 6,
        where: Filter | None = None,
        benchmarks: bool = False,
        outdated: bool = False,
    ) -> list[Hit]:
        """Passages for `query`; with `benchmarks`, the region's own cases are left out."""
        return self.library.search(
            query,
            limit=limit,
            where=where,
            include_outdated=outdated,
            exclude_documents=self.exclude,
            own_region=self.own_region,
            benchmarks=benchmarks,
        )

    def cite(
        self,
        hits: Iterable[Hit],
        words: Sequence[str],
        *,
        most: int = 1,
        fresh: bool = True,
    ) -> tuple[Citation, ...]:
        """The best sentence of each of the first `most` documents that has one; `words` say what it should be about.

        With `fresh`, a document cited often already gives way to others, so that a plan does not lean on one text.
        """
        scored: list[tuple[float, int, Hit, str]] = []
        for rank, hit in enumerate(hits):
            sentence, overlap = self.sentence(hit.passage.text, words)
            if sentence:
                used = self._quoted.get(hit.document.id, 0) if fresh else 0
                weight = hit.score + 0.35 * overlap - 0.12 * min(used, 4)
                scored.append((weight, -rank, hit, sentence))
        scored.sort(key=lambda row: (-row[0], -row[1]))
        chosen: list[Citation] = []
        for _, _, hit, sentence in scored:
            if len(chosen) == most:
                break
            if any(citation.document_id == hit.document.id for citation in chosen):
                continue
            chosen.append(self.quote(hit.passage, hit.document, sentence))
        return tuple(chosen)

    def cite_document(self, document_id: str, words: Sequence[str]) -> Citation | None:
        """The sentence of one document that best fits `words`; None when the document is unknown or kept out."""
        if document_id in self.exclude:
            return None
        document = self.document(document_id)
        if document is None:
            return None
        best: tuple[float, Passage, str] | None = None
        for passage in self._passages(document_id):
            sentence, overlap = self.sentence(passage.text, words)
            if sentence and (best is None or overlap > best[0]):
                best = (overlap, passage, sentence)
        if best is None or best[0] <= 0:
            return None
        return self.quote(best[1], document, best[2])

    def document(self, document_id: str) -> Document | None:
        """A document's description, or None when the library has no such document."""
        try:
            return self.library.document(document_id)
        except NotFound:
            return None

    def _passages(self, document_id: str) -> tuple[Passage, ...]:
        """The passages of a document; one plan reads a document once."""
        if document_id not in self._read:
            self._read[document_id] = self.library.passages(document_id)
        return self._read[document_id]

    def sentences(self, document_id: str, section: str) -> list[tuple[Passage, str]]:
        """The sentences of one section of a document, with the passage each stands in."""
        found: list[tuple[Passage, str]] = []
        for passage in self._passages(document_id):
            if section in passage.section:
                found.extend((passage, text) for text in split_sentences(passage.text))
        return found

    def told(self, document_id: str) -> Told:
        """All sentences of a document in the plan's language."""
        found = self._told.get(document_id)
        if found is None:
            found = self._told[document_id] = self.told_in(self._passages(document_id))
        return found

    def told_in(self, passages: Iterable[Passage]) -> Told:
        """The sentences of these passages in the plan's language."""
        return Told.of((passage, sentence) for passage in passages for sentence in self.spoken(passage.text))

    def spoken(self, text: str) -> tuple[str, ...]:
        """The sentences of a passage that are in the plan's language; halves of sentences are left out."""
        zh = self.language == "zh"
        return tuple(
            sentence
            for sentence in split_sentences(text)
            if bool(_HAN.search(sentence)) == zh and not sentence[0].islower()
        )

    def quote(self, passage: Passage, document: Document, sentence: str) -> Citation:
        """A citation of `sentence`, which stands in `passage`; the passage is frozen with the plan."""
        self._cited.setdefault(passage.id, EvidencePassage(passage=passage, document=document))
        self._quoted[document.id] = self._quoted.get(document.id, 0) + 1
        title = document.title if self.language == "zh" else (document.title_en or document.title)
        return Citation(
            passage_id=passage.id, document_id=document.id, quote=sentence, title=title, grade=document.source_grade
        )

    def keep(self, passage: Passage, document: Document, quote: str) -> Citation:
        """A citation as `quote` makes it, for texts of others: it does not count towards the documents used already."""
        self._cited.setdefault(passage.id, EvidencePassage(passage=passage, document=document))
        title = document.title if self.language == "zh" else (document.title_en or document.title)
        return Citation(
            passage_id=passage.id, document_id=document.id, quote=quote, title=title, grade=document.source_grade
        )

    def kept(self, passage_id: str) -> EvidencePassage | None:
        """A passage that is cited already."""
        return self._cited.get(passage_id)

    def sentence(self, text: str, words: Sequence[str]) -> tuple[str, float]:
        """The sentence of `text` in the plan's language that shares most with `words`, and how much (0–1)."""
        wanted = {part for word in words for part in telling(word)}
        best, best_score = "", -1.0
        for sentence in split_sentences(text):
            if bool(_HAN.search(sentence)) != (self.language == "zh"):
                continue
            score = len(wanted & words_of(sentence)) / max(1, len(wanted))
            if score > best_score:
                best, best_score = sentence, score
        if not best and self.language == "en":  # a Chinese quote is better than none
            for sentence in split_sentences(text):
                if _HAN.search(sentence):
                    return sentence, 0.0
        return best, max(best_score, 0.0)

    def evidence(self, used: set[str] | None = None) -> Evidence:
        """Everything cited so far (or the passages in `used`), frozen, in the order of passage ids."""
        ids = sorted(self._cited if used is None else used & set(self._cited))
        return Evidence(
            passages=tuple(self._cited[passage_id] for passage_id in ids),
            corpus_version=self.library.version,
            encoder=self.library.encoder_name,
            excluded_documents=tuple(sorted(self.exclude)),
        )


@lru_cache(maxsize=8192)  # as above
def split_sentences(text: str) -> tuple[str, ...]:
    """The quotable sentences of a passage: neither headings nor fragments nor the analyst's opening remark."""
    sentences: list[str] = []
    for line in text.splitlines():
        stripped = line.strip().lstrip("-*•").strip()
        stripped = stripped.removeprefix("以下为分析判断。").strip()
        if not stripped or stripped.startswith("#"):
            continue
        pattern = _SENTENCE if _HAN.search(stripped) else _ENGLISH_SENTENCE
        for match in pattern.finditer(stripped):
            sentence = match.group().strip()
            if _SHORTEST <= len(sentence) <= (_LONGEST if _HAN.search(sentence) else 2 * _LONGEST):
                sentences.append(sentence)
    return tuple(sentences)
