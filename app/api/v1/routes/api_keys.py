# Code generated from spec/v1/api_keys.yaml by make generate. DO NOT EDIT.
"""Keys with which machines act on behalf of their user: the routes."""

from typing import Annotated

from fastapi import APIRouter, Body, Depends, Path, Query, Response

from app.api import deps
from app.api.request.response import render, render_reply
from app.api.request.route import contract_route
from app.core.security import Principal
from app.schemas import types, v1
from app.schemas.v1 import operations

router = APIRouter(route_class=contract_route(operations.OPERATIONS))

Services = Annotated[v1.Services, Depends(deps.services)]
Caller = Annotated[Principal, Depends(deps.principal)]


@router.get("/api-keys", operation_id="listApiKeys", response_model=None)
async def list_api_keys(
    services: Services,
    principal: Caller,
    limit: Annotated[types.IntParam, Query(ge=1, le=100)] = 20,
    cursor: Annotated[
        str | None, Query(min_length=1, max_length=2000, pattern="^[A-Za-z0-9_-]+$")
    ] = None,
) -> Response:
    """List your API keys."""
    return render_reply(
        await services.api_keys.list_api_keys(limit=limit, cursor=cursor, principal=principal)
    )


@router.post("/api-keys", operation_id="createApiKey", response_model=None)
async def create_api_key(
    services: Services,
    principal: Caller,
    body: Annotated[v1.ApiKeyCreate, Body()],
) -> Response:
    """Create an API key."""
    return render_reply(await services.api_keys.create_api_key(body, principal=principal))


@router.get("/api-keys/{api_key_id}", operation_id="getApiKey", response_model=None)
async def get_api_key(
    services: Services,
    principal: Caller,
    api_key_id: Annotated[types.UUID, Path()],
) -> Response:
    """Read an API key."""
    return render(await services.api_keys.get_api_key(api_key_id, principal=principal), 200)


@router.delete("/api-keys/{api_key_id}", operation_id="revokeApiKey", response_model=None)
async def revoke_api_key(
    services: Services,
    principal: Caller,
    api_key_id: Annotated[types.UUID, Path()],
) -> Response:
    """Revoke an API key."""
    await services.api_keys.revoke_api_key(api_key_id, principal=principal)
    return render(None, 204)
