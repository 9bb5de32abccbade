"""One run with a model: a plan that is drafted, a chat answer. It tries again, keeps to its budget, and knows when to stop."""

import asyncio
import random
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeVar
from weakref import WeakKeyDictionary

from pydantic import BaseModel

from jumou import tracing
from jumou.domain.allowance import DayLimits, Spender
from jumou.domain.calling import calling
from jumou.errors import MalformedAnswer, ModelRefused, ModelUnavailable, OverBudget
from jumou.llm import watch
from jumou.llm.budget import Budget, Ledger, Reservation, Spending, Spent
from jumou.llm.journal import Journal, Paid, PaidCall, request_key
from jumou.llm.messages import Constraint, Message, Piece, Reply, Shape, ToolSpec, Usage
from jumou.llm.model import Endpoint
from jumou.llm.structured import CONSTRAINTS, PROBE, Abilities, Probe, read, shape_of, with_shape
from jumou.llm.tokens import estimate

T = TypeVar("T", bound=BaseModel)

_PAUSE: Final = 0.5
"""Seconds before the second try; doubled before each further one, unless the endpoint names a time."""
_LONGEST_PAUSE: Final = 60.0
_FAILURES: Final = 3
"""So many calls that failed in a row end a run's use of the model: what follows would fail too, only later."""
_BUDGET: Final = Budget()
_LIMITS: Final = DayLimits()
_TURN: Final = 8
"""Tokens a message costs besides its text."""


@dataclass(frozen=True)
class LanguageModel:
    """A model as the settings describe it. Opens no connection before it is asked; serves any number of runs."""

    endpoint: Endpoint
    home: Path
    concurrency: int = 8
    retries: int = 3
    budget: Budget = _BUDGET
    limits: DayLimits = _LIMITS
    spending: Spending | None = None
    vague: list[str] = field(default_factory=list)
    """Holds its key when it failed every trial of a shape; asked in plain words until the process ends."""
    _turns: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = field(default_factory=WeakKeyDictionary)
    _trying: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Lock] = field(default_factory=WeakKeyDictionary)

    @property
    def name(self) -> str:
        """The name that stands under what it wrote."""
        return self.endpoint.name

    @property
    def key(self) -> str:
        """Under which its abilities are kept."""
        return f"{self.endpoint.address} {self.endpoint.name}"

    def run(self, *, user: str = "", budget: Budget | None = None, journal: Journal | None = None) -> "Run":
        """A run with an account of its own.

        `user` is whom the day's allowance is counted for where there are no accounts; with them it is the caller.
        With a `journal`, answers are kept as they come in and not asked for again; a streamed answer is not kept.
        """
        caller = calling()
        ledger = Ledger(
            budget or self.budget, self.endpoint.name, self.endpoint.address,
            Spender(caller.user or user, caller.workspace), self.limits, self.spending,
        )  # fmt: skip
        return Run(self, ledger, None if journal is None else Paid(journal))

    def turns(self) -> asyncio.Semaphore:
        """The places for calls under way in the running loop."""
        return self._turns.setdefault(asyncio.get_running_loop(), asyncio.Semaphore(self.concurrency))

    def trying(self) -> asyncio.Lock:
        """Held while its abilities are found out, so that they are found out once."""
        return self._trying.setdefault(asyncio.get_running_loop(), asyncio.Lock())

    async def warm(self) -> None:
        """Loads what the first question would have to wait for; asks nothing."""
        await self.endpoint.warm()

    async def close(self) -> None:
        """Closes the connections of the running loop."""
        await self.endpoint.close()


