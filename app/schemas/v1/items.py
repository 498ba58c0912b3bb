# Code generated from spec/v1/items.yaml by make generate. DO NOT EDIT.
"""Things that a user owns: what a service implements and what it may reply."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Protocol

from app.core.security import Principal
from app.schemas import types
from app.schemas.reply import Replayed, Reply
from app.schemas.v1 import models


@dataclass(frozen=True, slots=True, kw_only=True)
class ListItems200(Reply):
    """One page of items."""

    status: ClassVar[int] = 200
    header_names: ClassVar[Mapping[str, str]] = {"link": "Link"}

    body: models.ItemPage
    link: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateItem201(Reply):
    """The item was created."""

    status: ClassVar[int] = 201
    header_names: ClassVar[Mapping[str, str]] = {"location": "Location", "etag": "ETag"}

    body: models.Item
    location: str
    etag: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GetItem200(Reply):
    """The item."""

    status: ClassVar[int] = 200
    header_names: ClassVar[Mapping[str, str]] = {"etag": "ETag"}

    body: models.Item
    etag: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GetItem304(Reply):
    """The resource still has an entity tag that `If-None-Match` names."""

    status: ClassVar[int] = 304
    header_names: ClassVar[Mapping[str, str]] = {"etag": "ETag"}

    body: None = None
    etag: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateItem200(Reply):
    """The item after the change."""

    status: ClassVar[int] = 200
    header_names: ClassVar[Mapping[str, str]] = {"etag": "ETag"}

    body: models.Item
    etag: str


class ItemsService(Protocol):
    """Things that a user owns."""

    async def list_items(
        self,
        *,
        limit: int,
        cursor: str | None,
        sort: list[models.ItemSort] | None,
        status: list[models.ItemStatus] | None,
        created_after: types.AwareDatetime | None,
        created_before: types.AwareDatetime | None,
        principal: Principal,
    ) -> ListItems200:
        """List your items.

        GET /items; errors: 400, 401, 403, 422, 429, 500, 503.
        """
        raise NotImplementedError("listItems")

    async def create_item(
        self,
        body: models.ItemCreate,
        *,
        idempotency_key: str | None,
        principal: Principal,
    ) -> CreateItem201 | Replayed:
        """Create an item.

        POST /items; errors: 400, 401, 403, 409, 413, 415, 422, 429, 500, 503.
        """
        raise NotImplementedError("createItem")

    async def get_item(
        self,
        item_id: types.UUID,
        *,
        if_none_match: str | None,
        principal: Principal,
    ) -> GetItem200 | GetItem304:
        """Read an item.

        GET /items/{item_id}; errors: 401, 403, 404, 422, 429, 500, 503.
        """
        raise NotImplementedError("getItem")

    async def update_item(
        self,
        item_id: types.UUID,
        body: models.ItemUpdate,
        *,
        if_match: str | None,
        principal: Principal,
    ) -> UpdateItem200:
        """Change an item.

        PATCH /items/{item_id}; errors: 400, 401, 403, 404, 409, 412, 413, 415, 422, 429, 500, 503.
        """
        raise NotImplementedError("updateItem")

    async def delete_item(
        self,
        item_id: types.UUID,
        *,
        if_match: str | None,
        principal: Principal,
    ) -> None:
        """Delete an item.

        DELETE /items/{item_id}; errors: 401, 403, 404, 409, 412, 422, 429, 500, 503.
        """
        raise NotImplementedError("deleteItem")
