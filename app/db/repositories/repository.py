"""The base class of repositories."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Generic, TypeVar
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.base import Entity
from app.db.keyset import SortKey, after, position_of

Row = TypeVar("Row", bound=Entity)


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Rows in order, and the position at which the next page starts; None on the last page."""

    rows: Sequence[Row]
    next_position: list[str] | None


class Repository(Generic[Row]):
    """Reads and writes the rows of one table inside a unit of work.

    Access control is the starting query: a method that serves a caller takes a `visible` statement
    that holds only the rows that the caller may see.
    """

    model: ClassVar[type[Entity]]

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def get(self, visible: Select[Row], row_id: UUID) -> Row | None:
        """Return the visible row with this id, or None."""
        return await self._session.scalar(visible.where(self.model.id == row_id))

    async def count(self, visible: Select[Row]) -> int:
        """Return the number of rows; lists do not use it, because it costs as much as a scan."""
        statement = select(func.count()).select_from(visible.order_by(None).subquery())
        return await self._session.scalar(statement) or 0

    async def list_page(
        self,
        visible: Select[Row],
        *,
        sort: Sequence[SortKey],
        start: Sequence[str] | None,
        limit: int,
    ) -> Page[Row]:
        """Return at most `limit` rows that follow a position; ties are broken by the id.

        Without sort keys the newest come first, because ids sort by time. If an index has the sort
        keys, every page costs the same.

        Raises:
            InvalidCursor: `start` is a position with other sort keys.
        """
        descending = sort[-1].descending if sort else True
        keys = [*sort, SortKey(self.model.id, descending=descending)]
        if start is not None:
            visible = visible.where(after(keys, start))
        found = await self._session.scalars(
            visible.order_by(*(key.ordered for key in keys)).limit(limit + 1)
        )
        rows = found.all()
        if len(rows) <= limit:
            return Page(rows, None)
        return Page(rows[:limit], position_of(keys, rows[limit - 1]))

    async def add(self, row: Row) -> Row:
        """Insert a row and return it with its key, timestamps and version."""
        self._session.add(row)
        await self._session.flush()
        return row

    async def update(self, row: Row) -> Row:
        """Write the changes to a row of this unit of work; return it with its new version."""
        await self._session.flush()
        return row

    async def delete(self, row: Row) -> None:
        """Delete a row of this unit of work."""
        await self._session.delete(row)
        await self._session.flush()
