"""Deletion in batches: no statement takes long, however many rows there are to delete."""

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
"""Maximum number of rows that a statement deletes."""
FILES = 10
"""The same for rows that contain chunks of files."""
PARENTS = 20
"""The same for rows to which others refer: for each of them PostgreSQL reads the deleted referring
rows that vacuum has not removed yet."""


async def delete_piece(
    session: AsyncSession,
    model: type[Base],
    which: ColumnElement[bool],
    *,
    oldest_first: InstrumentedAttribute[Any] | None = None,
) -> int:
    """Delete some rows, and before them the rows that refer to them; return how many.

    Call it until it returns 0, each time in a new transaction. A row is deleted when no other row
    refers to it by a foreign key that cascades.

    Args:
        session: The transaction.
        model: The model of the rows.
        which: The condition of the rows; an index has to support it.
        oldest_first: The indexed timestamp that `which` compares. Sorting by it makes the database
            use the index even if most rows match.
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
    # The search in referring tables and the deletion have to select the same rows.
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
    """Yield the columns by which the database would cascade a deletion in a table."""
    for other in Base.metadata.sorted_tables:
        for foreign_key in other.foreign_keys:
            if foreign_key.column.table is table and foreign_key.ondelete == "CASCADE":
                yield foreign_key.parent


def _holds_files(table: Table) -> bool:
    return any(isinstance(one.type, LargeBinary) for one in table.columns)
