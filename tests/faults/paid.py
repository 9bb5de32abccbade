"""A scripted model that counts what it is paid for: every request by its content, also when whoever asked is killed meanwhile."""

import hashlib
import json
import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from jumou.testing import ModelServer, Request, Words, good_answers, task_of


@dataclass
class Paid:
    """The script, and the account. The probe of abilities is no part of it: every process makes it once."""

    asked: Counter[str] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, request: Request) -> Mapping[str, Any] | Words:
        """Answers properly and counts."""
        answer = good_answers(request)
        if task_of(request) not in ("probe", ""):
            asked = json.dumps(
                [request.body["messages"], request.body.get("tool_choice")], ensure_ascii=False, sort_keys=True
            )
            with self._lock:
                self.asked[hashlib.sha256(asked.encode()).hexdigest()] += 1
        return answer

    @property
    def different(self) -> int:
        """How many different requests were answered."""
        with self._lock:
            return len(self.asked)

    def server(self, latency: float) -> ModelServer:
        """The server that speaks it."""
        return ModelServer(self, latency=latency)

    def again(self) -> int:
        """Answers given more than once."""
        return self.asked.total() - self.different


def settings(server: ModelServer) -> dict[str, str]:
    """Variables of a server that leans on that model."""
    return {
        "JUMOU_LLM": "openai:scripted", "JUMOU_LLM_BASE_URL": server.url, "JUMOU_LLM_CONCURRENCY": "4",
        "JUMOU_DRAFTING_WORKERS": "1",
    }  # fmt: skip
