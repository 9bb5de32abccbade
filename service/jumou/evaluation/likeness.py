"""How far a drafted project covers an expert's: features of a pair, and the calibrated judgement over them.

Method: two logistic regressions over the features below, with a ridge, fitted on the labelled pairs (`evals/plans/labels`);
agreement is reported on cases that were left out of the fit. The weights are kept in `evals/plans/alignment.json`, and how
often terms are used in `terms.json` beside it; `evals/plans/calibrate.py` fits them again.
"""

import json
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from jumou.evaluation.concepts import common_terms, concepts_in, covered, folded, subject_text, terms_of
from jumou.evaluation.gold import Relevance

FEATURES: Final = (
    "type",  # compatibility of the two types; soft labels
    "kind",  # share of the expert's kinds of measure found in the draft, name before body
    "kind_name",  # overlap of kinds between the two names
    "whole",  # both speak of the whole, of the same kind
    "words",  # the expert's words found in the draft
    "meaning",  # cosine of the two, without the words the case shares
    "sameness",  # kinds of the two names, intersection over union
    "fit",  # same kind and same subject at once
    "foreign",  # a cluster, chain or park of another product: same kind, nothing shared in subject
    "branch",  # the expert speaks of the whole of a cluster or chain, the draft of one branch of it
    "rare_words",  # the words of the expert's name found in the draft, rare ones most
    "rarest_missing",  # how rare the rarest word is that the draft has not: names of firms, parks and places
    "kinds_missing",  # share of the kinds in the expert's name that the draft does not speak of
    "meaning_behind",  # how far the draft's meaning lies behind that of the nearest draft; 0 for the nearest
    "words_behind",  # the same of its rare words
)
"""What is read from a pair; each 0–1."""

_CORE: Final = frozenset({"cluster", "chain", "supply", "park", "future"})
"""Kinds of measure whose subject is their essence: a cluster of one product does not cover a cluster of another."""

_WHOLE: Final = frozenset({"cluster", "chain", "supply"})

_SHARED: Final = 0.2

_RELATED: Final[dict[frozenset[str], float]] = {
    frozenset(pair): weight
    for pair, weight in {
        ("A1", "B1"): 0.4, ("A2", "B2"): 0.4, ("A2", "B1"): 0.3, ("B1", "C1"): 0.4, ("C1", "C2"): 0.5, ("B2", "B1"): 0.3,
        ("B3", "D1"): 0.3, ("D1", "D2"): 0.3, ("A1", "C1"): 0.3, ("A2", "C2"): 0.4, ("B3", "A2"): 0.2, ("A2", "D2"): 0.2,
        ("B2", "D1"): 0.3, ("B1", "C2"): 0.2, ("B1", "D2"): 0.2, ("C2", "D1"): 0.1,
    }.items()
}  # fmt: skip
"""How often planners file the same measure under two types; readings of the source, so weights are soft."""


@dataclass(frozen=True)
class Rarity:
    """How rare a term is among projects: 0 where every text has it, 1 where none has."""

    texts: int
    known: Mapping[str, int]
    """By term, in how many of the texts it stands; terms of a single text are left out."""

    @classmethod
    def of(cls, texts: Sequence[str]) -> "Rarity":
        """Counted over these texts."""
        found = Counter(term for text in texts for term in terms_of(text))
        return cls(len(texts), {term: count for term, count in sorted(found.items()) if count > 1})

    def __call__(self, term: str) -> float:
        """Inverse document frequency (Spärck Jones 1972) over that of a term nobody uses."""
        return math.log((1 + self.texts) / (1 + self.known.get(term, 0))) / math.log(1 + max(1, self.texts))