@dataclass(slots=True)
class Run:
    """Asks the model within one budget. After three failures in a row it asks no more."""

    model: LanguageModel
    ledger: Ledger
    paid: Paid | None = None
    _failed: int = 0
    _gone: ModelUnavailable | ModelRefused | None = None
    _waits: list[tuple[float, float]] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The model's name."""
        return self.model.name

    @property
    def spent(self) -> Spent:
        """What the run used so far."""
        return self.ledger.spent

    @property
    def seconds(self) -> float:
        """Time during which at least one call was under way."""
        total, end = 0.0, 0.0
        for began, ended in sorted(self._waits):
            total += max(0.0, ended - max(began, end))
            end = max(end, ended)
        return total

    async def ask(
        self, messages: Sequence[Message], answer: type[T], *, max_tokens: int = 2048, temperature: float = 0.2
    ) -> T:
        """An answer of the shape `answer`.

        Raises:
            MalformedAnswer: refused, empty, cut off or of another shape; the message says what is wrong.
            ModelUnavailable: it does not answer, also after the tries that are allowed.
            ModelRefused: the key, the model's name or a parameter is refused.
            OverBudget: nothing is left to ask it with.
        """
        self._still_there()
        try:
            constraint = await self.constraint()
            return await self._shaped(messages, answer, constraint, max_tokens, temperature)
        except ModelRefused as refused:
            if self._known() in (None, "plain"):  # not even a plain question is taken: a key or a name is wrong
                self._gone = refused
                raise
        self.model_abilities.record(self.model.key, None)  # the endpoint is not what it was: find out anew, once
        return await self._shaped(messages, answer, await self.constraint(), max_tokens, temperature)

    async def write(
        self,
        messages: Sequence[Message],
        *,
        tools: Sequence[ToolSpec] = (),
        max_tokens: int = 2048,
        temperature: float = 0.4,
    ) -> Reply:
        """A whole answer in free text, or calls of `tools`; raises as `ask`, but for MalformedAnswer."""
        return await self._call(messages, tools, None, max_tokens, temperature)

    async def stream(
        self,
        messages: Sequence[Message],
        *,
        tools: Sequence[ToolSpec] = (),
        max_tokens: int = 2048,
        temperature: float = 0.4,
    ) -> AsyncGenerator[Piece, None]:
        """The answer as it is written, at the end the whole reply. It is tried again only before its first piece."""
        self._still_there()
        for attempt in range(self.model.retries + 1):
            reservation = await self._reserve(self._size(messages, tools), max_tokens)
            usage: Usage | None = None
            written: list[str] = []
            began = time.monotonic()
            try:
                pieces = self.model.endpoint.stream(
                    messages, tools=tools, max_tokens=max_tokens, temperature=temperature
                )
                async with self.model.turns(), aclosing(pieces):  # a reader who leaves ends the connection too
                    async for piece in pieces:
                        written.append(piece.text)
                        if piece.reply is not None:
                            usage = piece.reply.usage
                        yield piece
                self._failed = 0
                return  # noqa: TRY300 - an else branch would hide that this ends the tries
            except ModelUnavailable as problem:
                if written or not problem.passing or attempt == self.model.retries:
                    self._note(problem)
                    raise
                pause = _pause(attempt, problem.retry_after)
                if pause is None:
                    self._note(problem)
                    raise
                await asyncio.sleep(pause)
            finally:
                if usage is None and written:  # cut off, or the reader left: what was written is paid for
                    usage = Usage(self._size(messages, tools), estimate("".join(written)), estimated=True)
                await self._settle(reservation, usage, began)

    async def constraint(self) -> Constraint:
        """How this endpoint is held to a shape: as recorded, else found out now and recorded.

        Raises:
            ModelUnavailable: it does not answer.
            ModelRefused: it refuses even a plain question.
        """
        known = self._known()
        if known is not None:
            return known
        async with self.model.trying():
            known = self._known()
            if known is not None:
                return known
            for constraint in CONSTRAINTS:
                try:
                    await self._shaped(PROBE, Probe, constraint, 256, 0.0)
                except MalformedAnswer:
                    continue
                except ModelRefused:
                    if constraint == "plain":
                        raise
                    continue
                self.model_abilities.record(self.model.key, constraint)
                return constraint
            self.model.vague.append(
                self.model.key
            )  # it talks, but not to the point: not worth a record, nor a second try
            return "plain"

    def _known(self) -> Constraint | None:
        return "plain" if self.model.vague else self.model_abilities.known(self.model.key)

    @property
    def model_abilities(self) -> Abilities:
        """What the endpoints of this home can do."""
        return Abilities(self.model.home)

    async def _shaped(
        self, messages: Sequence[Message], answer: type[T], constraint: Constraint, max_tokens: int, temperature: float
    ) -> T:
        shape = shape_of(answer, constraint)
        reply = await self._call(with_shape(tuple(messages), shape), (), shape, max_tokens, temperature)
        return read(reply, answer, shape)

    async def _call(
        self,
        messages: Sequence[Message],
        tools: Sequence[ToolSpec],
        shape: Shape | None,
        max_tokens: int,
        temperature: float,
    ) -> Reply:
        call: PaidCall | None = None
        if self.paid is not None:
            call = self.paid.call(request_key(self.name, messages, tools, shape, max_tokens, temperature))
        try:
            return await self._answered(messages, tools, shape, max_tokens, temperature, call)
        finally:
            if call is not None:
                call.release()

    async def _answered(
        self,
        messages: Sequence[Message],
        tools: Sequence[ToolSpec],
        shape: Shape | None,
        max_tokens: int,
        temperature: float,
        call: PaidCall | None,
    ) -> Reply:
        attempt = 0
        while True:
            async with self.model.turns():
                if call is not None and (kept := await call.kept()) is not None:
                    self.ledger.replay(kept.usage)
                    return kept
                self._still_there()
                reservation = await self._reserve(self._size(messages, tools), max_tokens)
                usage: Usage | None = None
                began = time.monotonic()
                try:
                    with tracing.span("model call", kind="client", model=self.name):
                        reply = await self.model.endpoint.reply(
                            messages, tools=tools, shape=shape, max_tokens=max_tokens, temperature=temperature
                        )
                    usage = reply.usage
                    if call is not None:
                        call.keep(reply)
                    self._failed = 0
                    return reply  # noqa: TRY300 - as above
                except ModelUnavailable as problem:
                    pause = _pause(attempt, problem.retry_after)
                    if not problem.passing or attempt >= self.model.retries or pause is None:
                        self._note(problem)
                        raise
                finally:
                    await self._settle(reservation, usage, began)
            await asyncio.sleep(pause)
            attempt += 1

    async def _reserve(self, tokens_in: int, most_out: int) -> Reservation:
        """Sets aside what a call can use; the loop does not wait for the day's account."""
        if not self.ledger.waits:
            return self.ledger.reserve(tokens_in, most_out)
        asked = asyncio.ensure_future(asyncio.to_thread(self.ledger.reserve, tokens_in, most_out))
        try:
            return await asyncio.shield(asked)
        except asyncio.CancelledError:
            with suppress(OverBudget):
                await asyncio.to_thread(self.ledger.settle, await asked, None)
            raise

    async def _settle(self, reservation: Reservation, usage: Usage | None, began: float) -> None:
        """Ends a call: what it cost, and how long it took. What was used is written down also when whoever asked has gone."""
        ended = time.monotonic()
        self._waits.append((began, ended))
        if self.ledger.spending is None:
            cost = self.ledger.settle(reservation, usage)
        else:
            cost = await asyncio.shield(asyncio.to_thread(self.ledger.settle, reservation, usage))
        watch.called(self.name, usage, cost, ended - began)

    def _size(self, messages: Sequence[Message], tools: Sequence[ToolSpec]) -> int:
        return sum(estimate(message.text) + _TURN for message in messages) + sum(estimate(str(tool)) for tool in tools)

    def _note(self, problem: ModelUnavailable) -> None:
        self._failed += 1
        if self._failed >= _FAILURES:
            self._gone = problem

    def _still_there(self) -> None:
        if self._gone is not None:
            raise self._gone


def _pause(attempt: int, told: float | None) -> float | None:
    """Seconds before the next try; None when the endpoint wants a longer wait than a run can bear."""
    if told is not None:
        return told if told <= _LONGEST_PAUSE else None
    return float(min(_LONGEST_PAUSE, _PAUSE * 2**attempt) * (0.75 + 0.5 * random.random()))  # noqa: S311 - spreads tries
