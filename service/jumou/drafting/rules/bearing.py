"""Which of a plan's themes a project bears on, and which of a plan's industries a stated problem is about."""

from collections.abc import Iterable, Sequence
from itertools import zip_longest
from typing import TYPE_CHECKING, Final

from jumou.corpus.branch import named_links
from jumou.corpus.chains import find_chains
from jumou.domain.chain import Chain
from jumou.domain.positioning import Theme
from jumou.drafting.context import DraftContext
from jumou.drafting.wording import Said, in_sentence

if TYPE_CHECKING:
    from jumou.drafting.rules.selection import Candidate

OF_ONE_CHAIN: Final = frozenset(("node", "platform", "facility", "industry", "segment"))
"""Projects that are taken from a chain and are about nothing else."""

_TELLING: Final = 2.0
"""A word that names a link tells the chain from this weight on; what is done to any product (加工) does not."""

_LONGEST: Final = 16
"""Names of themes that are longer together do not stand in a project's title."""

_MOST_WORDED: Final = 3
"""So many industries have their words in the text of one project."""


def of_one_chain(item: "Candidate") -> bool:
    """Whether a project is about one chain and no other industry of the plan."""
    return item.archetype.per in OF_ONE_CHAIN


def themes_of(item: "Candidate", themes: Sequence[Theme]) -> tuple[Theme, ...]:
    """The themes a project bears on.

    One that is about a chain: the theme of that chain, of several the one with most of its links; none where the chain has
    no theme. A firm's own project: the theme at whose links the firm stands. The others: every theme, where the themes are
    of several chains, else the first.
    """
    if item.theme is not None:
        return (item.theme,)
    if not any(theme.chain_id for theme in themes):
        return tuple(themes[:1])
    if of_one_chain(item):
        own = [theme for theme in themes if theme.chain_id == item.chain.id]
        return (max(own, key=lambda theme: len(set(theme.node_ids) & set(item.links))),) if own else ()
    if item.archetype.links == "second":
        return tuple(themes[-1:])
    several = len({theme.chain_id for theme in themes}) > 1
    if item.archetype.per == "firm" and several and item.name is not None:
        return _of_firm(item, themes)
    return tuple(themes) if several else tuple(themes[:1])


def _of_firm(item: "Candidate", themes: Sequence[Theme]) -> tuple[Theme, ...]:
    at = [theme for theme in themes if theme.chain_id == item.chain.id and set(theme.node_ids) & set(item.links)]
    if at:
        return tuple(at[:1])
    told = {match.chain_id for match in find_chains(item.name.text if item.name else "")}
    return tuple(theme for theme in themes if theme.chain_id in told)[:1]


def theme_words(
    ctx: DraftContext, item: "Candidate", themes: Sequence[Theme], industry: Said
) -> tuple[Said, Said, list[str]]:
    """What a project's texts call its theme, what its title calls it, and the names of the links it bears on.

    A project of a chain without a theme speaks of the chain; one that bears on several themes names them all, in its title
    where there is room and else the `industry`.
    """
    own = themes_of(item, themes)
    if not own:
        name = Said(ctx.industry.name_of(item.chain, ctx.language), "chain")
        most = sorted(item.chain.nodes, key=lambda node: (-node.criticality, node.order))
        links = [item.chain.node(link) for link in item.links] or most
        return name, name, [node.name.in_(ctx.language) for node in links]
    names = [theme.name for theme in own]
    links_named = [name for rank in range(4) for theme in own for name in theme.node_names[rank : rank + 1]]
    if len(own) == 1:
        return Said(names[0], "theme"), Said(names[0], "theme"), list(own[0].node_names)
    joined = ctx.writer.joined(in_sentence(name) for name in names)
    short = len("".join(names)) <= _LONGEST * (1 if ctx.language == "zh" else 3)
    return Said(joined, "theme"), (Said(joined, "theme") if short else industry), links_named


def chains_worded(ctx: DraftContext, item: "Candidate") -> tuple[Chain, ...]:
    """The chains whose words fill a project's text: its own, or for one that serves the whole plan those the planner leads with."""
    if of_one_chain(item) or item.theme is not None or item.archetype.per == "firm":
        return (item.chain,)
    named = [chain for chain in ctx.industry.chains if chain.id not in ctx.industry.proposed]
    return tuple(named[:_MOST_WORDED]) or (item.chain,)


def in_turn(lists: Iterable[Sequence[str]]) -> tuple[str, ...]:
    """The first of each list, then the second of each, and so on; each word once."""
    return tuple(dict.fromkeys(word for row in zip_longest(*lists) for word in row if word is not None))


def chain_spoken_of(text: str, chains: Sequence[Chain]) -> str:
    """The id of the one chain of a plan a problem is about; empty where it is about none of them, or about several."""
    if len(chains) == 1:
        return ""
    named = {match.chain_id for match in find_chains(text, chains)}
    if not named:
        weights = {chain.id: sum(hit.weight for hit in named_links(chain, text)) for chain in chains}
        best = max(weights.values())
        named = {chain_id for chain_id, weight in weights.items() if weight == best} if best >= _TELLING else set()
    return next(iter(named)) if len(named) == 1 else ""