class Meaning(Protocol):
    """Where vectors come from: the default encoder, or a fake."""

    def passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One row a text, unit length."""
        ...


@dataclass(frozen=True, slots=True)
class Item:
    """One project as it is compared: `name`, and `body` (purpose, or objective and content)."""

    id: str
    name: str
    body: str = ""
    type: str | None = None
    objective: str = ""

    @property
    def text(self) -> str:
        """Everything that is said."""
        return f"{self.name} {self.objective} {self.body}".strip()


@dataclass(frozen=True)
class Judgement:
    """Two calibrated logistic regressions, of `match` and of `match or part`, each with the cut that labels."""

    match: tuple[float, ...]
    related: tuple[float, ...]
    match_at: float
    part_at: float
    rarity: Rarity

    def probabilities(self, features: NDArray[np.float64]) -> NDArray[np.float64]:
        """… × features to … × (match, related), 0–1. The last weight of each is its constant."""
        ones = np.concatenate([features, np.ones((*features.shape[:-1], 1))], axis=-1)
        latent = np.stack([ones @ np.array(self.match), ones @ np.array(self.related)], axis=-1)
        return np.asarray(1 / (1 + np.exp(-latent)), np.float64)

    def label(self, match: float, related: float) -> Relevance:
        """match, part or no."""
        if match >= self.match_at:
            return "match"
        return "part" if related >= self.part_at else "no"

    def as_dict(self) -> dict[str, Any]:
        """For the file."""
        names = (*FEATURES, "constant")
        return {
            "match": dict(zip(names, self.match, strict=True)), "related": dict(zip(names, self.related, strict=True)),
            "match_at": self.match_at, "part_at": self.part_at,
        }  # fmt: skip


def read_judgement(folder: Path) -> Judgement:
    """The weights kept in a folder's `alignment.json`, and how rare terms are from its `terms.json`."""
    content, told = (
        json.loads((folder / name).read_text(encoding="utf-8")) for name in ("alignment.json", "terms.json")
    )
    names = (*FEATURES, "constant")
    match, related = (tuple(float(content[part][name]) for name in names) for part in ("match", "related"))
    rarity = Rarity(told["texts"], told["terms"])
    return Judgement(match, related, float(content["match_at"]), float(content["part_at"]), rarity)


