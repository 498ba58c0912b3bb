# Code generated from spec/v1/items.yaml by make generate. DO NOT EDIT.
"""Things that a user owns: the routes."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from app.api import deps
from app.api.request.arguments import typed
from app.api.request.response import render, render_reply
from app.api.request.route import contract_route
from app.core.security import Principal
from app.schemas import types, v1
from app.schemas.v1 import operations

router = APIRouter(route_class=contract_route("v1", operations.OPERATIONS))

Services = Annotated[v1.Services, Depends(deps.services)]
Caller = Annotated[Principal, Depends(deps.principal)]


@router.get("/items", operation_id="listItems", response_model=None)
@typed(operations.LIST_ITEMS)
async def list_items(
    services: Services,
    principal: Caller,
    *,
    limit: int,
    cursor: str | None,
    sort: list[v1.ItemSort] | None,
    status: list[v1.ItemStatus] | None,
    created_after: types.AwareDatetime | None,
    created_before: types.AwareDatetime | None,
) -> Response:
    """List your items."""
    return render_reply(
        await services.items.list_items(
            limit=limit,
            cursor=cursor,
            sort=sort,
            status=status,
            created_after=created_after,
            created_before=created_before,
            principal=principal,
        )
    )


@router.post("/items", operation_id="createItem", response_model=None)
@typed(operations.CREATE_ITEM)
async def create_item(
    services: Services,
    principal: Caller,
    body: v1.ItemCreate,
    *,
    idempotency_key: str | None,
) -> Response:
    """Create an item."""
    return render_reply(
        await services.items.create_item(body, idempotency_key=idempotency_key, principal=principal)
    )


@router.get("/items/{item_id}", operation_id="getItem", response_model=None)
@typed(operations.GET_ITEM)
async def get_item(
    services: Services,
    principal: Caller,
    item_id: types.UUID,
    *,
    if_none_match: str | None,
) -> Response:
    """Read an item."""
    return render_reply(
        await services.items.get_item(item_id, if_none_match=if_none_match, principal=principal)
    )


@router.patch("/items/{item_id}", operation_id="updateItem", response_model=None)
@typed(operations.UPDATE_ITEM)
async def update_item(
    services: Services,
    principal: Caller,
    item_id: types.UUID,
    body: v1.ItemUpdate,
    *,
    if_match: str | None,
) -> Response:
    """Change an item."""
    return render_reply(
        await services.items.update_item(item_id, body, if_match=if_match, principal=principal)
    )


@router.delete("/items/{item_id}", operation_id="deleteItem", response_model=None)
@typed(operations.DELETE_ITEM)
async def delete_item(
    services: Services,
    principal: Caller,
    item_id: types.UUID,
    *,
    if_match: str | None,
) -> Response:
    """Delete an item."""
    await services.items.delete_item(item_id, if_match=if_match, principal=principal)
    return render(None, 204)
