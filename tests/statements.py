"""What the application says to the database."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, NamedTuple

from fastapi import FastAPI
from sqlalchemy import Engine, event

from app.core.context import request_id, task_id
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
    return database.engine.sync_engine


# Tasks of the application began before the block and do not have its value.
collecting: ContextVar[list[Statement] | None] = ContextVar("collecting", default=None)


@contextmanager
def watched(app: FastAPI) -> Iterator[list[Statement]]:
    """Collect the statements that the block causes; what goes on in the background is left out."""
    statements: list[Statement] = []

    def collect(_: object, __: object, sql: str, parameters: object, *___: object) -> None:
        if collecting.get() is statements and not sql.startswith("BEGIN"):
            statements.append(Statement(sql, parameters))

    engine = engine_of(app)
    event.listen(engine, "before_cursor_execute", collect)
    token = collecting.set(statements)
    try:
        yield statements
    finally:
        collecting.reset(token)
        event.remove(engine, "before_cursor_execute", collect)
