"""Files of a user's items, made in the background."""

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import ClassVar, final
from uuid import UUID

from app import schemas
from app.core.exceptions import Conflict, ServiceUnavailable, Unauthorized
from app.core.security import Principal
from app.db.models.exports import Export
from app.db.unit_of_work import Database, UnitOfWork, retried
from app.schemas.reply import Replayed
from app.services.accounts.session_gate import credentials_are_valid
from app.services.support.idempotency import Idempotency
from app.services.support.outbox import Payload, enqueue

_LOOK_SECONDS = 0.5
_SILENCE_SECONDS = 15.0
_OPEN = ("queued", "running")


class WriteExport(Payload):
    """Make the file of an export."""

    task: ClassVar = "write_export"
    timeout_seconds: ClassVar = 3600.0

    export_id: UUID


@final
class Exports(schemas.ExportsService):
    """Accepts exports, reports their progress, and serves their files.

    Args:
        stream_seconds: Longest duration of an event stream.
    """

    def __init__(self, database: Database, idempotency: Idempotency, stream_seconds: float) -> None:
        self._database = database
        self._idempotency = idempotency
        self._stream_seconds = stream_seconds

    async def create_export(
        self, body: schemas.ExportCreate, *, idempotency_key: str | None, principal: Principal
    ) -> schemas.CreateExport202 | Replayed:
        """Store the export and the task that makes its file in one transaction.

        Raises:
            Conflict: The first request with this key is still running.
            ValidationFailed: The key was used with another body.
        """

        async def create(work: UnitOfWork) -> schemas.CreateExport202:
            export = await work.exports.add(
                Export(owner_id=principal.user_id, format=body.format.value)
            )
            # One file at a time for each user, so that many exports of one user delay no other.
            await enqueue(work, WriteExport(export_id=export.id), key=f"export:{export.owner_id}")
            return schemas.CreateExport202(
                body=_to_export(export), location=f"/exports/{export.id}"
            )

        return await self._idempotency.run(
            create,
            operation=schemas.operations.CREATE_EXPORT,
            principal=principal,
            key=idempotency_key,
            body=body,
        )

    async def get_export(self, export_id: UUID, *, principal: Principal) -> schemas.Export:
        """Return one of the caller's exports.

        Raises:
            NotFound: There is no such export, or another user owns it.
        """
        async with self._database.read() as work:
            visible = work.exports.owned_by(principal.user_id)
            return _to_export(await work.exports.require(visible, export_id))

    @retried
    async def cancel_export(self, export_id: UUID, *, principal: Principal) -> schemas.Export:
        """Cancel an export; its worker stops before it writes the next rows.

        Raises:
            NotFound: There is no such export, or another user owns it.
            Conflict: The export is done or has failed.
        """
        async with self._database.write() as work:
            # Its worker changes it continuously; a lock makes this transaction wait for its turn.
            visible = work.exports.owned_by(principal.user_id).with_for_update()
            export = await work.exports.require(visible, export_id)
            if export.status in _OPEN:
                await work.exports.end(export, "cancelled")
            elif export.status != "cancelled":
                raise Conflict(f"The export is {export.status} and cannot be cancelled any more.")
        return _to_export(export)

    async def get_export_file(
        self, export_id: UUID, *, principal: Principal
    ) -> schemas.GetExportFile200:
        """Return the file piece by piece, so that its size does not matter.

        Raises:
            NotFound: There is no such export, or another user owns it.
            Conflict: The export is not done.
        """
        async with self._database.read() as work:
            visible = work.exports.owned_by(principal.user_id)
            export = await work.exports.require(visible, export_id)
        if export.status in _OPEN:
            raise Conflict("The export is not done yet.", headers={"Retry-After": "1"})
        if export.status != "done":
            raise Conflict(f"The export is {export.status}; there is no file.")
        return schemas.GetExportFile200(
            body=self._pieces(export, principal),
            media_type="text/csv" if export.format == "csv" else "application/jsonl",
            content_disposition=f'attachment; filename="items.{export.format}"',
        )

    async def watch_export(
        self, export_id: UUID, *, principal: Principal
    ) -> schemas.WatchExport200:
        """Return a stream of the export's states, as server-sent events.

        It ends within a second after the credentials of the caller expire or are revoked.

        Raises:
            NotFound: There is no such export, or another user owns it.
        """
        export = await self.get_export(export_id, principal=principal)
        return schemas.WatchExport200(body=self._events(export, principal))

    async def _pieces(self, export: Export, principal: Principal) -> AsyncIterator[bytes]:
        # The headers have been sent; only a closed connection shows that the file is incomplete.
        for number in range(export.chunks):
            async with self._database.read() as work:
                if not await credentials_are_valid(work, principal):
                    raise Unauthorized("The session ended while the file was read.")
                piece = await work.exports.get_chunk(export.id, number)
            if piece is None:
                raise ServiceUnavailable("The export was deleted while it was read.")
            yield piece

    async def _events(self, export: schemas.Export, principal: Principal) -> AsyncIterator[bytes]:
        yield _event(export)
        ends_at = time.monotonic() + self._longest_seconds(principal)
        spoke_at = time.monotonic()
        while export.status.value in _OPEN and time.monotonic() < ends_at:
            await asyncio.sleep(_LOOK_SECONDS)
            before, found = export, await self._look(export.id, principal)
            if found is None:
                return
            export = found
            if export != before:
                yield _event(export)
            elif time.monotonic() - spoke_at < _SILENCE_SECONDS:
                continue
            else:
                # Proxies end connections that are silent for long.
                yield b": still there\n\n"
            spoke_at = time.monotonic()

    def _longest_seconds(self, principal: Principal) -> float:
        """Return the longest duration of a stream, which ends when the caller's token expires."""
        if principal.expires_at is None:
            return self._stream_seconds
        left = principal.expires_at - datetime.now(UTC)
        return min(self._stream_seconds, left.total_seconds())

    async def _look(self, export_id: UUID, principal: Principal) -> schemas.Export | None:
        """Return the export; None if the caller may no longer see it."""
        async with self._database.read() as work:
            if not await credentials_are_valid(work, principal):
                return None
            visible = work.exports.owned_by(principal.user_id)
            export = await work.exports.get(visible, export_id)
        return None if export is None else _to_export(export)


def _event(export: schemas.Export) -> bytes:
    return b"event: export\ndata: " + export.model_dump_json().encode() + b"\n\n"


def _to_export(export: Export) -> schemas.Export:
    return schemas.Export(
        id=export.id,
        format=schemas.ExportFormat(export.format),
        status=schemas.ExportStatus(export.status),
        rows_done=export.rows_done,
        rows_total=export.rows_total,
        created_at=export.created_at,
        finished_at=export.finished_at,
    )
