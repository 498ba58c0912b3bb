# Code generated from spec/v1/auth.yaml by make generate. DO NOT EDIT.
"""Registration and OAuth2 tokens: the routes."""

from typing import Annotated

from fastapi import APIRouter, Body, Depends, Form, Response

from app.api import deps
from app.api.contract import contract_route
from app.api.render import render_reply
from app.schemas import v1
from app.schemas.v1 import operations

router = APIRouter(route_class=contract_route(operations.OPERATIONS))

Service = Annotated[v1.AuthService, Depends(deps.auth)]


@router.post("/auth/register", operation_id="registerUser", response_model=None)
async def register_user(
    service: Service,
    body: Annotated[v1.UserRegister, Body()],
) -> Response:
    """Create an account."""
    return render_reply(await service.register_user(body))


@router.post("/auth/token", operation_id="createToken", response_model=None)
async def create_token(
    service: Service,
    body: Annotated[v1.TokenRequest, Form()],
) -> Response:
    """Get an access token."""
    return render_reply(await service.create_token(body))
