# Code generated from spec/v1/users.yaml by make generate. DO NOT EDIT.
"""Your own profile, and all accounts for administrators: the routes."""

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


@router.put("/users/me/password", operation_id="changePassword", response_model=None)
async def change_password(
    services: Services,
    principal: Caller,
    body: Annotated[v1.PasswordChange, Body()],
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
async def update_me(
    services: Services,
    principal: Caller,
    body: Annotated[v1.UserUpdate, Body()],
) -> Response:
    """Change your profile."""
    return render(await services.users.update_me(body, principal=principal), 200)


@router.get("/users", operation_id="listUsers", response_model=None)
async def list_users(
    services: Services,
    principal: Caller,
    limit: Annotated[types.IntParam, Query(ge=1, le=100)] = 20,
    cursor: Annotated[
        str | None, Query(min_length=1, max_length=2000, pattern="^[A-Za-z0-9_-]+$")
    ] = None,
    role: Annotated[v1.UserRole | None, Query()] = None,
    disabled: Annotated[types.BoolParam | None, Query()] = None,
    email: Annotated[types.EmailStr | None, Query(max_length=254)] = None,
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
async def get_user(
    services: Services,
    principal: Caller,
    user_id: Annotated[types.UUID, Path()],
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
    """Read an account."""
    return render_reply(
        await services.users.get_user(user_id, if_none_match=if_none_match, principal=principal)
    )


@router.patch("/users/{user_id}", operation_id="updateUser", response_model=None)
async def update_user(
    services: Services,
    principal: Caller,
    user_id: Annotated[types.UUID, Path()],
    body: Annotated[v1.AccountUpdate, Body()],
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
    """Change an account."""
    return render_reply(
        await services.users.update_user(user_id, body, if_match=if_match, principal=principal)
    )


@router.delete("/users/{user_id}", operation_id="deleteUser", response_model=None)
async def delete_user(
    services: Services,
    principal: Caller,
    user_id: Annotated[types.UUID, Path()],
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
    """Delete an account."""
    await services.users.delete_user(user_id, if_match=if_match, principal=principal)
    return render(None, 204)
