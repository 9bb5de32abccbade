"""Spans from a request to the model calls behind it, for whoever has a collector; nothing without one.

The standard variables of OpenTelemetry turn it on (`OTEL_EXPORTER_OTLP_ENDPOINT` or `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT`);
the libraries come with `jumou[telemetry]`. Attributes are ids, counts, names and kinds, never texts.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from jumou.domain.calling import calling
from jumou.errors import MissingExtra

_ENDPOINTS: Final = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
_tracer: Any = None
_provider: Any = None

Attribute = str | int | float | bool


def wanted() -> bool:
    """Whether the environment names a collector."""
    return any(os.environ.get(name) for name in _ENDPOINTS) and os.environ.get("OTEL_SDK_DISABLED", "") != "true"


def start() -> None:
    """From here on this process sends its spans, when the environment names a collector.

    Raises:
        MissingExtra: it names one, and the libraries are not installed.
    """
    global _tracer, _provider  # noqa: PLW0603 - a process has one exporter
    if _tracer is not None or not wanted():
        return
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415 - optional
        from opentelemetry.sdk.resources import Resource  # noqa: PLC0415 - optional
        from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415 - optional
        from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415 - optional
    except ImportError as missing:
        raise MissingExtra(
            "已设置 OTEL_EXPORTER_OTLP_ENDPOINT，但未安装链路追踪部件。",
            "OTEL_EXPORTER_OTLP_ENDPOINT is set, and the parts that trace are not installed.",
            mend_zh="请运行 pip install 'jumou[telemetry]'，或取消该变量。",
            mend_en="Run pip install 'jumou[telemetry]', or unset the variable.",
        ) from missing
    who: dict[str, str | int] = {
        "service.name": os.environ.get("OTEL_SERVICE_NAME", "jumou"),
        "process.pid": os.getpid(),
    }
    _provider = TracerProvider(resource=Resource.create({**who}))
    _provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    _tracer = _provider.get_tracer("jumou")


def stop() -> None:
    """Sends what is left."""
    global _tracer, _provider  # noqa: PLW0603 - as above
    if _provider is not None:
        _provider.shutdown()
    _tracer = _provider = None


def flush() -> None:
    """Sends what is there; for processes that may be ended without a word."""
    if _provider is not None:
        _provider.force_flush(2000)


@contextmanager
def span(name: str, *, parent: str = "", kind: str = "internal", **attributes: Attribute) -> Iterator["Span"]:
    """A span around what happens inside; an error that leaves it marks it by its kind.

    `parent` is a `traceparent`; without one, the span under way here, else the caller's.
    """
    if _tracer is None:
        yield _NOTHING
        return
    from opentelemetry import trace  # noqa: PLC0415 - optional
    from opentelemetry.propagate import extract  # noqa: PLC0415 - optional

    given = parent or ("" if trace.get_current_span().get_span_context().is_valid else calling().trace)
    context = extract({"traceparent": given}) if given else None
    with _tracer.start_as_current_span(
        name, context=context, kind=trace.SpanKind[kind.upper()], attributes=attributes, record_exception=False,
        set_status_on_exception=False,
    ) as made:  # fmt: skip
        try:
            yield Span(made)
        except BaseException as error:
            made.set_attribute("error.type", type(error).__name__)
            made.set_status(trace.StatusCode.ERROR)
            raise


def current() -> str:
    """The `traceparent` of the span under way here; empty without traces."""
    if _tracer is None:
        return ""
    from opentelemetry import trace  # noqa: PLC0415 - optional

    return Span(trace.get_current_span()).traceparent


class Span:
    """A span under way."""

    def __init__(self, made: Any) -> None:
        """`made` is the library's; None for one that leads nowhere."""
        self._made = made

    def note(self, **attributes: Attribute) -> None:
        """Adds attributes; dots are written as two underscores."""
        if self._made is not None:
            for name, value in attributes.items():
                self._made.set_attribute(name.replace("__", "."), value)

    @property
    def traceparent(self) -> str:
        """The span as it is handed to another process; empty without traces."""
        if self._made is None:
            return ""
        found = self._made.get_span_context()
        return f"00-{found.trace_id:032x}-{found.span_id:016x}-{int(found.trace_flags):02x}"


_NOTHING: Final = Span(None)
