# Code generated from spec/v1/jwks.yaml by make generate. DO NOT EDIT.
"""Public keys of the access tokens: the routes."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Response

from app.api import deps
from app.api.contract import contract_route
from app.api.render import render
from app.schemas import v1
from app.schemas.v1 import operations

router = APIRouter(route_class=contract_route(operations.OPERATIONS))

# Type checkers do not look into Annotated; the declaration makes them check the provider.
provide: Callable[..., Awaitable[v1.JwksService]] = deps.jwks
Service = Annotated[v1.JwksService, Depends(provide)]


@router.get("/.well-known/jwks.json", operation_id="getJwks", response_model=None)
async def get_jwks(
    service: Service,
) -> Response:
    """Read the public keys."""
    return render(await service.get_jwks(), 200)
