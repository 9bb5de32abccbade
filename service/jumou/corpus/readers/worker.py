"""The process in which files are read: it bounds itself, then answers one request after the other.

A request is a line of JSON (`name`, `size`, and `sidecar`, the size of that or null) followed by the bytes; the answer is
a line of JSON: `read` or `refused`. A parser that fails in a way it does not say ends this process; the pool knows what
that means.
"""

import json
import sys
from typing import Any, BinaryIO

from jumou.corpus.readers import refusals
from jumou.corpus.readers.limits import Limits
from jumou.corpus.readers.read import read
from jumou.errors import RefusedFile

try:
    import resource
except ImportError:  # not on Windows, where the pool's clock alone bounds a file
    resource = None  # type: ignore[assignment]


def main() -> None:
    """Serves requests from standard input until it closes."""
    requests, answers = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # what a parser prints must not be taken for an answer
    limits = Limits(**json.loads(requests.readline()))
    _bound(limits)
    while line := requests.readline():
        answer = _answer(json.loads(line), requests, limits)
        answers.write(json.dumps(answer).encode() + b"\n")
        answers.flush()


def _answer(request: dict[str, Any], requests: BinaryIO, limits: Limits) -> dict[str, Any]:
    name = str(request["name"])
    content = requests.read(int(request["size"]))
    described = None if request["sidecar"] is None else requests.read(int(request["sidecar"]))
    _more_time(limits)
    try:
        return {"read": read(content, name, limits, described=described).record()}
    except RefusedFile as refused:
        return {"refused": [refused.message_zh, refused.message_en, refused.mend_zh, refused.mend_en]}
    except MemoryError:
        return {"refused": _words(refusals.too_costly(name))}
    except RecursionError:
        return {"refused": _words(refusals.too_deep(name, limits.depth))}


def _words(refused: RefusedFile) -> list[str]:
    return [refused.message_zh, refused.message_en, refused.mend_zh, refused.mend_en]


def _bound(limits: Limits) -> None:
    """No more memory than allowed, no file may be written, no core be left, few be open."""
    if resource is None:
        return
    for what, most in (
        (resource.RLIMIT_AS, limits.memory_bytes),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 64),
    ):
        _, hard = resource.getrlimit(what)
        top = most if hard == resource.RLIM_INFINITY else min(most, hard)
        try:
            resource.setrlimit(what, (top, hard if what == resource.RLIMIT_NOFILE else top))
        except (ValueError, OSError):  # a system that does not know this bound, such as macOS with memory
            continue


def _more_time(limits: Limits) -> None:
    """The seconds of a processor that the next file may use, on top of those used so far."""
    if resource is None:
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    soft = int(used.ru_utime + used.ru_stime) + limits.cpu_seconds + 1
    resource.setrlimit(resource.RLIMIT_CPU, (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard))


if __name__ == "__main__":
    main()
