"""What differs between two revisions of a step: items added and removed, and inside the others the places that changed."""

from collections.abc import Iterator
from typing import Any, Literal

from jumou.domain.model import Code, Model
from jumou.domain.review import Revision
from jumou.domain.steps import part


class Change(Model):
    """One place that differs; `path` is a JSON Pointer into the item."""

    path: Code
    before: Any = None
    after: Any = None


class ItemChange(Model):
    """One item that differs."""

    item_id: Code
    kind: Literal["added", "removed", "changed"]
    changes: tuple[Change, ...] = ()


class Difference(Model):
    """All that differs between two revisions; `unchanged` counts the items that are byte-identical."""

    from_revision: Code
    to_revision: Code
    items: tuple[ItemChange, ...]
    unchanged: int


def difference(before: Revision, after: Revision) -> Difference:
    """What was done from `before` to `after`, item by item, in the order of `after`, removed ones last."""
    was, now = dict(part(before.step, before.content)), dict(part(after.step, after.content))
    rows: list[ItemChange] = []
    for name, value in now.items():
        if name not in was:
            rows.append(ItemChange(item_id=name, kind="added", changes=(Change(path="", after=value),)))
        elif was[name] != value:
            rows.append(ItemChange(item_id=name, kind="changed", changes=tuple(_changes("", was[name], value))))
    rows.extend(
        ItemChange(item_id=name, kind="removed", changes=(Change(path="", before=value),))
        for name, value in was.items()
        if name not in now
    )
    same = sum(name in was and was[name] == value for name, value in now.items())
    return Difference(from_revision=before.id, to_revision=after.id, items=tuple(rows), unchanged=same)


def _changes(path: str, before: Any, after: Any) -> Iterator[Change]:
    if isinstance(before, dict) and isinstance(after, dict):
        for name in dict.fromkeys((*before, *after)):
            place = f"{path}/{name.replace('~', '~0').replace('/', '~1')}"
            if name not in before:
                yield Change(path=place, after=after[name])
            elif name not in after:
                yield Change(path=place, before=before[name])
            else:
                yield from _changes(place, before[name], after[name])
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for number, (one, other) in enumerate(zip(before, after, strict=True)):
            yield from _changes(f"{path}/{number}", one, other)
    elif before != after:
        yield Change(path=path, before=before, after=after)
