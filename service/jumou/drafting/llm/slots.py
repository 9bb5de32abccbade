"""Slots: the texts of a step that a model may write anew, each with its place in the object and what it may lean on.

Only texts are slots. Kinds, scores, states of links, money, dates, bodies, approvals, findings of the rules that bind,
references between objects: none of them can be reached from here, whatever a model answers.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel

from jumou.domain.evidence import Citation, Grounded, State
from jumou.domain.quantity import Quantity

Step = str | int
Path = tuple[Step, ...]
T = TypeVar("T", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Slot:
    """One text: `holder` leads to the grounded object it belongs to, `place` from there to the text.

    `item` is the id by which people decide on it (`gap/G01`); several slots may belong to one item.
    """

    id: str
    item: str
    title: str
    holder: Path
    place: Path
    text: str
    figures: tuple[Quantity, ...]
    citations: tuple[Citation, ...]
    state: State
    added: bool = False
    """A text that has no forerunner: it is put behind the last one of its list."""


@dataclass(frozen=True, slots=True)
class Written:
    """A model's text for a slot, with its references resolved."""

    slot: Slot
    text: str
    figures: tuple[Quantity, ...]
    citations: tuple[Citation, ...]
    state: State


def at(value: Any, path: Path) -> Any:
    """What stands at `path` inside an object."""
    for step in path:
        value = value[step] if isinstance(step, int) else getattr(value, step)
    return value


def slot(
    whole: BaseModel, holder: Path, place: Path, *, id_: str, item: str, title: str, figures: Iterable[Quantity] = ()
) -> Slot:
    """The slot of the text at `holder` + `place`, with the holder's figures and quotes."""
    owner = at(whole, holder)
    if not isinstance(owner, Grounded):
        raise TypeError(f"{holder} holds no grounded object")
    return Slot(
        id=id_,
        item=item,
        title=title,
        holder=holder,
        place=place,
        text=at(owner, place),
        figures=(*owner.figures, *figures),
        citations=owner.citations,
        state=owner.state,
    )


def put(whole: T, written: Iterable[Written], author: str) -> T:
    """`whole` with the texts in their places, each grounded object signed by `author`.

    A statement's figures and quotes become those of the new text; an object of several texts keeps its own and adds.
    """
    for one in written:
        whole = _changed(whole, one.slot.holder, _writer(one, author))
    return whole


def _writer(one: Written, author: str) -> Callable[[Any], Any]:
    def write(owner: Any) -> Any:
        if one.slot.place == ("text",) and one.slot.added is False and not _has_more_texts(owner):
            return owner.model_copy(
                update={
                    "text": one.text, "figures": one.figures, "citations": one.citations, "state": one.state, "author": author
                }
            )  # fmt: skip
        if one.slot.added:
            changed = _changed(owner, one.slot.place, lambda texts: (*texts, one.text))
        else:
            changed = _changed(owner, one.slot.place, lambda _: one.text)
        return changed.model_copy(
            update={
                "figures": _with(owner.figures, one.figures),
                "citations": _with(owner.citations, one.citations),
                "author": author,
            }
        )

    return write


def _has_more_texts(owner: Any) -> bool:
    """A vision's text stands beside other texts that lean on the same figures."""
    return "position" in type(owner).model_fields and "checks" in type(owner).model_fields


def _with(old: tuple[Any, ...], new: tuple[Any, ...]) -> tuple[Any, ...]:
    return (*old, *(item for item in new if item not in old))


def _changed(value: Any, path: Path, change: Callable[[Any], Any]) -> Any:
    if not path:
        return change(value)
    step, rest = path[0], path[1:]
    if isinstance(step, int):
        return (*value[:step], _changed(value[step], rest, change), *value[step + 1 :])
    return value.model_copy(update={step: _changed(getattr(value, step), rest, change)})
