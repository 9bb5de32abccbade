"""Lists, newest first, a page at a time."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Column, Connection, Row, Select, and_, or_


def page(
    connection: Connection, wanted: Select[Any], at: "Column[Any]", name: "Column[Any]", *, cursor: str, limit: int
) -> tuple[Sequence[Row[Any]], str]:
    """At most `limit` rows after the one that `cursor` names, and the cursor of the next page; empty when there is none.

    `at` is when a row was made and `name` its id; `wanted` selects both, as `created_at` and `id`.
    """
    if cursor:
        made, _, last = cursor.partition("|")
        wanted = wanted.where(or_(at < made, and_(at == made, name < last)))
    rows = connection.execute(wanted.order_by(at.desc(), name.desc()).limit(limit + 1)).all()
    shown = rows[:limit]
    return shown, f"{shown[-1].created_at}|{shown[-1].id}" if len(rows) > limit else ""
