"""A database that refuses to write some rows, with the errors of its real driver."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Literal

from fastapi import FastAPI

from tests.statements import engine_of

CHECK_VIOLATION = "23514"
SERIALIZATION_FAILURE = "40001"

_POSTGRESQL = """
CREATE SEQUENCE refusals;
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF {condition} AND nextval('refusals') <= {times} THEN
        RAISE EXCEPTION USING
            ERRCODE = '{sqlstate}',
            MESSAGE = 'refused ' || NEW::text,
            DETAIL = 'Failing row contains ' || NEW::text;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER refuse BEFORE {change} ON {table} FOR EACH ROW EXECUTE FUNCTION refuse();
"""
_POSTGRESQL_END = "DROP FUNCTION refuse CASCADE; DROP SEQUENCE refusals"
_SQLITE = """
CREATE TRIGGER refuse BEFORE {change} ON {table} WHEN {condition}
BEGIN SELECT RAISE(ABORT, 'refused'); END
"""
_SQLITE_END = "DROP TRIGGER refuse"


@asynccontextmanager
async def refusing(
    app: FastAPI,
    table: str,
    condition: str,
    *,
    change: Literal["INSERT", "UPDATE"] = "INSERT",
    sqlstate: str = CHECK_VIOLATION,
    times: int = 1_000,
) -> AsyncIterator[None]:
    """Let the database refuse changes of a table while the block runs.

    Args:
        app: The running application.
        table: Where rows are refused.
        condition: Which rows: SQL about `NEW`.
        change: What is refused.
        sqlstate: What PostgreSQL refuses with; SQLite always says that a constraint failed.
        times: How many changes PostgreSQL refuses; SQLite refuses all.
    """
    engine = engine_of(app)
    is_sqlite = engine.dialect.name == "sqlite"
    begin = _SQLITE if is_sqlite else _POSTGRESQL
    values = {"change": change, "sqlstate": sqlstate, "times": times}
    await _execute(app, begin.format(table=table, condition=condition, **values))
    try:
        yield
    finally:
        await _execute(app, _SQLITE_END if is_sqlite else _POSTGRESQL_END)


async def _execute(app: FastAPI, sql: str) -> None:
    async with app.state.resources.database.write() as work:
        connection: Any = await work.session.connection()
        await connection.exec_driver_sql(sql)
