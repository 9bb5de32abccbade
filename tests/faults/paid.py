"""A scripted model that counts what it is paid for: every request by its content, and when it was answered."""

import hashlib
import json
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from jumou.testing import ModelServer, Request, Words, good_answers, task_of

_MARGIN = 0.2
"""Seconds from an answer to its being kept, on a busy machine; one so short before a kill counts as under way."""


@dataclass
class Paid:
    """The script, and the account. The probe of abilities is no part of it: every process makes it once."""

    asked: dict[str, list[float]] = field(default_factory=dict)
    """When each content was asked for, once an entry. It is answered also when whoever asked is killed meanwhile."""
    latency: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, request: Request) -> Mapping[str, Any] | Words:
        """Answers properly and keeps the time."""
        answer = good_answers(request)
        if task_of(request) not in ("probe", ""):
            asked = json.dumps(
                [request.body["messages"], request.body.get("tool_choice")], ensure_ascii=False, sort_keys=True
            )
            with self._lock:
                self.asked.setdefault(hashlib.sha256(asked.encode()).hexdigest(), []).append(
                    time.monotonic() - self.latency
                )
        return answer

    @property
    def different(self) -> int:
        """How many different requests were answered."""
        with self._lock:
            return len(self.asked)

    def server(self, latency: float) -> ModelServer:
        """The server that speaks it."""
        self.latency = latency
        return ModelServer(self, latency=latency)

    def again(self) -> int:
        """Answers given more than once."""
        return sum(len(times) - 1 for times in self.asked.values())

    def wasted(self, kills: list[float]) -> int:
        """Answers given more than once although the first had arrived well before the process that asked was killed."""
        found = 0
        for times in self.asked.values():
            for before, after in pairwise(times):
                between = [kill for kill in kills if before <= kill <= after]
                found += not between or between[0] - before > self.latency + _MARGIN
        return found


def settings(server: ModelServer) -> dict[str, str]:
    """Variables of a server that leans on that model."""
    return {"JUMOU_LLM": "openai:scripted", "JUMOU_LLM_BASE_URL": server.url, "JUMOU_LLM_CONCURRENCY": "4"}
