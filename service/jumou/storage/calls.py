"""The answers open runs have paid for, in the database every process of an installation shares."""

from typing import Final

from sqlalchemy import Engine, select

from jumou.storage import run_tables as tables
from jumou.storage.change import insert_new, now

_calls: Final = tables.run_calls.c


class CallJournal:
    """The answers of one attempt of a run, or of one region of a batch; gone once it has an outcome.

    Both methods raise ServiceUnavailable when the database does not answer.
    """

    def __init__(self, engine: Engine, scope: str) -> None:
        """`scope` names run and attempt."""
        self._engine = engine
        self._scope = scope

    def recall(self, request: str, ordinal: int) -> str | None:
        """The answer that was kept; None when there is none."""
        wanted = select(_calls.record).where(
            _calls.scope == self._scope, _calls.request == request, _calls.ordinal == ordinal
        )
        with self._engine.connect() as connection:
            return connection.execute(wanted).scalar()

    def keep(self, request: str, ordinal: int, answer: str, tokens_in: int, tokens_out: int) -> None:
        """Keeps an answer; the first one under a request and number stands."""
        row = {
            "scope": self._scope, "request": request, "ordinal": ordinal, "record": answer, "tokens_in": tokens_in,
            "tokens_out": tokens_out, "created_at": now(),
        }  # fmt: skip
        with self._engine.connect().execution_options(writes=True) as connection, connection.begin():
            insert_new(connection, tables.run_calls, [row])
