# Code generated from spec/v1/auth.yaml by make generate. DO NOT EDIT.
"""Registration and OAuth2 tokens: the routes."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import APIRouter, Body, Depends, Form, Response

from app.api import deps
from app.api.contract import contract_route
from app.api.render import render, render_reply
from app.schemas import v1
from app.schemas.v1 import operations

router = APIRouter(route_class=contract_route(operations.OPERATIONS))

# Type checkers do not look into Annotated; the declaration makes them check the provider.
provide: Callable[..., Awaitable[v1.AuthService]] = deps.auth
Service = Annotated[v1.AuthService, Depends(provide)]


@router.post("/auth/register", operation_id="registerUser", response_model=None)
async def register_user(
    service: Service,
    body: Annotated[v1.UserRegister, Body()],
) -> Response:
    """Create an account."""
    return render(await service.register_user(body), 202)


@router.post("/auth/token", operation_id="createToken", response_model=None)
async def create_token(
    service: Service,
    body: Annotated[v1.PasswordGrant | v1.RefreshTokenGrant, Form(discriminator="grant_type")],
) -> Response:
    """Get an access token."""
    return render_reply(await service.create_token(body))


@router.post("/auth/revoke", operation_id="revokeToken", response_model=None)
async def revoke_token(
    service: Service,
    body: Annotated[v1.RevocationRequest, Form()],
) -> Response:
    """Sign out."""
    return render_reply(await service.revoke_token(body))


@router.post("/auth/password/forgot", operation_id="forgotPassword", response_model=None)
async def forgot_password(
    service: Service,
    body: Annotated[v1.PasswordForgot, Body()],
) -> Response:
    """Ask for a new password."""
    return render(await service.forgot_password(body), 202)


@router.post("/auth/password/reset", operation_id="resetPassword", response_model=None)
async def reset_password(
    service: Service,
    body: Annotated[v1.PasswordReset, Body()],
) -> Response:
    """Set a new password."""
    await service.reset_password(body)
    return render(None, 204)


@router.post("/auth/email/verify", operation_id="verifyEmail", response_model=None)
async def verify_email(
    service: Service,
    body: Annotated[v1.EmailVerification, Body()],
) -> Response:
    """Prove an e-mail address."""
    await service.verify_email(body)
    return render(None, 204)
