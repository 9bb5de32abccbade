"""Which queue what waits stands in, so that nothing that takes minutes keeps a person waiting for a draft."""

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from jumou.domain.batch import BatchTask
from jumou.domain.run import WHEN_IDLE, RunTask
from jumou.storage.run_queue import OpenTask

_RUNS: Final = "jumou-runs"
_REGIONS: Final = "jumou-regions"
_OF_KIND: Final = {"ingest": "jumou-ingests", "evaluation": "jumou-evaluations"}
"""Kinds of runs a process does one at a time: an index has one writer, an evaluation computes for minutes."""

LOOK_EVERY: Final = {_RUNS: 0.25, _REGIONS: 0.25, **dict.fromkeys(_OF_KIND.values(), 1.0)}
"""All queues, with the seconds between two looks at each; a look costs 3 ms of processor time, also when there is nothing to do."""

_CHUNK: Final = 200


class Entry(NamedTuple):
    """Something to be queued, under the name its workflow has."""

    name: str
    task: RunTask | BatchTask
    priority: int
    queue: str


def hands(runs: int, regions: int) -> dict[str, int]:
    """How much of each queue a process takes on at once."""
    return {_RUNS: runs, _REGIONS: regions, **dict.fromkeys(_OF_KIND.values(), 1)}


def runs(open_tasks: Iterable[OpenTask]) -> list[Entry]:
    """Runs, each in the queue of its kind."""
    return [Entry(one.task.scope, one.task, one.priority, _OF_KIND.get(one.kind, _RUNS)) for one in open_tasks]


def regions(tasks: Iterable[BatchTask]) -> list[Entry]:
    """Regions of batches."""
    return [Entry(task.scope, task, WHEN_IDLE, _REGIONS) for task in tasks]


def chunks(entries: list[Entry]) -> Iterator[list[Entry]]:
    """The entries, as many together as are looked up at once."""
    for begin in range(0, len(entries), _CHUNK):
        yield entries[begin : begin + _CHUNK]
