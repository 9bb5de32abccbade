"""The figures of this process and of the database, as Prometheus reads them."""

import hmac
import threading
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Final

from starlette.requests import Request

from jumou import metrics
from jumou.api.access import Parts
from jumou.api.origins import loopback
from jumou.domain.access import Principal
from jumou.errors import JumouError, NotAllowed
from jumou.settings import Settings
from jumou.storage.queues import Queue, queues

if TYPE_CHECKING:
    from prometheus_client.core import Metric

_FRESH: Final = 5.0
"""Seconds a look into the database is good for, however many ask."""

MEDIA: Final = "text/plain; version=0.0.4; charset=utf-8"
GAUGES: Final = (
    "jumou_ready", "jumou_streams_open", "jumou_drafts_waiting", "jumou_index_documents", "jumou_index_passages",
    "jumou_corpus", "jumou_queue_depth", "jumou_queue_oldest_seconds",
)  # fmt: skip
"""What is read when asked for, beside what is counted (`jumou.metrics.MEASURES`)."""


class Measuring:
    """Answers /metrics for one application."""

    def __init__(self, parts: Parts, settings: Settings, streams: Callable[[], int]) -> None:
        """`streams` tells how many streams are open."""
        self._parts = parts
        self._key = settings.metrics_key
        self._streams = streams
        self._lock = threading.Lock()
        self._queues: tuple[Queue, ...] = ()
        self._looked = -_FRESH

    def admit(self, request: Request) -> None:
        """Lets through who may read: administrators, and as `may_read` says.

        Raises:
            NotAllowed: somebody else.
        """
        principal: Principal = request.state.principal
        if (principal.authenticated and principal.may("admin")) or may_read(self._key, request):
            return
        raise NotAllowed(
            "无权读取运行指标。", "The figures of this service are not for this caller.",
            mend_zh="请设置 JUMOU_METRICS_KEY 并以 Authorization: Bearer 提交，或在本机读取。",
            mend_en="Set JUMOU_METRICS_KEY and send it as Authorization: Bearer, or read them on this machine.",
        )  # fmt: skip

    def text(self) -> bytes:
        """All figures. Not for the event loop's thread: it looks into the database."""
        from prometheus_client import CollectorRegistry, generate_latest  # noqa: PLC0415 - loaded with the first figure

        own = CollectorRegistry()
        own.register(self)
        return generate_latest(metrics.start()) + generate_latest(own)

    def collect(self) -> "Iterable[Metric]":
        """What is read now."""
        from prometheus_client.core import GaugeMetricFamily  # noqa: PLC0415 - as above

        def gauge(name: str, what: str, value: float) -> "Metric":
            return GaugeMetricFamily(name, what, value=value)

        opening, drafting = self._parts.opening, self._parts.drafting
        yield gauge("jumou_ready", "1 once everything is open", float(opening.ready))
        yield gauge("jumou_streams_open", "Event streams under way in this process", self._streams())
        yield gauge("jumou_drafts_waiting", "Drafts under way or waiting for a turn in this process", drafting.waiting)
        if opening.ready:
            library = opening.jumou().index
            documents, passages = library.size()
            yield gauge("jumou_index_documents", "Documents that can be found", documents)
            yield gauge("jumou_index_passages", "Passages that can be found", passages)
            corpus = GaugeMetricFamily(
                "jumou_corpus", "1; which corpus and encoder are in use", labels=("version", "encoder")
            )
            corpus.add_metric((library.version, library.encoder_name), 1)
            yield corpus
        depth = GaugeMetricFamily("jumou_queue_depth", "Work that is not done yet", labels=("kind", "state"))
        oldest = GaugeMetricFamily("jumou_queue_oldest_seconds", "Seconds since the oldest was asked for", labels=("kind", "state"))  # fmt: skip
        for queue in self._waiting():
            depth.add_metric((queue.kind, queue.state), queue.depth)
            oldest.add_metric((queue.kind, queue.state), queue.oldest_seconds)
        yield depth
        yield oldest

    def _waiting(self) -> tuple[Queue, ...]:
        with self._lock:
            if self._parts.opening.store_open and time.monotonic() - self._looked >= _FRESH:
                try:
                    self._queues = queues(self._parts.opening.stored().database)
                except JumouError:
                    self._queues = ()  # the database is away, as jumou_ready and /readyz say: no figure is better than an old one
                self._looked = time.monotonic()
            return self._queues


def counted() -> bytes:
    """What this process has counted, without what is read from the database."""
    from prometheus_client import generate_latest  # noqa: PLC0415 - loaded with the first figure

    return generate_latest(metrics.start())


def may_read(key: str, request: Request) -> bool:
    """Whether the caller may read figures: the holder of the key, or where there is none this machine itself."""
    if key:
        given = request.headers.get("authorization", "").removeprefix("Bearer ")
        return hmac.compare_digest(given.encode(), key.encode())
    return request.client is not None and loopback(request.client.host) and not _passed_on(request)


def _passed_on(request: Request) -> bool:
    """Whether a proxy on this machine asks for somebody else."""
    return any(name in request.headers for name in ("forwarded", "x-forwarded-for", "x-real-ip", "via"))
