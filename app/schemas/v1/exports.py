# Code generated from spec/v1/exports.yaml by make generate. DO NOT EDIT.
"""Files of items, made in the background: what a service implements and what it may reply."""

from collections.abc import AsyncIterable, Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal, Protocol

from app.core.exceptions import OperationNotImplemented
from app.core.security import Principal
from app.schemas import types
from app.schemas.reply import Replayed, Reply, operation
from app.schemas.v1 import models


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateExport202(Reply):
    """The file will be made."""

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
    """Files of items, made in the background."""

    @operation
    async def create_export(
        self,
        body: models.ExportCreate,
        *,
        idempotency_key: str | None,
        principal: Principal,
    ) -> CreateExport202 | Replayed:
        """Ask for a file of your items.

        POST /exports; errors: 400, 401, 403, 409, 413, 415, 422, 429, 500, 503.
        """
        raise OperationNotImplemented("createExport")

    @operation
    async def get_export(
        self,
        export_id: types.UUID,
        *,
        principal: Principal,
    ) -> models.Export:
        """Ask how far an export is.

        GET /exports/{export_id}; errors: 401, 403, 404, 422, 429, 500, 503.
        """
        raise OperationNotImplemented("getExport")

    @operation
    async def get_export_file(
        self,
        export_id: types.UUID,
        *,
        principal: Principal,
    ) -> GetExportFile200:
        """Get the file of an export.

        GET /exports/{export_id}/file; errors: 401, 403, 404, 409, 422, 429, 500, 503.
        """
        raise OperationNotImplemented("getExportFile")

    @operation
    async def watch_export(
        self,
        export_id: types.UUID,
        *,
        principal: Principal,
    ) -> WatchExport200:
        """Watch an export.

        GET /exports/{export_id}/events; errors: 401, 403, 404, 422, 429, 500, 503.
        """
        raise OperationNotImplemented("watchExport")

    @operation
    async def cancel_export(
        self,
        export_id: types.UUID,
        *,
        principal: Principal,
    ) -> models.Export:
        """Cancel an export.

        POST /exports/{export_id}/cancel; errors: 401, 403, 404, 409, 422, 429, 500, 503.
        """
        raise OperationNotImplemented("cancelExport")
