# Code generated from spec/v1/jwks.yaml by make generate. DO NOT EDIT.
"""Public keys of the access tokens: the routes."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from app.api import deps
from app.api.request.response import render
from app.api.request.route import contract_route
from app.schemas import v1
from app.schemas.v1 import operations

router = APIRouter(route_class=contract_route("v1", operations.OPERATIONS))

Services = Annotated[v1.Services, Depends(deps.services)]


@router.get("/.well-known/jwks.json", operation_id="getJwks", response_model=None)
async def get_jwks(
    services: Services,
) -> Response:
    """Read the public keys."""
    return render(await services.jwks.get_jwks(), 200)
