"""An answer as it comes into being: steps on the way, and at the end the outcome. The same for rules and models."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple, Protocol

from jumou.chat.memory import Past
from jumou.domain.chat import Brief, EventKind, Proposal, ShownPassage
from jumou.domain.framework import Language
from jumou.domain.region import RegionProfile
from jumou.workflow.reading import StoredPlan

_EMPTY: Final = Brief()
_NOTHING: Final = Past()


class Step(NamedTuple):
    """Something an answer does; its `data` is what the event will carry."""

    kind: EventKind
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What remains of an answer when all its steps are done."""

    author: str
    brief: Brief = _EMPTY
    refused: bool = False
    passages: tuple[ShownPassage, ...] = ()
    proposal_id: str = ""
    findings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Turn:
    """What is answered: the planner's words, and what is remembered of everything before them."""

    text: str
    language: Language
    brief: Brief = _EMPTY
    profile: RegionProfile | None = None
    plan: StoredPlan | None = None
    past: Past = _NOTHING
    proposal: Proposal | None = None
    user: str = ""
    settled: bool = field(default=False)
    """The brief holds already what `text` says."""

    @property
    def first(self) -> bool:
        """Whether nothing was answered before."""
        return not self.past.answered

    @property
    def shown(self) -> tuple[ShownPassage, ...]:
        """The passages that were shown before."""
        return self.past.shown


class Answerer(Protocol):
    """Answers a turn."""

    def answer(self, turn: Turn) -> AsyncIterator[Step | Outcome]:
        """Steps in order; the outcome comes last, exactly once.

        Raises:
            JumouError: the answer cannot be finished; the steps so far stand.
        """
        ...


def token(text: str, author: str = "rules") -> Step:
    """A piece of the answer's text, and who wrote it: the rules, or a model's name."""
    return Step("token", {"text": text, "author": author})


def tool_call(tool: str, arguments: dict[str, Any], result: str) -> Step:
    """That a tool was used, and in a line what came of it."""
    return Step("tool_call", {"tool": tool, "arguments": arguments, "result": result})
