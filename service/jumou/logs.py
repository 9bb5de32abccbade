"""The log: one JSON object a line on the error stream, each with the request, run and workspace it belongs to.

No document, profile, prompt or answer and no key is ever in it. Our own lines carry ids, counts and kinds. Of an exception
the log has its kind and the places in the code, not its message, and of other libraries' lines the words as they stand in
their code, not what was filled in: both may repeat what people wrote. Whatever is left is searched for the keys and
passwords of the settings before it is written.
"""

import logging
import sys
import traceback
from collections.abc import Iterable, MutableMapping
from types import TracebackType
from typing import Any, Final, TextIO
from urllib.parse import unquote, urlsplit

import structlog
from pydantic import SecretStr

from jumou.domain.calling import calling
from jumou.settings import Settings

_OURS: Final = ("jumou", "uvicorn")
_HIDDEN: Final = "***"
_SHORT: Final = 6
"""Secrets below so many characters are no secrets: hiding them would blot out words."""

_FRAMES: Final = 30

Fields = MutableMapping[str, Any]


def set_up_log(chosen: Settings, stream: TextIO | None = None) -> None:
    """From here on this process logs so, at the level the settings name."""
    level = getattr(logging, chosen.log_level.upper())
    target = stream or sys.stderr
    shared: list[structlog.typing.Processor] = [
        structlog.processors.TimeStamper(fmt="iso", utc=True), _caller, _places_only,
    ]  # fmt: skip
    last: list[structlog.typing.Processor] = [
        structlog.processors.JSONRenderer(ensure_ascii=False), _Blotted(_secrets(chosen)),
    ]  # fmt: skip
    structlog.configure(
        processors=[structlog.processors.add_log_level, *shared, *last],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(target),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(target)
    handler.addFilter(_template)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
            foreign_pre_chain=[structlog.stdlib.add_log_level, structlog.stdlib.add_logger_name, *shared],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(max(level, logging.WARNING))  # at debug, libraries write out whole requests
    logging.getLogger("jumou").setLevel(level)
    # at debug, uvicorn writes out what comes over the pages' sockets, cookies among it
    logging.getLogger("uvicorn").setLevel(max(level, logging.INFO))


def _caller(_logger: Any, _method: str, fields: Fields) -> Fields:
    """Whose request or run the line belongs to."""
    caller = calling()
    for name in ("request_id", "run_id", "workspace"):
        value = getattr(caller, name)
        if value and not (name == "workspace" and value == "default"):
            fields.setdefault(name, value)
    return fields


def _places_only(_logger: Any, _method: str, fields: Fields) -> Fields:
    """An exception as its kind and where it came from, without its message."""
    found = fields.pop("exc_info", None)
    if found is True:
        found = sys.exc_info()
    error = found[1] if isinstance(found, tuple) else found
    if isinstance(error, BaseException):
        fields["error"] = type(error).__name__
        fields["raised_at"] = _frames(error.__traceback__)
        if error.__cause__ is not None:
            fields["cause"] = type(error.__cause__).__name__
    return fields


def _frames(trace: TracebackType | None) -> list[str]:
    frames = traceback.extract_tb(trace)[-_FRAMES:]
    return [f"{frame.filename.rpartition('site-packages/')[2]}:{frame.lineno} {frame.name}" for frame in frames]


def _template(record: logging.LogRecord) -> bool:
    """Of other libraries' lines the words in their code alone."""
    if record.name.partition(".")[0] not in _OURS or record.name == "uvicorn.access" or "WebSocket" in str(record.msg):
        record.msg, record.args = str(record.msg) if record.args else f"a message of {record.name}", None
    elif record.exc_info:
        record.msg, record.args = str(record.msg).partition("\n")[0], None
    return True


class _Blotted:
    """Takes secrets out of a finished line."""

    def __init__(self, secrets: Iterable[str]) -> None:
        self._secrets = tuple(sorted({one for one in secrets if len(one) >= _SHORT}, key=len, reverse=True))

    def __call__(self, _logger: Any, _method: str, line: Any) -> str:
        text = str(line)
        for secret in self._secrets:
            if secret in text:
                text = text.replace(secret, _HIDDEN)
        return text


def _secrets(chosen: Settings) -> Iterable[str]:
    """The keys and passwords of the settings, as they are and as addresses spell them."""
    for name, described in type(chosen).model_fields.items():
        value = getattr(chosen, name)
        if isinstance(value, SecretStr):
            value = value.get_secret_value()
        elif described.repr:
            continue
        if not isinstance(value, str) or not value:
            continue
        if "://" not in value:
            yield value
            continue
        password = urlsplit(value).password or ""
        yield from (password, unquote(password))
