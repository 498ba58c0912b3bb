# Code generated from spec/v1/items.yaml by make generate. DO NOT EDIT.
"""Things that a user owns: the routes."""

from typing import Annotated

from fastapi import APIRouter, Body, Depends, Header, Path, Query, Response

from app.api import deps
from app.api.request.response import render, render_reply
from app.api.request.route import contract_route
from app.core.security import Principal
from app.schemas import types, v1
from app.schemas.v1 import operations

router = APIRouter(route_class=contract_route(operations.OPERATIONS))

Services = Annotated[v1.Services, Depends(deps.services)]
Caller = Annotated[Principal, Depends(deps.principal)]


@router.get("/items", operation_id="listItems", response_model=None)
async def list_items(
    services: Services,
    principal: Caller,
    limit: Annotated[types.IntParam, Query(ge=1, le=100)] = 20,
    cursor: Annotated[
        str | None, Query(min_length=1, max_length=2000, pattern="^[A-Za-z0-9_-]+$")
    ] = None,
    sort: Annotated[list[v1.ItemSort] | None, Query(max_length=2)] = None,
    status: Annotated[list[v1.ItemStatus] | None, Query(max_length=3)] = None,
    created_after: Annotated[types.AwareDatetime | None, Query()] = None,
    created_before: Annotated[types.AwareDatetime | None, Query()] = None,
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
async def create_item(
    services: Services,
    principal: Caller,
    body: Annotated[v1.ItemCreate, Body()],
    idempotency_key: Annotated[
        str | None,
        Header(alias="Idempotency-Key", min_length=1, max_length=255, pattern="^[!-~]+$"),
    ] = None,
) -> Response:
    """Create an item."""
    return render_reply(
        await services.items.create_item(body, idempotency_key=idempotency_key, principal=principal)
    )


@router.get("/items/{item_id}", operation_id="getItem", response_model=None)
async def get_item(
    services: Services,
    principal: Caller,
    item_id: Annotated[types.UUID, Path()],
    if_none_match: Annotated[
        str | None,
        Header(
            alias="If-None-Match",
            min_length=1,
            max_length=200,
            pattern='^(\\*|(W/)?"[!#-~]*"( *, *(W/)?"[!#-~]*")*)$',
        ),
    ] = None,
) -> Response:
    """Read an item."""
    return render_reply(
        await services.items.get_item(item_id, if_none_match=if_none_match, principal=principal)
    )


@router.patch("/items/{item_id}", operation_id="updateItem", response_model=None)
async def update_item(
    services: Services,
    principal: Caller,
    item_id: Annotated[types.UUID, Path()],
    body: Annotated[v1.ItemUpdate, Body()],
    if_match: Annotated[
        str | None,
        Header(
            alias="If-Match",
            min_length=1,
            max_length=200,
            pattern='^(\\*|(W/)?"[!#-~]*"( *, *(W/)?"[!#-~]*")*)$',
        ),
    ] = None,
) -> Response:
    """Change an item."""
    return render_reply(
        await services.items.update_item(item_id, body, if_match=if_match, principal=principal)
    )


@router.delete("/items/{item_id}", operation_id="deleteItem", response_model=None)
async def delete_item(
    services: Services,
    principal: Caller,
    item_id: Annotated[types.UUID, Path()],
    if_match: Annotated[
        str | None,
        Header(
            alias="If-Match",
            min_length=1,
            max_length=200,
            pattern='^(\\*|(W/)?"[!#-~]*"( *, *(W/)?"[!#-~]*")*)$',
        ),
    ] = None,
) -> Response:
    """Delete an item."""
    await services.items.delete_item(item_id, if_match=if_match, principal=principal)
    return render(None, 204)
