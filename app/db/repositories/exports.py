"""Queries about exports."""

from typing import ClassVar
from uuid import UUID

from sqlalchemy import ColumnElement, Select, delete, or_, select, tuple_

from app.db.base import DatabaseNow
from app.db.models.exports import Export, ExportChunk, ExportStatus
from app.db.repositories.repository import Repository

_CHUNKS = 50


class ExportRepository(Repository[Export]):
    """Exports and their files in the database."""

    model: ClassVar = Export

    def owned_by(self, owner_id: UUID) -> Select[Export]:
        """Return the exports that their owner may see."""
        return select(Export).where(Export.owner_id == owner_id)

    async def get_open(self, export_id: UUID) -> Export | None:
        """Return an export that is not finished, for its worker: whoever owns it.

        Nobody else changes it until the transaction ends.
        """
        return await self._session.scalar(
            select(Export)
            .where(Export.id == export_id, Export.status.in_(("queued", "running")))
            .with_for_update()
        )

    async def end(self, export: Export, status: ExportStatus) -> None:
        """Give an export that was read here its final status."""
        export.finished_at = await self._session.scalar(select(DatabaseNow()))
        export.status = status
        await self._session.flush()

    async def restart(self, export_id: UUID) -> None:
        """Set a failed export back to its beginning."""
        export = await self._session.scalar(
            select(Export).where(Export.id == export_id, Export.status == "failed")
        )
        if export is None:
            return
        while await self._delete_chunks(ExportChunk.export_id == export_id):
            pass
        export.status = "queued"
        export.rows_done = export.chunks = 0
        export.rows_total = export.position = export.finished_at = None
        await self._session.flush()

    async def add_chunk(self, export: Export, data: bytes) -> None:
        """Append a piece to the file of an export that was read here."""
        self._session.add(ExportChunk(export_id=export.id, number=export.chunks, data=data))
        export.chunks += 1
        await self._session.flush()

    async def get_chunk(self, export_id: UUID, number: int) -> bytes | None:
        """Return a piece of a file, counted from 0."""
        return await self._session.scalar(
            select(ExportChunk.data).where(
                ExportChunk.export_id == export_id, ExportChunk.number == number
            )
        )

    async def delete_unwanted_chunks(self, *, older_than_seconds: int) -> int:
        """Delete pieces of files that nobody can fetch, or that are old; return how many.

        A file may be too large for one statement: call it until there are none.
        """
        unwanted = select(Export.id).where(
            or_(
                Export.status.in_(("failed", "cancelled")),
                Export.created_at < DatabaseNow(-older_than_seconds),
            )
        )
        return await self._delete_chunks(ExportChunk.export_id.in_(unwanted))

    async def delete_old(self, *, older_than_seconds: int, limit: int) -> int:
        """Delete exports that were made long ago; return how many. Their files go first."""
        old = (
            select(Export.id)
            .where(Export.created_at < DatabaseNow(-older_than_seconds))
            .limit(limit)
        )
        deleted = await self._session.scalars(
            delete(Export).where(Export.id.in_(old)).returning(Export.id)
        )
        return len(deleted.all())

    async def _delete_chunks(self, which: ColumnElement[bool]) -> int:
        some = select(ExportChunk.export_id, ExportChunk.number).where(which).limit(_CHUNKS)
        key = tuple_(ExportChunk.export_id, ExportChunk.number)
        deleted = await self._session.scalars(
            delete(ExportChunk).where(key.in_(some)).returning(ExportChunk.number)
        )
        return len(deleted.all())
