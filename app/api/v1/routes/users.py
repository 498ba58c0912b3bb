# Code generated from spec/v1/users.yaml by make generate. DO NOT EDIT.
"""Your own profile, and all accounts for administrators: the routes."""

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


@router.put("/users/me/password", operation_id="changePassword", response_model=None)
@typed(operations.CHANGE_PASSWORD)
async def change_password(
    services: Services,
    principal: Caller,
    body: v1.PasswordChange,
) -> Response:
    """Change your password."""
    await services.users.change_password(body, principal=principal)
    return render(None, 204)


@router.post("/users/me/verification", operation_id="requestVerification", response_model=None)
async def request_verification(
    services: Services,
    principal: Caller,
) -> Response:
    """Request a verification mail."""
    return render(await services.users.request_verification(principal=principal), 202)


@router.get("/users/me", operation_id="getMe", response_model=None)
async def get_me(
    services: Services,
    principal: Caller,
) -> Response:
    """Read your profile."""
    return render(await services.users.get_me(principal=principal), 200)


@router.patch("/users/me", operation_id="updateMe", response_model=None)
@typed(operations.UPDATE_ME)
async def update_me(
    services: Services,
    principal: Caller,
    body: v1.UserUpdate,
) -> Response:
    """Change your profile."""
    return render(await services.users.update_me(body, principal=principal), 200)


@router.get("/users", operation_id="listUsers", response_model=None)
@typed(operations.LIST_USERS)
async def list_users(
    services: Services,
    principal: Caller,
    *,
    limit: int,
    cursor: str | None,
    role: v1.UserRole | None,
    disabled: bool | None,
    email: str | None,
) -> Response:
    """List all accounts."""
    return render_reply(
        await services.users.list_users(
            limit=limit,
            cursor=cursor,
            role=role,
            disabled=disabled,
            email=email,
            principal=principal,
        )
    )


@router.get("/users/{user_id}", operation_id="getUser", response_model=None)
@typed(operations.GET_USER)
async def get_user(
    services: Services,
    principal: Caller,
    user_id: types.UUID,
    *,
    if_none_match: str | None,
) -> Response:
    """Read an account."""
    return render_reply(
        await services.users.get_user(user_id, if_none_match=if_none_match, principal=principal)
    )


@router.patch("/users/{user_id}", operation_id="updateUser", response_model=None)
@typed(operations.UPDATE_USER)
async def update_user(
    services: Services,
    principal: Caller,
    user_id: types.UUID,
    body: v1.AccountUpdate,
    *,
    if_match: str | None,
) -> Response:
    """Change an account."""
    return render_reply(
        await services.users.update_user(user_id, body, if_match=if_match, principal=principal)
    )


@router.delete("/users/{user_id}", operation_id="deleteUser", response_model=None)
@typed(operations.DELETE_USER)
async def delete_user(
    services: Services,
    principal: Caller,
    user_id: types.UUID,
    *,
    if_match: str | None,
) -> Response:
    """Delete an account."""
    await services.users.delete_user(user_id, if_match=if_match, principal=principal)
    return render(None, 204)
