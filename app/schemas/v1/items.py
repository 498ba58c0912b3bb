# Code generated from spec/v1/items.yaml by make generate. DO NOT EDIT.
"""Things that a user owns: what a service implements and what it may reply."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Protocol

from app.core.exceptions import OperationNotImplemented
from app.core.security import Principal
from app.schemas import types
from app.schemas.reply import Reply, operation
from app.schemas.v1 import models


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateItem201(Reply):
    """The item was created."""

    status: ClassVar[int] = 201
    header_names: ClassVar[Mapping[str, str]] = {"location": "Location"}

    body: models.Item
    location: str


class ItemsService(Protocol):
    """Things that a user owns."""

    @operation
    async def list_items(
        self,
        *,
        limit: int,
        cursor: str | None,
        principal: Principal,
    ) -> models.ItemPage:
        """List your items.

        GET /items; errors: 401, 403, 404, 422, 500, 503.
        """
        raise OperationNotImplemented("listItems")

    @operation
    async def create_item(
        self,
        body: models.ItemCreate,
        *,
        principal: Principal,
    ) -> CreateItem201:
        """Create an item.

        POST /items; errors: 400, 401, 403, 413, 415, 422, 500, 503.
        """
        raise OperationNotImplemented("createItem")

    @operation
    async def get_item(
        self,
        item_id: types.UUID,
        *,
        principal: Principal,
    ) -> models.Item:
        """Read an item.

        GET /items/{item_id}; errors: 401, 403, 404, 422, 500, 503.
        """
        raise OperationNotImplemented("getItem")

    @operation
    async def update_item(
        self,
        item_id: types.UUID,
        body: models.ItemUpdate,
        *,
        principal: Principal,
    ) -> models.Item:
        """Change an item.

        PATCH /items/{item_id}; errors: 400, 401, 403, 404, 413, 415, 422, 500, 503.
        """
        raise OperationNotImplemented("updateItem")

    @operation
    async def delete_item(
        self,
        item_id: types.UUID,
        *,
        principal: Principal,
    ) -> None:
        """Delete an item.

        DELETE /items/{item_id}; errors: 401, 403, 404, 422, 500, 503.
        """
        raise OperationNotImplemented("deleteItem")