class Likeness:
    """Features of all pairs of one case; vectors are asked for once."""

    def __init__(
        self,
        expert: Sequence[Item],
        drafted: Sequence[Item],
        *,
        context: Sequence[str],
        meaning: Meaning,
        rarity: Rarity,
    ) -> None:
        """`context` names region and industry: words that every project of the case shares."""
        self._rarity = rarity
        self.expert, self.drafted = list(expert), list(drafted)
        self._context = sorted({folded(part) for part in context if len(part) >= 2}, key=len, reverse=True)
        self._common = common_terms(*self._context)
        self._meaning = meaning

    @cached_property
    def features(self) -> NDArray[np.float64]:
        """Expert × drafted × features, each 0–1 but for those that lie behind the best draft's: −1–0."""
        rows = np.zeros((len(self.expert), len(self.drafted), len(FEATURES)))
        if not rows.size:
            return rows
        wanted_about = [self._about(item.name) for item in self.expert]
        given_about = [self._about(item.name) for item in self.drafted]
        meaning = self._meanings()
        for at, wanted in enumerate(self.expert):
            for to, given in enumerate(self.drafted):
                subject = _Subject(self._terms(wanted_about[at]), self._terms(given_about[to]))
                rows[at, to, :-2] = self._pair(wanted, given, subject, float(meaning[at, to]))
        for place, of in ((-2, "meaning"), (-1, "rare_words")):
            column = rows[:, :, FEATURES.index(of)]
            rows[:, :, place] = column - column.max(axis=1, keepdims=True)
        return rows

    def _meanings(self) -> NDArray[np.float64]:
        wanted = [self._bare(f"{item.name} {item.body}") for item in self.expert]
        by_name = self._cosine(wanted, [self._bare(item.name) for item in self.drafted])
        by_text = self._cosine(wanted, [self._bare(item.text)[:300] for item in self.drafted])
        return np.maximum(by_name, 0.5 * (by_name + by_text))

    def _cosine(self, wanted: Sequence[str], given: Sequence[str]) -> NDArray[np.float64]:
        """Cosines stretched to 0–1 (the default encoder's lie between .78 and .98); 0 where a text is empty."""
        left, right = self._meaning.passages(list(wanted)), self._meaning.passages(list(given))
        cosines = np.clip((left @ right.T - 0.78) / 0.2, 0.0, 1.0).astype(np.float64)
        cosines[[not text for text in wanted], :] = 0.0
        cosines[:, [not text for text in given]] = 0.0
        return np.asarray(cosines)

    def _bare(self, text: str) -> str:
        """The text without the words the whole case shares, unless nothing is left."""
        return self._without(text) or text

    def _about(self, name: str) -> str:
        """What a name is about besides the whole case; empty when it speaks of the whole."""
        return subject_text(self._without(name))

    def _without(self, text: str) -> str:
        bare = folded(text)
        for part in self._context:
            bare = bare.replace(part, " ")
        return bare.strip()

    def _terms(self, about: str) -> frozenset[str]:
        return frozenset(terms_of(about) - self._common)

    def _pair(self, wanted: Item, given: Item, subject: "_Subject", meaning: float) -> tuple[float, ...]:
        in_name, in_body = concepts_in(given.name), concepts_in(f"{given.objective} {given.body}")
        weights = {**dict.fromkeys(in_body, 0.6), **dict.fromkeys(in_name, 1.0)}
        kind = kind_name = 0.3 if not concepts_in(wanted.text) else 0.0
        for kinds in (concepts_in(wanted.name), concepts_in(wanted.text)):
            if kinds:
                kind = max(kind, covered(kinds, weights))
                kind_name = max(kind_name, len(kinds & in_name) / max(1, min(len(kinds), len(in_name))))
        found = {
            **dict.fromkeys(terms_of(f"{given.objective} {given.body}"), 0.7), **dict.fromkeys(terms_of(given.name), 1.0),
        }  # fmt: skip
        about = min(1.0, 1.5 * covered(subject.wanted, found)) if subject.wanted else 0.0
        own, branch = bool(subject.wanted), bool(subject.given)
        alike = _type(wanted.type, given.type)
        words = terms_of(wanted.text) - self._common
        named = concepts_in(wanted.name) or concepts_in(wanted.text)
        sameness = len(named & in_name) / len(named | in_name) if named | in_name else 0.0
        core = bool(named & _CORE) or not named  # of a cluster or a chain the branch is the essence
        scope = about if own else 1.0 if not branch else 0.25 if core else 0.9
        return (
            alike,
            kind,
            kind_name,
            (alike + kind + kind_name) / 3 if not branch and not own else 0.0,
            min(1.0, 2 * covered(words, found)) if words else 0.0,
            meaning,
            sameness,
            math.sqrt(alike * max(sameness, 0.6 * kind)) * scope,
            kind_name if core and own and branch and about < _SHARED else 0.0,
            kind_name if named & _WHOLE and branch and not own else 0.0,
            *self._rare(wanted, given, subject.wanted),
        )

    def _rare(self, wanted: Item, given: Item, subject: frozenset[str]) -> tuple[float, float, float]:
        """`rare_words`, `rarest_missing` and `kinds_missing` of a pair."""
        in_name, in_text = terms_of(given.name), terms_of(given.text)
        words = {term: self._rarity(term) for term in terms_of(self._without(wanted.name)) - self._common}
        found = sum(
            rare * (1.0 if term in in_name else 0.7 if term in in_text else 0.0) for term, rare in words.items()
        )
        kinds = concepts_in(wanted.name)
        return (
            found / sum(words.values()) if any(words.values()) else 0.5,
            max((self._rarity(term) for term in subject if term not in in_text), default=0.0),
            len(kinds - concepts_in(given.text)) / max(1, len(kinds)),
        )


class _Subject(NamedTuple):
    wanted: frozenset[str]
    given: frozenset[str]


def _type(wanted: str | None, given: str | None) -> float:
    """Compatibility of two types, 0–1; an unknown one says nothing."""
    if wanted is None or given is None:
        return 0.4
    return 1.0 if wanted == given else _RELATED.get(frozenset((wanted, given)), 0.0)
