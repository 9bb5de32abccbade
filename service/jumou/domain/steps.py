"""The items a step is made of: what people decide on one by one, and what a re-run leaves alone.

A step's content is parted without loss: a member of a collection (`gap/G1`, `project/P03`, `kpi/K02`) is an item, and
what remains of each field (`mode`, `vision`, `roadmap`) is one too. Joining the items gives the content back exactly.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from pydantic import BaseModel

from jumou.domain.diagnosis import Diagnosis
from jumou.domain.framework import StepKey
from jumou.domain.implementation import Implementation
from jumou.domain.model import Model
from jumou.domain.portfolio import Project
from jumou.domain.positioning import Positioning

Content = dict[str, Any]
"""A step as JSON."""


class Portfolio(Model):
    """The whole of step 3."""

    projects: tuple[Project, ...]


StepObject = Diagnosis | Positioning | Portfolio | Implementation

STEP_ORDER: Final[tuple[StepKey, ...]] = ("diagnosis", "positioning", "projects", "implementation")

STEP_MODELS: Final[dict[StepKey, type[StepObject]]] = {
    "diagnosis": Diagnosis,
    "positioning": Positioning,
    "projects": Portfolio,
    "implementation": Implementation,
}


class Collection(NamedTuple):
    """A list inside a step whose members are items, each known by one of its fields."""

    kind: str
    path: tuple[str, ...]
    key: str


COLLECTIONS: Final[dict[StepKey, tuple[Collection, ...]]] = {
    "diagnosis": (
        Collection("factor", ("macro", "factors"), "id"),
        Collection("endowment", ("endowment",), "id"),
        Collection("element", ("elements",), "element"),
        Collection("node", ("value_chain", "nodes"), "id"),
        Collection("benchmark", ("benchmarks",), "id"),
        Collection("driver", ("drivers",), "driver"),
        Collection("gap", ("gaps",), "id"),
        Collection("data_gap", ("data_gaps",), "id"),
        Collection("condition", ("mode_conditions",), "mode"),
        Collection("indicator", ("indicators",), "id"),
        Collection("not_computable", ("not_computable",), "id"),
    ),
    "positioning": (
        Collection("theme", ("themes",), "id"),
        Collection("candidate", ("candidates",), "id"),
    ),
    "projects": (Collection("project", ("projects",), "id"),),
    "implementation": (
        Collection("action", ("actions",), "id"),
        Collection("body", ("governance",), "id"),
        Collection("kpi", ("kpis",), "id"),
    ),
}


class Item(NamedTuple):
    """One item with its value as JSON."""

    id: str
    value: Any


def canonical(value: Any) -> str:
    """The one way a JSON value is written where bytes are compared: keys in order, no blanks."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def hash_of_text(text: str) -> str:
    """SHA-256 of a canonical text."""
    return hashlib.sha256(text.encode()).hexdigest()


def content_of(part: StepObject | tuple[Project, ...]) -> Content:
    """A step's object as JSON."""
    whole: BaseModel = Portfolio(projects=part) if isinstance(part, tuple) else part
    return whole.model_dump(mode="json")


def later_steps(step: StepKey) -> tuple[StepKey, ...]:
    """The steps that read `step`."""
    return STEP_ORDER[STEP_ORDER.index(step) + 1 :]


def earlier_steps(step: StepKey) -> tuple[StepKey, ...]:
    """The steps that `step` reads."""
    return STEP_ORDER[: STEP_ORDER.index(step)]


def part(step: StepKey, content: Mapping[str, Any]) -> tuple[Item, ...]:
    """The items of a step, in order; a key that stands twice gets a number behind it (`gap/G1~2`)."""
    rest = dict(content)
    for collection in COLLECTIONS[step]:
        _own_along(rest, collection.path)
    items: list[Item] = []
    for collection in COLLECTIONS[step]:
        holder = _holder(rest, collection.path)
        if holder is None:
            continue
        seen: dict[str, int] = {}
        for member in holder[collection.path[-1]]:
            key = str(member[collection.key])
            seen[key] = seen.get(key, 0) + 1
            twice = f"~{seen[key]}" if seen[key] > 1 else ""
            items.append(Item(f"{collection.kind}/{key}{twice}", member))
        holder[collection.path[-1]] = []
    listed = {collection.path[0] for collection in COLLECTIONS[step] if len(collection.path) == 1}
    items.extend(Item(name, value) for name, value in rest.items() if name not in listed)
    return tuple(items)


def join(step: StepKey, items: Iterable[Item]) -> Content:
    """The content the items make up; members stand in their collection in the order given."""
    content: Content = {}
    members: dict[str, list[Any]] = {collection.kind: [] for collection in COLLECTIONS[step]}
    for item in items:
        kind, slash, _ = item.id.partition("/")
        if slash:
            members[kind].append(item.value)
        else:
            content[item.id] = item.value
    for collection in COLLECTIONS[step]:
        _own_along(content, collection.path)
    for collection in COLLECTIONS[step]:
        if len(collection.path) == 1:
            content[collection.path[0]] = members[collection.kind]
        else:
            holder = _holder(content, collection.path)
            if holder is not None:
                holder[collection.path[-1]] = members[collection.kind]
    return content


def joined_text(step: StepKey, items: Iterable[Item], texts: Mapping[str, str]) -> str:
    """The canonical text of the content the items make up; `texts` are those of items that are written already, by item id."""
    content = join(step, items)
    whole = {collection.path[0]: collection.kind for collection in COLLECTIONS[step] if len(collection.path) == 1}
    members: dict[str, list[str]] = {kind: [] for kind in whole.values()}
    for name, text in texts.items():
        kind, slash, _ = name.partition("/")
        if slash and kind in members:
            members[kind].append(text)

    def written(name: str, value: Any) -> str:
        known = members.get(whole.get(name, ""), ())
        return f"[{','.join(known)}]" if known and len(known) == len(value) else canonical(value)

    return "{" + ",".join(f"{canonical(name)}:{written(name, content[name])}" for name in sorted(content)) + "}"


def _own_along(content: Content, path: tuple[str, ...]) -> None:
    """Copies the objects on the way to a list, so that the list can be replaced and what was given stays as it was."""
    place: Any = content
    for name in path[:-1]:
        if not isinstance(place.get(name), dict):
            return
        place[name] = dict(place[name])
        place = place[name]


def _holder(content: Content, path: tuple[str, ...]) -> Content | None:
    """The object that holds the list at `path`."""
    place: Any = content
    for name in path[:-1]:
        place = place.get(name)
        if not isinstance(place, dict):
            return None
    return place if path[-1] in place else None
