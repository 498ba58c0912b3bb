"""Files that a user uploads."""

import hashlib
from collections.abc import AsyncIterable, AsyncIterator, Collection, Mapping
from datetime import UTC, datetime
from typing import ClassVar, final
from uuid import UUID

from app import schemas
from app.core.exceptions import Conflict, MalformedBody, ServiceUnavailable, Unauthorized
from app.core.security import Principal
from app.db.models.files import File, MediaType
from app.db.unit_of_work import Database
from app.services.accounts.session_gate import credentials_are_valid
from app.services.support.byte_ranges import Span, requested_span
from app.services.support.outbox import Payload, enqueue
from app.services.support.preconditions import is_unchanged

CHUNK_BYTES = 262_144
_MAX_FILES = 100
_BEGINNINGS: Mapping[MediaType, bytes] = {
    "image/png": b"\x89PNG\r\n\x1a\n",
    "image/jpeg": b"\xff\xd8\xff",
    "application/pdf": b"%PDF-",
}


class RecordScan(Payload):
    """Store the result of a virus scan."""

    task: ClassVar = "record_scan"

    file_id: UUID
    verdict: schemas.ScanVerdict


@final
class Files(schemas.FilesService):
    """Stores and serves files; the methods that the interface lacks are called by manual routes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def upload_file(
        self, pieces: AsyncIterable[bytes], media_type: str, *, principal: Principal
    ) -> schemas.File:
        """Store a file as it arrives; it is visible only once it is complete.

        Each chunk is a transaction of its own, so that a slow client holds no connection.

        Raises:
            MalformedBody: The content does not begin like a file of this type.
            Conflict: The user has too many files.
        """
        chunks = _rechunked(pieces)
        first = await anext(chunks, b"")
        kind = next((it for it in _BEGINNINGS if it == media_type), None)
        if kind is None or not first.startswith(_BEGINNINGS[kind]):
            raise MalformedBody(f"The body is not a file of the type {media_type}.")
        file_id = await self._begin(kind, principal.user_id)
        try:
            return await self._store(file_id, first, chunks)
        except BaseException:  # a cancelled upload leaves nothing either
            async with self._database.write() as work:
                await work.files.discard(file_id)
            raise

    async def _begin(self, kind: MediaType, owner_id: UUID) -> UUID:
        async with self._database.write() as work:
            if await work.files.count(work.files.owned_by(owner_id)) >= _MAX_FILES:
                raise Conflict(f"You have {_MAX_FILES} files already; delete one.")
            file = await work.files.add(File(owner_id=owner_id, media_type=kind))
        return file.id

    async def _store(
        self, file_id: UUID, first: bytes, others: AsyncIterator[bytes]
    ) -> schemas.File:
        digest, size, number, chunk = hashlib.sha256(), 0, 0, first
        while chunk:
            digest.update(chunk)
            async with self._database.write() as work:
                await work.files.add_chunk(file_id, number, chunk)
            size, number = size + len(chunk), number + 1
            chunk = await anext(others, b"")
        async with self._database.write() as work:
            file = await work.files.complete(file_id, size=size, sha256=digest.hexdigest())
        if file is None:
            raise ServiceUnavailable("The account was deleted while the file arrived.")
        return _to_file(file)

    async def get_file(self, file_id: UUID, *, principal: Principal) -> schemas.File:
        """Return what is known of a file.

        Raises:
            NotFound: There is no such file, or another user owns it.
        """
        async with self._database.read() as work:
            visible = work.files.owned_by(principal.user_id)
            return _to_file(await work.files.require(visible, file_id))

    async def delete_file(self, file_id: UUID, *, principal: Principal) -> None:
        """Delete a file.

        Raises:
            NotFound: There is no such file, or another user owns it.
        """
        async with self._database.write() as work:
            await work.files.require(work.files.owned_by(principal.user_id), file_id)
            await work.files.discard(file_id)

    async def download_file(
        self,
        file_id: UUID,
        *,
        range_: str | None,
        if_range: str | None,
        if_none_match: str | None,
        principal: Principal,
    ) -> schemas.DownloadFile200 | schemas.DownloadFile206 | schemas.DownloadFile304:
        """Return a file, or a part of it, piece by piece.

        Raises:
            NotFound: There is no such file, or another user owns it.
            Conflict: The file is infected.
            RangeNotSatisfiable: The file ends before the range begins.
        """
        async with self._database.read() as work:
            visible = work.files.owned_by(principal.user_id)
            file = await work.files.require(visible, file_id)
        if file.scan == "infected":
            raise Conflict("The file contains a virus.")
        etag = f'"{file.sha256}"'
        if is_unchanged(if_none_match, etag):
            return schemas.DownloadFile304(etag=etag)
        span = None
        if range_ is not None and if_range in {None, etag}:
            span = requested_span(range_, file.size)
        part = span or Span(0, file.size - 1)
        body = self._pieces(file, part, principal)
        if span is None:
            return schemas.DownloadFile200(
                body=body, media_type=file.media_type, content_length=part.size, etag=etag
            )
        return schemas.DownloadFile206(
            body=body,
            media_type=file.media_type,
            content_length=part.size,
            content_range=f"bytes {part.first}-{part.last}/{file.size}",
            etag=etag,
        )

    async def _pieces(self, file: File, span: Span, principal: Principal) -> AsyncIterator[bytes]:
        # The headers have been sent; only a closed connection shows that the file is incomplete.
        for number in range(span.first // CHUNK_BYTES, span.last // CHUNK_BYTES + 1):
            async with self._database.read() as work:
                if not await credentials_are_valid(work, principal):
                    raise Unauthorized("The session ended while the file was read.")
                chunk = await work.files.get_chunk(file.id, number)
            if chunk is None:
                raise ServiceUnavailable("The file was deleted while it was read.")
            start = number * CHUNK_BYTES
            yield chunk[max(0, span.first - start) : span.last + 1 - start]

    async def look_at(
        self, file_ids: Collection[UUID], *, principal: Principal
    ) -> list[schemas.File]:
        """Return those of the files that the caller still has.

        Raises:
            Unauthorized: The credentials are not valid any more.
        """
        expires_at = principal.expires_at
        async with self._database.read() as work:
            if expires_at is not None and expires_at <= datetime.now(UTC):
                raise Unauthorized("The access token has expired.")
            if not await credentials_are_valid(work, principal):
                raise Unauthorized("The session has ended.")
            visible = work.files.owned_by(principal.user_id)
            return [*map(_to_file, await work.files.get_all(visible, file_ids))]

    async def receive_scan(self, message_id: str, event: schemas.ScanEvent) -> None:
        """Accept the result of a virus scan; a task stores it. A repeat has no further effect."""
        async with self._database.write() as work:
            if await work.files.note_scan(message_id):
                scan = RecordScan(file_id=event.data.file_id, verdict=event.data.verdict)
                await enqueue(work, scan)


async def _rechunked(pieces: AsyncIterable[bytes]) -> AsyncIterator[bytes]:
    """Yield what arrives in chunks of `CHUNK_BYTES`; the last one may be shorter."""
    waiting = bytearray()
    async for piece in pieces:
        waiting += piece
        while len(waiting) >= CHUNK_BYTES:
            yield bytes(waiting[:CHUNK_BYTES])
            del waiting[:CHUNK_BYTES]
    if waiting:
        yield bytes(waiting)


def _to_file(file: File) -> schemas.File:
    return schemas.File(
        id=file.id,
        media_type=schemas.FileMediaType(file.media_type),
        size=file.size,
        sha256=file.sha256 or "",
        scan=schemas.FileScan(file.scan),
        created_at=file.created_at,
    )
