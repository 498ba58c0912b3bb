# Code generated from spec/v1/items.yaml by make generate. DO NOT EDIT.
"""Things that a user owns: the routes."""

from typing import Annotated

from fastapi import APIRouter, Body, Depends, Path, Query, Response

from app.api import deps
from app.api.contract import contract_route
from app.api.render import render, render_reply
from app.core.security import Principal
from app.schemas import types, v1
from app.schemas.v1 import operations

router = APIRouter(route_class=contract_route(operations.OPERATIONS))

Service = Annotated[v1.ItemsService, Depends(deps.items)]
Caller = Annotated[Principal, Depends(deps.principal)]


@router.get("/items", operation_id="listItems", response_model=None)
async def list_items(
    service: Service,
    principal: Caller,
    limit: Annotated[types.IntParam, Query(ge=1, le=100)] = 20,
    cursor: Annotated[
        str | None, Query(min_length=1, max_length=500, pattern="^[A-Za-z0-9_-]+$")
    ] = None,
) -> Response:
    """List your items."""
    return render(await service.list_items(limit=limit, cursor=cursor, principal=principal), 200)


@router.post("/items", operation_id="createItem", response_model=None)
async def create_item(
    service: Service,
    principal: Caller,
    body: Annotated[v1.ItemCreate, Body()],
) -> Response:
    """Create an item."""
    return render_reply(await service.create_item(body, principal=principal))


@router.get("/items/{item_id}", operation_id="getItem", response_model=None)
async def get_item(
    service: Service,
    principal: Caller,
    item_id: Annotated[types.UUID, Path()],
) -> Response:
    """Read an item."""
    return render(await service.get_item(item_id, principal=principal), 200)


@router.patch("/items/{item_id}", operation_id="updateItem", response_model=None)
async def update_item(
    service: Service,
    principal: Caller,
    item_id: Annotated[types.UUID, Path()],
    body: Annotated[v1.ItemUpdate, Body()],
) -> Response:
    """Change an item."""
    return render(await service.update_item(item_id, body, principal=principal), 200)


@router.delete("/items/{item_id}", operation_id="deleteItem", response_model=None)
async def delete_item(
    service: Service,
    principal: Caller,
    item_id: Annotated[types.UUID, Path()],
) -> Response:
    """Delete an item."""
    await service.delete_item(item_id, principal=principal)
    return render(None, 204)
