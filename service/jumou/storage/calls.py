"""The answers open runs have paid for, in the database every process of an installation shares."""

from typing import Final, Self

from sqlalchemy import Connection, Engine, Select, select

from jumou.domain.batch import BatchTask
from jumou.domain.run import RunTask
from jumou.storage import run_tables, tables
from jumou.storage.change import insert_new, now
from jumou.storage.claims import CallClaims
from jumou.storage.database import writing
from jumou.storage.run_rows import ended

_calls: Final = run_tables.run_calls.c
_open: Final = run_tables.open_runs.c
_outcomes: Final = tables.batch_outcomes.c


class CallJournal:
    """The answers of one attempt of a run, or of one region of a batch; gone once it has an outcome.

    `recall` and `keep` raise ServiceUnavailable when the database does not answer, and StepConflict when the work has ended: it was
    cancelled, or another process was faster. So nothing more is paid for it.
    """

    def __init__(
        self, engine: Engine, claims: CallClaims, scope: str, outcome: Select[tuple[str]], *, stands: bool
    ) -> None:
        """Made by `of_run` and `of_region`. `outcome` selects a row; the work goes on while there is one exactly if it `stands`."""
        self._engine = engine
        self._claims = claims
        self._scope = scope
        self._outcome = outcome
        self._stands = stands

    @classmethod
    def of_run(cls, engine: Engine, claims: CallClaims, task: RunTask) -> Self:
        """The answers of an attempt of a run."""
        standing = select(_open.run_id).where(_open.run_id == task.run_id, _open.attempt == task.attempt)
        return cls(engine, claims, task.scope, standing, stands=True)

    @classmethod
    def of_region(cls, engine: Engine, claims: CallClaims, task: BatchTask) -> Self:
        """The answers of an attempt of a region."""
        outcome = select(_outcomes.batch_id).where(
            _outcomes.batch_id == task.batch_id, _outcomes.row == task.row, _outcomes.attempt == task.attempt
        )
        return cls(engine, claims, task.scope, outcome, stands=False)

    def claim(self, request: str, ordinal: int) -> bool:
        """Takes a call on, until `release`; False while another process that lives has it under way."""
        return self._claims.take(f"{self._scope}/{ordinal}/{request}")

    def release(self, request: str, ordinal: int) -> None:
        """The call has ended, one way or the other."""
        self._claims.release(f"{self._scope}/{ordinal}/{request}")

    def recall(self, request: str, ordinal: int) -> str | None:
        """The answer that was kept; None when there is none."""
        wanted = select(_calls.record).where(
            _calls.scope == self._scope, _calls.request == request, _calls.ordinal == ordinal
        )
        with self._engine.connect() as connection:
            found: str | None = connection.execute(wanted).scalar()
            if found is None:
                self._goes_on(connection)
            return found

    def keep(self, request: str, ordinal: int, answer: str, tokens_in: int, tokens_out: int) -> None:
        """Keeps an answer; the first one under a request and number stands."""
        row = {
            "scope": self._scope, "request": request, "ordinal": ordinal, "record": answer, "tokens_in": tokens_in,
            "tokens_out": tokens_out, "created_at": now(),
        }  # fmt: skip
        with writing(self._engine) as connection:
            self._goes_on(connection)
            insert_new(connection, run_tables.run_calls, [row])

    def _goes_on(self, connection: Connection) -> None:
        if (connection.execute(self._outcome).first() is not None) is not self._stands:
            raise ended(self._scope)
