# Code generated from spec/v1/files.yaml by make generate. DO NOT EDIT.
"""Files that a user uploads: what a service implements and what it may reply."""

from collections.abc import AsyncIterable, Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal, Protocol

from app.core.security import Principal
from app.schemas import types
from app.schemas.reply import Reply
from app.schemas.v1 import models


@dataclass(frozen=True, slots=True, kw_only=True)
class DownloadFile200(Reply):
    """The whole file."""

    status: ClassVar[int] = 200
    constant_headers: ClassVar[Mapping[str, str]] = {
        "Accept-Ranges": "bytes",
        "Content-Disposition": "attachment",
    }
    header_names: ClassVar[Mapping[str, str]] = {"content_length": "Content-Length", "etag": "ETag"}

    body: bytes | AsyncIterable[bytes]
    media_type: Literal["image/png", "image/jpeg", "application/pdf"]
    content_length: int
    etag: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DownloadFile206(Reply):
    """The part of the file that `Content-Range` names."""

    status: ClassVar[int] = 206
    constant_headers: ClassVar[Mapping[str, str]] = {
        "Accept-Ranges": "bytes",
        "Content-Disposition": "attachment",
    }
    header_names: ClassVar[Mapping[str, str]] = {
        "content_length": "Content-Length",
        "content_range": "Content-Range",
        "etag": "ETag",
    }

    body: bytes | AsyncIterable[bytes]
    media_type: Literal["image/png", "image/jpeg", "application/pdf"]
    content_length: int
    content_range: str
    etag: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DownloadFile304(Reply):
    """The file still has the entity tag that `If-None-Match` names."""

    status: ClassVar[int] = 304
    header_names: ClassVar[Mapping[str, str]] = {"etag": "ETag"}

    body: None = None
    etag: str


class FilesService(Protocol):
    """Files that a user uploads."""

    async def get_file(
        self,
        file_id: types.UUID,
        *,
        principal: Principal,
    ) -> models.File:
        """Read what is known of a file.

        GET /files/{file_id}; errors: 401, 403, 404, 422, 429, 500, 503.
        """
        raise NotImplementedError("getFile")

    async def delete_file(
        self,
        file_id: types.UUID,
        *,
        principal: Principal,
    ) -> None:
        """Delete a file.

        DELETE /files/{file_id}; errors: 401, 403, 404, 422, 429, 500, 503.
        """
        raise NotImplementedError("deleteFile")

    async def download_file(
        self,
        file_id: types.UUID,
        *,
        range_: str | None,
        if_range: str | None,
        if_none_match: str | None,
        principal: Principal,
    ) -> DownloadFile200 | DownloadFile206 | DownloadFile304:
        """Download a file.

        GET /files/{file_id}/content; errors: 401, 403, 404, 409, 416, 422, 429, 500, 503.
        """
        raise NotImplementedError("downloadFile")
