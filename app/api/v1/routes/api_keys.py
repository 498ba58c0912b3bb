# Code generated from spec/v1/api_keys.yaml by make generate. DO NOT EDIT.
"""Keys with which machines act for their user: the routes."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import APIRouter, Body, Depends, Path, Query, Response

from app.api import deps
from app.api.contract import contract_route
from app.api.render import render, render_reply
from app.core.security import Principal
from app.schemas import types, v1
from app.schemas.v1 import operations

router = APIRouter(route_class=contract_route(operations.OPERATIONS))

# Type checkers do not look into Annotated; the declaration makes them check the provider.
provide: Callable[..., Awaitable[v1.ApiKeysService]] = deps.api_keys
Service = Annotated[v1.ApiKeysService, Depends(provide)]
Caller = Annotated[Principal, Depends(deps.principal)]


@router.get("/api-keys", operation_id="listApiKeys", response_model=None)
async def list_api_keys(
    service: Service,
    principal: Caller,
    limit: Annotated[types.IntParam, Query(ge=1, le=100)] = 20,
    cursor: Annotated[
        str | None, Query(min_length=1, max_length=2000, pattern="^[A-Za-z0-9_-]+$")
    ] = None,
) -> Response:
    """List your API keys."""
    return render_reply(
        await service.list_api_keys(limit=limit, cursor=cursor, principal=principal)
    )


@router.post("/api-keys", operation_id="createApiKey", response_model=None)
async def create_api_key(
    service: Service,
    principal: Caller,
    body: Annotated[v1.ApiKeyCreate, Body()],
) -> Response:
    """Create an API key."""
    return render_reply(await service.create_api_key(body, principal=principal))


@router.get("/api-keys/{api_key_id}", operation_id="getApiKey", response_model=None)
async def get_api_key(
    service: Service,
    principal: Caller,
    api_key_id: Annotated[types.UUID, Path()],
) -> Response:
    """Read about an API key."""
    return render(await service.get_api_key(api_key_id, principal=principal), 200)


@router.delete("/api-keys/{api_key_id}", operation_id="revokeApiKey", response_model=None)
async def revoke_api_key(
    service: Service,
    principal: Caller,
    api_key_id: Annotated[types.UUID, Path()],
) -> Response:
    """Revoke an API key."""
    await service.revoke_api_key(api_key_id, principal=principal)
    return render(None, 204)
