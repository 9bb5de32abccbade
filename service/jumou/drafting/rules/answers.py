"""Whether a project answers a gap: by the link it works on, the element it builds, the driver it sets to work, the problem it is meant for."""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final

from jumou.domain.answering import shares_words
from jumou.domain.chain import Chain, ChainNode
from jumou.domain.diagnosis import Diagnosis, Gap
from jumou.domain.framework import ElementKey, ModeKey
from jumou.domain.playbook import Archetype, Concern, Playbook
from jumou.domain.positioning import Positioning, Theme
from jumou.drafting.context import DraftContext

_MOST_CONCERNS: Final = 3
_MOST_WEAK: Final = 4
_BESIDE: Final = 2
"""How much less direct an answer is to each further thing a problem is about."""
_NOT_AT_ALL: Final = 1000
_USUAL: Final = 2
"""From this emphasis on an archetype carries the mode's own condition."""


@lru_cache(maxsize=512)
def _finds(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


def concerns_of(concerns: Sequence[Concern], text: str) -> tuple[Concern, ...]:
    """What a stated problem is about: the concerns whose words it uses, those of its first clause first, then by the playbook."""
    clauses = [*_CLAUSE.split(text), text]
    found = dict.fromkeys(concern for clause in clauses for concern in concerns if _finds(concern.find).search(clause))
    return tuple(found)[:_MOST_CONCERNS]


def element_of_problem(concerns: Sequence[Concern], text: str) -> ElementKey | None:
    """The element of a cluster a stated problem belongs to."""
    return next((concern.element for concern in concerns_of(concerns, text)), None)


def links_named(chain: Chain, text: str) -> tuple[str, ...]:
    """The links of a chain a text speaks of, by their names, products, the parts of their names and their keywords."""
    low = text.lower()
    return tuple(node.id for node in chain.nodes if any(word in low for word in _words(node)))


def _words(node: ChainNode) -> frozenset[str]:
    names = [node.name.zh, node.name.en, *node.products.zh, *node.products.en]
    parts = [part for name in names for part in re.split(r"[与和、及/（()）]| and |, ", name)]
    words = [word for word in (*names, *parts) if len(word.strip()) >= _LEAST[word.isascii()]]
    return frozenset(word.strip().lower() for word in (*words, *node.keywords))


_CLAUSE: Final = re.compile(r"[，,；;。]|\. ")

_LEAST: Final = {False: 3, True: 5}
"""Shorter words (材料, 检测; cell) stand in texts about other things."""


def links_of(
    ctx: DraftContext,
    archetype: Archetype,
    diagnosis: Diagnosis,
    positioning: Positioning,
    chain: Chain,
    theme: Theme | None,
) -> tuple[str, ...]:
    """The links of the chain a project of a kind that is planned once (or for a theme) works on."""
    match archetype.links:
        case "theme":
            return (theme or positioning.themes[0]).node_ids
        case "second":
            return positioning.themes[-1].node_ids if len(positioning.themes) > 1 else ()
        case "weak":
            return tuple(gap.node_id for gap in diagnosis.gaps if gap.kind == "chain_weak" and gap.node_id)[:_MOST_WEAK]
        case "firms":
            return links_of_firms(diagnosis, [firm.text for firm in ctx.reading.leading[:2]])
        case "targets":
            return links_named(chain, " ".join((*chain.projects.A1.targets.zh, *chain.projects.A1.targets.en)))
        case "exchanges":
            return tuple(dict.fromkeys(loop.from_ for loop in chain.exchanges))
        case "serves":
            serves = _finds(archetype.serves)
            return tuple(node.id for node in chain.nodes if serves.search(node.name.zh))
        case "":
            return ()


def links_of_firms(diagnosis: Diagnosis, firms: Iterable[str]) -> tuple[str, ...]:
    """The links at which the diagnosis found these firms."""
    names = set(firms)
    return tuple(node.id for node in diagnosis.value_chain.nodes if names & set(node.firms))


def answers(
    playbook: Playbook, archetype: Archetype, links: Iterable[str], gap: Gap, mode: ModeKey, about: str = ""
) -> bool:
    """Whether a project of this kind, working on these links, answers the gap. `about` is what its facility is and does."""
    match gap.kind:
        case "chain_missing" | "chain_weak" | "chain_extend":
            return gap.kind in archetype.gap.kinds and gap.node_id in set(links)
        case "element":
            built = next((part.answers for part in playbook.parts if part.id == gap.part), None)
            if built is not None:
                return archetype.id in built
            return "element" in archetype.gap.kinds and gap.element in archetype.gap.elements
        case "driver":
            return gap.driver is not None and archetype.id in playbook.drivers.get(gap.driver, ())
        case "mode":
            return "mode" in archetype.gap.kinds and archetype.emphasis.get(mode, 0) >= _USUAL
        case "stated":
            if gap.node_ids and archetype.per in ("node", "segment"):
                return bool(set(links) & set(gap.node_ids))  # a problem of one link is not answered at another
            concerns = [concern for concern in _concerns(playbook, gap) if archetype.id in concern.answers]
            if (
                archetype.per == "facility"
            ):  # a cold store answers no problem of air, whatever else facilities are good for
                return bool(concerns) and (
                    any(_finds(concern.find).search(about) for concern in concerns) or shares_words(gap.text, about)
                )
            return bool(concerns)
        case "transition":
            return "transition" in archetype.gap.kinds


def directness(playbook: Playbook, archetype: Archetype, gap: Gap) -> int:
    """How directly an archetype answers a stated problem: 0 first; other gaps are as direct as can be.

    What a problem speaks of first counts more than what it also mentions.
    """
    return 0 if gap.kind != "stated" else _nearest(archetype, _concerns(playbook, gap), 0)


def directness_to(archetype: Archetype, concerns: Sequence[Concern]) -> int:
    """How directly an archetype answers the first of these concerns, or helps with the others: 0 first, far off where it does neither."""
    return _nearest(archetype, concerns, _NOT_AT_ALL)


def _nearest(archetype: Archetype, concerns: Sequence[Concern], otherwise: int) -> int:
    places = [
        concern.answers.index(archetype.id) + _BESIDE * order
        for order, concern in enumerate(concerns)
        if archetype.id in concern.answers
    ]
    return min(places, default=otherwise)


def further_concerns(playbook: Playbook, gap: Gap) -> list[tuple[Concern, ...]]:
    """What each clause of a stated problem after its first is about, where that is something else."""
    if gap.kind != "stated":
        return []
    about = [concerns_of(playbook.concerns, clause) for clause in _CLAUSE.split(gap.text)]
    known: set[str] = set()
    found = []
    for concerns in filter(None, about):
        names = {concern.id for concern in concerns}
        if known and not known & names:
            found.append(concerns)
        known |= names
    return found


def _concerns(playbook: Playbook, gap: Gap) -> list[Concern]:
    known = {concern.id: concern for concern in playbook.concerns}
    return [known[name] for name in gap.concerns if name in known]
