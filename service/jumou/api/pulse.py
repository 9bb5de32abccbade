"""Whether what the service stands on still answers: looked at when asked, at most once a second, never for long."""

import asyncio
import time
from collections.abc import Callable
from typing import Final

import httpx

from jumou.api.answers import ReadyPart
from jumou.api.readiness import Opening
from jumou.domain.framework import Language
from jumou.storage import answers

_FRESH: Final = 1.0
"""Seconds a finding is good for."""

_PATIENCE: Final = 2.0
"""Seconds a part may take to answer; one that takes longer does not answer."""


class Pulse:
    """The database and, where there is one, the Chroma server."""

    def __init__(self, opening: Opening) -> None:
        """What is open is asked; what is not is still being opened."""
        self._opening = opening
        self._database = _Looked(lambda: answers(opening.stored().database))
        self._chroma = _Looked(lambda: _heartbeat(opening.settings.chroma_url))

    async def parts(self, language: Language) -> tuple[ReadyPart, ...]:
        """Each part, whether it is there, and what is missing without it."""
        zh, opening = language == "zh", self._opening
        said = opening.message(language)
        if not opening.store_open:
            database = ReadyPart(name="database", ok=False, message=said)
        elif await self._database.holds():
            database = ReadyPart(name="database", ok=True)
        else:
            database = ReadyPart(name="database", ok=False, message="数据库没有应答；恢复后自动继续。" if zh else "The database does not answer; the service goes on by itself once it does.")  # fmt: skip
        found = [database, ReadyPart(name="index", ok=opening.ready, message="" if opening.ready else said)]
        if opening.settings.chroma_url:
            there = await self._chroma.holds()
            away = "向量库没有应答：检索与起草照常，暂不能收入文献。" if zh else "The vector server does not answer: search and drafting go on, documents cannot be added."  # fmt: skip
            found.append(ReadyPart(name="chroma", ok=there, message="" if there else away))
        return tuple(found)


class _Looked:
    """One thing that can be looked at, by one look at a time, whoever asks."""

    def __init__(self, look: Callable[[], bool]) -> None:
        self._look = look
        self._task: asyncio.Task[bool] | None = None
        self._found = True
        self._at = -_FRESH

    async def holds(self) -> bool:
        """What was found within the last second; False when the look takes too long."""
        if time.monotonic() - self._at < _FRESH:
            return self._found
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(asyncio.to_thread(self._look))
        done, _ = await asyncio.wait({self._task}, timeout=_PATIENCE)
        self._found = bool(done) and self._task.result()
        self._at = time.monotonic()
        return self._found


def _heartbeat(url: str) -> bool:
    try:
        return httpx.get(f"{url.rstrip('/')}/api/v2/heartbeat", timeout=_PATIENCE).status_code < 500
    except httpx.HTTPError:
        return False
