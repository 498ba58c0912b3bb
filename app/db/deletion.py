"""Deletion in bounded pieces: no statement takes long, however much there is to delete."""

from collections.abc import Iterator
from typing import Any, cast

from sqlalchemy import (
    Column,
    ColumnElement,
    CursorResult,
    Delete,
    LargeBinary,
    Table,
    delete,
    select,
    tuple_,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from app.db.base import Base

ROWS = 1_000
"""Most rows that a statement deletes."""
FILES = 10
"""The same for rows that hold pieces of files."""
PARENTS = 20
"""The same for rows that others refer to: for each of them PostgreSQL passes over the rows that
referred to it until just now, as long as no vacuum has removed them."""


async def delete_piece(
    session: AsyncSession,
    model: type[Base],
    which: ColumnElement[bool],
    *,
    oldest_first: InstrumentedAttribute[Any] | None = None,
) -> int:
    """Delete some rows, and before them what belongs to them; return how many rows went.

    Call it in a transaction of its own each time, until it returns 0. A row goes when nothing is
    left for the foreign keys that refer to it to cascade to.

    Args:
        session: The transaction.
        model: Whose rows.
        which: Which rows; an index has to find them.
        oldest_first: The indexed moment that `which` compares, so that the index is used although
            most rows match.
    """
    return await _delete(session, Base.metadata.tables[model.__tablename__], which, oldest_first)


async def _delete(
    session: AsyncSession,
    table: Table,
    which: ColumnElement[bool],
    oldest_first: InstrumentedAttribute[Any] | None = None,
) -> int:
    key = tuple_(*table.primary_key.columns)
    chosen = select(*table.primary_key.columns).where(which).order_by(oldest_first)
    dependents = list(_dependent_columns(table))
    if not dependents:
        some = chosen.limit(FILES if _holds_files(table) else ROWS)
        return await _run(session, delete(table).where(key.in_(some)))
    # What is looked for in other tables and what is deleted at last have to be the same rows.
    if not (ids := (await session.scalars(chosen.limit(PARENTS))).all()):
        return 0
    for column in dependents:
        if deleted := await _delete(session, column.table, column.in_(ids)):
            return deleted
    [primary] = table.primary_key.columns
    return await _run(session, delete(table).where(primary.in_(ids)))


async def _run(session: AsyncSession, statement: Delete) -> int:
    result = await session.execute(statement)
    return cast("CursorResult[Any]", result).rowcount


def _dependent_columns(table: Table) -> Iterator[Column[object]]:
    """Yield the columns whose rows the database would delete with those of a table."""
    for other in Base.metadata.sorted_tables:
        for foreign_key in other.foreign_keys:
            if foreign_key.column.table is table and foreign_key.ondelete == "CASCADE":
                yield foreign_key.parent


def _holds_files(table: Table) -> bool:
    return any(isinstance(one.type, LargeBinary) for one in table.columns)
