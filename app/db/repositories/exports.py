"""Queries about exports."""

from typing import ClassVar
from uuid import UUID

from sqlalchemy import Select, select, update

from app.db.base import DatabaseNow
from app.db.deletion import PARENTS, delete_piece
from app.db.models.exports import UNWANTED_FILE, Export, ExportChunk, ExportStatus
from app.db.repositories.repository import Repository


class ExportRepository(Repository[Export]):
    """Exports and their files in the database."""

    model: ClassVar = Export
    noun: ClassVar = "export"

    def owned_by(self, owner_id: UUID) -> Select[Export]:
        """Return the exports that their owner may see."""
        return select(Export).where(Export.owner_id == owner_id)

    async def get_open(self, export_id: UUID) -> Export | None:
        """Return an unfinished export of any owner, for the worker.

        The row is locked until the transaction ends.
        """
        return await self._session.scalar(
            select(Export)
            .where(Export.id == export_id, Export.status.in_(("queued", "running")))
            .with_for_update()
        )

    async def end(self, export: Export, status: ExportStatus) -> None:
        """Set the final status of an export that this repository returned."""
        export.finished_at = await self._session.scalar(select(DatabaseNow()))
        export.status = status
        await self._session.flush()

    async def restart(self, export_id: UUID) -> None:
        """Reset a failed export to its beginning."""
        export = await self._session.scalar(
            select(Export).where(Export.id == export_id, Export.status == "failed")
        )
        if export is None:
            return
        pieces = ExportChunk.export_id == export_id
        while await delete_piece(self._session, ExportChunk, pieces):
            pass
        export.status = "queued"
        export.rows_done = export.chunks = 0
        export.rows_total = export.position = export.finished_at = None
        await self._session.flush()

    async def add_chunk(self, export: Export, data: bytes) -> None:
        """Append a chunk to the file of an export that this repository returned."""
        self._session.add(ExportChunk(export_id=export.id, number=export.chunks, data=data))
        export.chunks += 1
        await self._session.flush()

    async def get_chunk(self, export_id: UUID, number: int) -> bytes | None:
        """Return a chunk of a file, counted from 0."""
        return await self._session.scalar(
            select(ExportChunk.data).where(
                ExportChunk.export_id == export_id, ExportChunk.number == number
            )
        )

    async def delete_unwanted_files(self) -> int:
        """Delete chunks of the files of exports that failed or were cancelled.

        Returns:
            How many rows were deleted or changed; call it until it returns 0.
        """
        found = await self._session.scalars(select(Export.id).where(UNWANTED_FILE).limit(PARENTS))
        if not (ids := found.all()):
            return 0
        pieces = ExportChunk.export_id.in_(ids)
        if deleted := await delete_piece(self._session, ExportChunk, pieces):
            return deleted
        await self._session.execute(
            update(Export).where(Export.id.in_(ids), UNWANTED_FILE).values(chunks=0)
        )
        return len(ids)

    async def delete_old(self, *, older_than_seconds: int) -> int:
        """Delete some of the old exports, their files first.

        Returns:
            How many rows were deleted.
        """
        old = Export.created_at < DatabaseNow(-older_than_seconds)
        return await delete_piece(self._session, Export, old, oldest_first=Export.created_at)
