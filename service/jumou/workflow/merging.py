"""Putting a new draft into a reviewed step: what is to be touched is replaced, everything else stays as it is.

A drafter numbers its objects anew each time, so the objects of the draft first find the ones they stand for: by what
they are about (a project by type, gap and name; an action by project and place), not by number.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any, Final, NamedTuple

from jumou.domain.framework import StepKey
from jumou.domain.steps import COLLECTIONS, Item

_ABOUT: Final[dict[str, tuple[tuple[str, ...], ...]]] = {
    "project": (("type", "closes_gap", "name"), ("type", "closes_gap")),
    "action": (("project_id", "task"), ("project_id",)),
    "theme": (("name",),),
    "benchmark": (("document_id",),),
    "body": (("name",),),
    "data_gap": (("what",),),
    "endowment": (("element", "kind", "text"), ("element", "kind")),
    "factor": (("factor", "text"), ("factor",)),
}
"""By kind, what two objects that stand for one another have in common, the closest likeness first."""


class Merged(NamedTuple):
    """The items of the step after the merge, and those that were written anew."""

    items: tuple[Item, ...]
    touched: frozenset[str]


def merged(
    step: StepKey,
    head: Sequence[Item],
    draft: Sequence[Item],
    *,
    touch: AbstractSet[str],
    removed: Iterable[Item] = (),
    add: bool,
) -> Merged:
    """`head` with the items in `touch` taken from `draft`; a touched member the draft no longer has is left out.

    With `add`, members only the draft has are added, but for those that stand for one of `removed` (objects a person
    took out before). Items that are not touched keep their bytes and their place.
    """
    ids = _aligned(step, head, draft, touch, tuple(removed))
    fresh = {ids[item.id]: _renamed(item, ids) for item in draft if ids[item.id]}
    known = {item.id for item in head}
    items: list[Item] = []
    touched: set[str] = set()
    for item in head:
        if item.id not in touch:
            items.append(item)
        else:
            touched.add(item.id)
            if item.id in fresh:
                items.append(Item(item.id, fresh[item.id]))
    if add:
        for name, value in fresh.items():
            if name not in known:
                items.append(Item(name, value))
                touched.add(name)
    return Merged(tuple(items), frozenset(touched))


def _aligned(
    step: StepKey, head: Sequence[Item], draft: Sequence[Item], touch: AbstractSet[str], removed: tuple[Item, ...]
) -> dict[str, str]:
    """The id each item of the draft gets; empty for one that a person took out before."""
    ids: dict[str, str] = {}
    for collection in COLLECTIONS[step]:
        kind = collection.kind
        mine = [item for item in draft if _kind(item) == kind]
        theirs = {item.id: item for item in head if _kind(item) == kind}
        gone = {item.id: item for item in removed if _kind(item) == kind and item.id not in theirs}
        if kind not in _ABOUT:
            ids |= {item.id: "" if item.id in gone else item.id for item in mine}
            continue
        pool = {**theirs, **gone}
        for fields in _ABOUT[kind]:
            _match([item for item in mine if item.id not in ids], pool, fields, ids)
        taken = set(ids.values())
        for item in mine:
            if item.id not in ids and item.id in touch and item.id not in taken:
                ids[item.id] = item.id
                taken.add(item.id)
        for item in mine:
            if item.id not in ids:
                ids[item.id] = _free(item.id, taken | set(pool))
                taken.add(ids[item.id])
        ids |= {mine_id: "" for mine_id, held in ids.items() if held in gone}
    return {item.id: ids.get(item.id, item.id) for item in draft}


def _match(mine: Sequence[Item], pool: Mapping[str, Item], fields: tuple[str, ...], ids: dict[str, str]) -> None:
    """Pairs what agrees in `fields`, in order, each object once."""
    taken = set(ids.values())
    waiting: dict[tuple[Any, ...], list[str]] = {}
    for name, item in pool.items():
        if name not in taken:
            waiting.setdefault(_key(item, fields), []).append(name)
    for item in mine:
        if names := waiting.get(_key(item, fields)):
            ids[item.id] = names.pop(0)


def _key(item: Item, fields: tuple[str, ...]) -> tuple[Any, ...]:
    return tuple(item.value.get(name) for name in fields)


def _free(item_id: str, taken: AbstractSet[str]) -> str:
    """`item_id`, or the next number of its kind that nothing has."""
    if item_id not in taken:
        return item_id
    kind, _, key = item_id.partition("/")
    letters = key.rstrip("0123456789")
    width = len(key) - len(letters)
    numbers = Counter(name for name in taken if name.startswith(f"{kind}/{letters}"))
    for number in range(len(numbers) + 1, 10_000):
        name = f"{kind}/{letters}{number:0{width}d}"
        if name not in taken:
            return name
    raise ValueError(f"no free number for {item_id}")


def _renamed(item: Item, ids: Mapping[str, str]) -> Any:
    """The value under its new id; a project's predecessors follow."""
    kind, slash, _ = item.id.partition("/")
    if not slash or not isinstance(item.value, dict) or "id" not in item.value:
        return item.value
    value = {**item.value, "id": ids[item.id].partition("/")[2].partition("~")[0]}
    if kind == "project":
        value["predecessors"] = [
            new.partition("/")[2]
            for old in item.value["predecessors"]
            if (new := ids.get(f"project/{old}", f"project/{old}"))
        ]
    return value


def _kind(item: Item) -> str:
    kind, slash, _ = item.id.partition("/")
    return kind if slash else ""
