# Code generated from spec/v1/users.yaml by make generate. DO NOT EDIT.
"""The signed-in user's own profile: the routes."""

from typing import Annotated

from fastapi import APIRouter, Body, Depends, Response

from app.api import deps
from app.api.contract import contract_route
from app.api.render import render
from app.core.security import Principal
from app.schemas import v1
from app.schemas.v1 import operations

router = APIRouter(route_class=contract_route(operations.OPERATIONS))

Service = Annotated[v1.UsersService, Depends(deps.users)]
Caller = Annotated[Principal, Depends(deps.principal)]


@router.put("/users/me/password", operation_id="changePassword", response_model=None)
async def change_password(
    service: Service,
    principal: Caller,
    body: Annotated[v1.PasswordChange, Body()],
) -> Response:
    """Change your password."""
    await service.change_password(body, principal=principal)
    return render(None, 204)


@router.post("/users/me/verification", operation_id="requestVerification", response_model=None)
async def request_verification(
    service: Service,
    principal: Caller,
) -> Response:
    """Ask for verification mail."""
    return render(await service.request_verification(principal=principal), 202)


@router.get("/users/me", operation_id="getMe", response_model=None)
async def get_me(
    service: Service,
    principal: Caller,
) -> Response:
    """Read your profile."""
    return render(await service.get_me(principal=principal), 200)


@router.patch("/users/me", operation_id="updateMe", response_model=None)
async def update_me(
    service: Service,
    principal: Caller,
    body: Annotated[v1.UserUpdate, Body()],
) -> Response:
    """Change your profile."""
    return render(await service.update_me(body, principal=principal), 200)
