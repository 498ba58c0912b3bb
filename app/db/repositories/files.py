"""Queries about files."""

from collections.abc import Collection, Sequence
from typing import ClassVar
from uuid import UUID

from sqlalchemy import Select, insert, select, update

from app.db.base import DatabaseNow
from app.db.deletion import delete_piece
from app.db.models.files import BROKEN_OFF, File, FileChunk, FileScan, ReceivedScan
from app.db.repositories.repository import Repository, insert_into


class FileRepository(Repository[File]):
    """Files and their chunks in the database."""

    model: ClassVar = File
    noun: ClassVar = "file"

    def owned_by(self, owner_id: UUID) -> Select[File]:
        """Return the complete files that their owner may see."""
        return select(File).where(File.owner_id == owner_id, File.sha256.is_not(None))

    async def get_all(self, visible: Select[File], file_ids: Collection[UUID]) -> Sequence[File]:
        """Return the visible files among these."""
        found = await self._session.scalars(visible.where(File.id.in_(file_ids)))
        return found.all()

    async def add_chunk(self, file_id: UUID, number: int, data: bytes) -> None:
        """Store a chunk, counted from 0."""
        values = {"file_id": file_id, "number": number, "data": data}
        await self._session.execute(insert(FileChunk).values(values))

    async def get_chunk(self, file_id: UUID, number: int) -> bytes | None:
        """Return a chunk, counted from 0."""
        return await self._session.scalar(
            select(FileChunk.data).where(FileChunk.file_id == file_id, FileChunk.number == number)
        )

    async def complete(self, file_id: UUID, *, size: int, sha256: str) -> File | None:
        """Make a file visible when all its chunks are stored; None if it was deleted."""
        file = await self._session.get(File, file_id)
        if file is not None:
            file.size, file.sha256 = size, sha256
            await self._session.flush()
        return file

    async def discard(self, file_id: UUID) -> None:
        """Delete a file and its chunks, complete or not."""
        while await delete_piece(self._session, File, File.id == file_id):
            pass

    async def delete_broken_off(self, *, older_than_seconds: int) -> int:
        """Delete some of the old files whose upload was not completed; return how many rows."""
        old = File.created_at < DatabaseNow(-older_than_seconds)
        return await delete_piece(self._session, File, old & BROKEN_OFF)

    async def note_scan(self, message_id: str) -> bool:
        """Remember the id of a webhook; return whether it is new."""
        statement = insert_into(ReceivedScan, self._connection.dialect.name).values(id=message_id)
        found = await self._session.scalars(
            statement.on_conflict_do_nothing().returning(ReceivedScan.id)
        )
        return found.first() is not None

    async def forget_scans(self, *, older_than_seconds: int) -> int:
        """Delete some of the old ids of webhooks; return how many."""
        old = ReceivedScan.received_at < DatabaseNow(-older_than_seconds)
        return await delete_piece(self._session, ReceivedScan, old)

    async def set_scan(self, file_id: UUID, scan: FileScan) -> None:
        """Store the result of the virus scan of a file, if it is still there."""
        await self._session.execute(update(File).where(File.id == file_id).values(scan=scan))
