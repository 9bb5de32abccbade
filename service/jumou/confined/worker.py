"""The process that has work on strangers' files done: for each piece a child that gives up its rights, works, and is gone.

It never looks into a file itself. A request is a line of JSON (`task`, its `head`, and the `sizes` of the parts) followed by
the parts' bytes; the answer is a line of JSON: `done`, `refused` or `ended`. A child costs some milliseconds, as the parsers
are loaded here before it is made; what one file did to it reaches no other file. Without fork (Windows) the process itself
works.
"""

import gc
import importlib
import json
import mimetypes
import os
import sys
from contextlib import suppress
from typing import Any, BinaryIO

from jumou.confined.bounds import Bounds
from jumou.confined.kernel import give_up, more_time
from jumou.errors import RefusedFile

_COSTLY = (9, 24)  # SIGKILL, SIGXCPU


def main() -> None:
    """Serves requests from standard input until it closes."""
    requests, answers = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # what a parser prints must not be taken for an answer
    bounds = Bounds(**json.loads(requests.readline()))
    mimetypes.knownfiles.clear()  # lists of the system, which openpyxl would look at and cannot from a confined process
    forks = hasattr(os, "fork")
    standing = {} if forks else give_up(bounds)
    while line := requests.readline():
        request = json.loads(line)
        parts = [requests.read(size) for size in request["sizes"]]
        answer = _by_child(request, parts, requests, bounds) if forks else _worked(request, parts, bounds, standing)
        answers.write(answer)
        answers.flush()


def _by_child(request: dict[str, Any], parts: list[bytes], requests: BinaryIO, bounds: Bounds) -> bytes:
    """The line a child answers with, or what became of it."""
    _load(request)
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            os.close(reading)
            requests.close()
            os.dup2(2, 1)
            told = _worked(request, parts, bounds, give_up(bounds))
            with os.fdopen(writing, "wb") as pipe:
                pipe.write(told)
            code = 0
        finally:
            os._exit(code)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        told = pipe.read(bounds.answer_bytes)
    _, status = os.waitpid(child, 0)
    if status == 0 and told.endswith(b"\n") and told.count(b"\n") == 1:
        return told
    costly = os.WIFSIGNALED(status) and os.WTERMSIG(status) in _COSTLY
    return json.dumps({"ended": "costly" if costly else "broken"}).encode() + b"\n"


def _load(request: dict[str, Any]) -> None:
    """Loads what the work will need, so that not every child does; `needs` of the task's module names it by the head."""
    module, _, _ = str(request["task"]).partition(":")
    held = len(sys.modules)
    if not module:
        return
    with suppress(ImportError):  # the child will say so
        for needed in getattr(importlib.import_module(module), "needs", lambda _: ())(request["head"]):
            importlib.import_module(needed)
    if len(sys.modules) > held:
        gc.collect()
        gc.freeze()  # what is loaded stays where it is: children share it


def _worked(request: dict[str, Any], parts: list[bytes], bounds: Bounds, standing: dict[str, Any]) -> bytes:
    return json.dumps(_answer(request, parts, bounds, standing)).encode() + b"\n"


def _answer(request: dict[str, Any], parts: list[bytes], bounds: Bounds, standing: dict[str, Any]) -> dict[str, Any]:
    if not request["task"]:
        return {"done": standing}
    more_time(bounds)
    module, _, function = str(request["task"]).partition(":")
    try:
        return {"done": getattr(importlib.import_module(module), function)(request["head"], parts)}
    except RefusedFile as refused:
        return {"refused": [refused.message_zh, refused.message_en, refused.mend_zh, refused.mend_en]}
    except MemoryError:
        return {"ended": "costly"}
    except RecursionError:
        return {"ended": "deep"}


if __name__ == "__main__":
    main()
