"""A reader of server-sent events that is cut off, comes back with Last-Event-ID, and keeps a record of all it was sent."""

import contextlib
import json
import random
import threading
import time
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import httpx


@dataclass
class Reader:
    """Reads the events of one address in a thread of its own, until an event `last` comes or it is told to stop.

    It leaves by itself now and then (after `most` events), as phones and proxies do.
    """

    address: str
    last: frozenset[str]
    chance: random.Random
    most: int = 12
    seen: list[tuple[int, str, dict[str, Any]]] = field(default_factory=list)
    connections: int = 0
    refused: list[str] = field(default_factory=list)
    _stopping: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def start(self) -> None:
        """Begins to read."""
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def wait(self, seconds: float) -> bool:
        """Whether the last event came within that time; ends the reading."""
        if self._thread is not None:
            self._thread.join(seconds)
            over = not self._thread.is_alive()
            self._stopping.set()
            return over
        return False

    @property
    def repeated(self) -> int:
        """Events that came more than once, or out of their order."""
        numbers = [number for number, _, _ in self.seen]
        return sum(after <= before for before, after in pairwise(numbers))

    @property
    def lost(self) -> int:
        """Numbers that were passed over."""
        numbers = [number for number, _, _ in self.seen]
        return sum(max(0, after - before - 1) for before, after in zip([0, *numbers], numbers, strict=False))

    def _run(self) -> None:
        with httpx.Client(timeout=30) as client:
            while not self._stopping.is_set():
                with contextlib.suppress(httpx.TransportError, httpx.StreamError):
                    if self._read(client, self.chance.randint(1, self.most)):
                        return
                time.sleep(0.1)

    def _read(self, client: httpx.Client, most: int) -> bool:
        after = self.seen[-1][0] if self.seen else 0
        number, kind, got = 0, "", 0
        with client.stream("GET", self.address, headers={"Last-Event-ID": str(after)}) as answer:
            if answer.status_code != 200:
                if answer.status_code != 503:
                    self.refused.append(str(answer.status_code))
                return False
            self.connections += 1
            for line in answer.iter_lines():
                name, _, value = line.partition(": ")
                if name == "id":
                    number = int(value)
                elif name == "event":
                    kind = value
                elif name == "data":
                    self.seen.append((number, kind, json.loads(value)))
                    got += 1
                    if kind in self.last:
                        return True
                    if got >= most or self._stopping.is_set():
                        return False
        return False
