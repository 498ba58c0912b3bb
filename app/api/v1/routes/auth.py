# Code generated from spec/v1/auth.yaml by make generate. DO NOT EDIT.
"""Registration and OAuth2 tokens: the routes."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from app.api import deps
from app.api.request.arguments import typed
from app.api.request.response import render, render_reply
from app.api.request.route import contract_route
from app.schemas import v1
from app.schemas.v1 import operations

router = APIRouter(route_class=contract_route("v1", operations.OPERATIONS))

Services = Annotated[v1.Services, Depends(deps.services)]


@router.post("/auth/register", operation_id="registerUser", response_model=None)
@typed(operations.REGISTER_USER)
async def register_user(
    services: Services,
    body: v1.UserRegister,
) -> Response:
    """Create an account."""
    return render(await services.auth.register_user(body), 202)


@router.post("/auth/token", operation_id="createToken", response_model=None)
@typed(operations.CREATE_TOKEN)
async def create_token(
    services: Services,
    body: v1.TokenRequest,
) -> Response:
    """Get an access token."""
    return render_reply(await services.auth.create_token(body))


@router.post("/auth/revoke", operation_id="revokeToken", response_model=None)
@typed(operations.REVOKE_TOKEN)
async def revoke_token(
    services: Services,
    body: v1.RevocationRequest,
) -> Response:
    """Sign out."""
    return render_reply(await services.auth.revoke_token(body))


@router.post("/auth/password/forgot", operation_id="forgotPassword", response_model=None)
@typed(operations.FORGOT_PASSWORD)
async def forgot_password(
    services: Services,
    body: v1.PasswordForgot,
) -> Response:
    """Request a password reset."""
    return render(await services.auth.forgot_password(body), 202)


@router.post("/auth/password/reset", operation_id="resetPassword", response_model=None)
@typed(operations.RESET_PASSWORD)
async def reset_password(
    services: Services,
    body: v1.PasswordReset,
) -> Response:
    """Reset the password."""
    await services.auth.reset_password(body)
    return render(None, 204)


@router.post("/auth/email/verify", operation_id="verifyEmail", response_model=None)
@typed(operations.VERIFY_EMAIL)
async def verify_email(
    services: Services,
    body: v1.EmailVerification,
) -> Response:
    """Verify an e-mail address."""
    await services.auth.verify_email(body)
    return render(None, 204)
