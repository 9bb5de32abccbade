"""What is counted and timed while jumou works; nothing until somebody wants to know.

A server turns it on and offers the figures at /metrics (`start`). A drafting process collects them and hands them over with
its result (`collected`), so that they stand among the server's. Labels have few values: patterns of paths, kinds, names that
the settings give; never an id, a user or a text.
"""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry

_QUICK: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_SEARCH: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1)
_LONG: Final = (0.25, 0.5, 1, 2, 5, 10, 20, 40, 80, 160, 320)


class Measure(NamedTuple):
    """One family of figures: a counter (no buckets), or a histogram."""

    name: str
    what: str
    labels: tuple[str, ...] = ()
    buckets: tuple[float, ...] = ()


MEASURES: Final = {
    measure.name: measure
    for measure in (
        Measure("jumou_http_requests", "Requests answered", ("method", "route", "status")),
        Measure("jumou_http_request_seconds", "Seconds to the end of an answer; streams are not in it", ("method", "route"), _QUICK),
        Measure("jumou_limited_requests", "Requests refused by a limit", ("limit",)),
        Measure("jumou_drafts", "Drafts ended: project lists, plans, further drafts of a step", ("kind", "outcome")),
        Measure("jumou_draft_seconds", "Seconds from asking for a draft to its end, with the wait for a turn", ("kind",), _LONG),
        Measure("jumou_draft_steps", "Steps drafted", ("step", "drafter", "outcome")),
        Measure("jumou_draft_step_seconds", "Seconds a step took to draft", ("step", "drafter"), _LONG),
        Measure("jumou_model_calls", "Calls of the language model", ("model", "outcome")),
        Measure("jumou_model_call_seconds", "Seconds a call of the language model took", ("model",), _LONG),
        Measure("jumou_model_tokens", "Tokens of the language model", ("model", "direction")),
        Measure("jumou_model_usd", "US dollars for the language model, where its price is known", ("model",)),
        Measure("jumou_search_seconds", "Seconds a search took", (), _SEARCH),
    )
}  # fmt: skip

Noted = tuple[str, float, Mapping[str, str]]
_sink: Callable[[Noted], None] | None = None
_lock = threading.Lock()


def note(name: str, amount: float = 1.0, **labels: str) -> None:
    """Adds to a counter, or puts a value into a histogram. Costs nothing while nobody wants to know."""
    if _sink is not None:
        _sink((name, amount, labels))


@contextmanager
def timed(name: str, **labels: str) -> Iterator[None]:
    """Puts the seconds spent inside into a histogram, however it ends."""
    began = time.perf_counter()
    try:
        yield
    finally:
        note(name, time.perf_counter() - began, **labels)


def replay(noted: list[Noted]) -> None:
    """Counts what another process collected."""
    for name, amount, labels in noted:
        note(name, amount, **labels)


@contextmanager
def collected() -> Iterator[list[Noted]]:
    """What is noted inside, by this process; one at a time, as a drafting process works."""
    global _sink  # noqa: PLW0603 - what is noted has one receiver a process
    found: list[Noted] = []
    before, _sink = _sink, found.append
    try:
        yield found
    finally:
        _sink = before


def start() -> "CollectorRegistry":
    """From here on figures are kept in this process; the registry they stand in, the same at every call."""
    global _sink  # noqa: PLW0603 - as above
    with _lock:
        if _kept:
            return _kept[0]
        from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector  # noqa: PLC0415 - a tenth of a second only servers pay

        registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        made: dict[str, Any] = {}
        for one in MEASURES.values():
            if one.buckets:
                made[one.name] = Histogram(one.name, one.what, one.labels, buckets=one.buckets, registry=registry)
            else:
                made[one.name] = Counter(one.name, one.what, one.labels, registry=registry)

        def keep(noted: Noted) -> None:
            name, amount, labels = noted
            family = made[name]
            child = family.labels(**labels) if labels else family
            if MEASURES[name].buckets:
                child.observe(amount)
            else:
                child.inc(amount)

        _sink = keep
        _kept.append(registry)
        return registry


_kept: "list[CollectorRegistry]" = []
