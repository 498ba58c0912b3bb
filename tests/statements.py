"""What the application says to the database."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from fastapi import FastAPI
from sqlalchemy import Engine, event

from app.core.logging import request_id, task_id
from app.db.unit_of_work import Database


def in_request() -> bool:
    """Tell whether what runs now is a request, and no probe, scheduler or task."""
    return request_id.get() is not None and task_id.get() is None


class Statement(NamedTuple):
    """SQL as it goes to the driver, and its parameters."""

    sql: str
    parameters: Any


def engine_of(app: FastAPI) -> Engine:
    """Return the engine of a running application."""
    database: Database = app.state.resources.database
    engine: Engine = database._sessions.kw["bind"].sync_engine
    return engine


@contextmanager
def watched(app: FastAPI) -> Iterator[list[Statement]]:
    """Collect the statements of requests; what goes on in the background is left out."""
    statements: list[Statement] = []

    def collect(_: object, __: object, sql: str, parameters: object, *___: object) -> None:
        if in_request() and not sql.startswith("BEGIN"):
            statements.append(Statement(sql, parameters))

    engine = engine_of(app)
    event.listen(engine, "before_cursor_execute", collect)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", collect)
