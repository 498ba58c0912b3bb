# Code generated from spec/v1/api_keys.yaml by make generate. DO NOT EDIT.
"""Keys with which machines act on behalf of their user: the routes."""

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


@router.get("/api-keys", operation_id="listApiKeys", response_model=None)
@typed(operations.LIST_API_KEYS)
async def list_api_keys(
    services: Services,
    principal: Caller,
    *,
    limit: int,
    cursor: str | None,
) -> Response:
    """List your API keys."""
    return render_reply(
        await services.api_keys.list_api_keys(limit=limit, cursor=cursor, principal=principal)
    )


@router.post("/api-keys", operation_id="createApiKey", response_model=None)
@typed(operations.CREATE_API_KEY)
async def create_api_key(
    services: Services,
    principal: Caller,
    body: v1.ApiKeyCreate,
) -> Response:
    """Create an API key."""
    return render_reply(await services.api_keys.create_api_key(body, principal=principal))


@router.get("/api-keys/{api_key_id}", operation_id="getApiKey", response_model=None)
@typed(operations.GET_API_KEY)
async def get_api_key(
    services: Services,
    principal: Caller,
    api_key_id: types.UUID,
) -> Response:
    """Read an API key."""
    return render(await services.api_keys.get_api_key(api_key_id, principal=principal), 200)


@router.delete("/api-keys/{api_key_id}", operation_id="revokeApiKey", response_model=None)
@typed(operations.REVOKE_API_KEY)
async def revoke_api_key(
    services: Services,
    principal: Caller,
    api_key_id: types.UUID,
) -> Response:
    """Revoke an API key."""
    await services.api_keys.revoke_api_key(api_key_id, principal=principal)
    return render(None, 204)
