# Code generated from spec/v1/exports.yaml by make generate. DO NOT EDIT.
"""Files of items, written in the background: what a service implements and what it may reply."""

from collections.abc import AsyncIterable, Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal, Protocol

from app.core.security import Principal
from app.schemas import types
from app.schemas.reply import Replayed, Reply
from app.schemas.v1 import models


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateExport202(Reply):
    """The export was accepted."""

    status: ClassVar[int] = 202
    header_names: ClassVar[Mapping[str, str]] = {"location": "Location"}

    body: models.Export
    location: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GetExportFile200(Reply):
    """The file."""

    status: ClassVar[int] = 200
    header_names: ClassVar[Mapping[str, str]] = {"content_disposition": "Content-Disposition"}

    body: str | AsyncIterable[bytes] | bytes
    media_type: Literal["text/csv", "application/jsonl"]
    content_disposition: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchExport200(Reply):
    """A stream of events."""

    status: ClassVar[int] = 200
    constant_headers: ClassVar[Mapping[str, str]] = {"X-Accel-Buffering": "no"}

    body: str | AsyncIterable[bytes]
    media_type: Literal["text/event-stream"] = "text/event-stream"


class ExportsService(Protocol):
    """Files of items, written in the background."""

    async def create_export(
        self,
        body: models.ExportCreate,
        *,
        idempotency_key: str | None,
        principal: Principal,
    ) -> CreateExport202 | Replayed:
        """Start an export of your items.

        POST /exports; errors: 400, 401, 403, 409, 413, 415, 422, 429, 500, 503.
        """
        raise NotImplementedError("createExport")

    async def get_export(
        self,
        export_id: types.UUID,
        *,
        principal: Principal,
    ) -> models.Export:
        """Read the status of an export.

        GET /exports/{export_id}; errors: 401, 403, 404, 422, 429, 500, 503.
        """
        raise NotImplementedError("getExport")

    async def get_export_file(
        self,
        export_id: types.UUID,
        *,
        principal: Principal,
    ) -> GetExportFile200:
        """Download the file of an export.

        GET /exports/{export_id}/file; errors: 401, 403, 404, 409, 422, 429, 500, 503.
        """
        raise NotImplementedError("getExportFile")

    async def watch_export(
        self,
        export_id: types.UUID,
        *,
        principal: Principal,
    ) -> WatchExport200:
        """Watch an export.

        GET /exports/{export_id}/events; errors: 401, 403, 404, 422, 429, 500, 503.
        """
        raise NotImplementedError("watchExport")

    async def cancel_export(
        self,
        export_id: types.UUID,
        *,
        principal: Principal,
    ) -> models.Export:
        """Cancel an export.

        POST /exports/{export_id}/cancel; errors: 401, 403, 404, 409, 422, 429, 500, 503.
        """
        raise NotImplementedError("cancelExport")
