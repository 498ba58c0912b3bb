"""What all repositories can do."""

from collections.abc import Sequence
from typing import ClassVar, Generic, TypeVar
from uuid import UUID

from sqlalchemy import Select
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.base import Entity

Row = TypeVar("Row", bound=Entity)


class Repository(Generic[Row]):
    """Reads and writes the rows of one table inside a unit of work.

    Access control is the starting query: a method that serves a caller takes a `visible` statement
    that holds only the rows that the caller may see.
    """

    model: ClassVar[type[Entity]]

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def get(self, visible: Select[Row], row_id: UUID) -> Row | None:
        """Return the row with this id, or None where the caller sees no such row."""
        return await self._session.scalar(visible.where(self.model.id == row_id))

    async def list_newest(
        self, visible: Select[Row], *, before: UUID | None, limit: int
    ) -> Sequence[Row]:
        """Return at most `limit` rows, newest first, that are older than the row `before`."""
        if before is not None:
            visible = visible.where(self.model.id < before)
        rows = await self._session.scalars(visible.order_by(self.model.id.desc()).limit(limit))
        return rows.all()

    async def add(self, row: Row) -> Row:
        """Insert a row and return it with its key, moments and version."""
        self._session.add(row)
        await self._session.flush()
        return row

    async def save(self, row: Row) -> Row:
        """Write the changes of a row that was read here, and return it with its new version."""
        await self._session.flush()
        return row

    async def delete(self, row: Row) -> None:
        """Delete a row that was read here."""
        await self._session.delete(row)
