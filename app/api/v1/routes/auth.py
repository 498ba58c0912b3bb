# Code generated from spec/v1/auth.yaml by make generate. DO NOT EDIT.
"""Registration and OAuth2 tokens: the routes."""

from typing import Annotated

from fastapi import APIRouter, Body, Depends, Form, Response

from app.api import deps
from app.api.request.response import render, render_reply
from app.api.request.route import contract_route
from app.schemas import v1
from app.schemas.v1 import operations

router = APIRouter(route_class=contract_route(operations.OPERATIONS))

Services = Annotated[v1.Services, Depends(deps.services)]


@router.post("/auth/register", operation_id="registerUser", response_model=None)
async def register_user(
    services: Services,
    body: Annotated[v1.UserRegister, Body()],
) -> Response:
    """Create an account."""
    return render(await services.auth.register_user(body), 202)


@router.post("/auth/token", operation_id="createToken", response_model=None)
async def create_token(
    services: Services,
    body: Annotated[v1.PasswordGrant | v1.RefreshTokenGrant, Form(discriminator="grant_type")],
) -> Response:
    """Get an access token."""
    return render_reply(await services.auth.create_token(body))


@router.post("/auth/revoke", operation_id="revokeToken", response_model=None)
async def revoke_token(
    services: Services,
    body: Annotated[v1.RevocationRequest, Form()],
) -> Response:
    """Sign out."""
    return render_reply(await services.auth.revoke_token(body))


@router.post("/auth/password/forgot", operation_id="forgotPassword", response_model=None)
async def forgot_password(
    services: Services,
    body: Annotated[v1.PasswordForgot, Body()],
) -> Response:
    """Request a password reset."""
    return render(await services.auth.forgot_password(body), 202)


@router.post("/auth/password/reset", operation_id="resetPassword", response_model=None)
async def reset_password(
    services: Services,
    body: Annotated[v1.PasswordReset, Body()],
) -> Response:
    """Reset the password."""
    await services.auth.reset_password(body)
    return render(None, 204)


@router.post("/auth/email/verify", operation_id="verifyEmail", response_model=None)
async def verify_email(
    services: Services,
    body: Annotated[v1.EmailVerification, Body()],
) -> Response:
    """Verify an e-mail address."""
    await services.auth.verify_email(body)
    return render(None, 204)
