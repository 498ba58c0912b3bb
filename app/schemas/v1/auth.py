# Code generated from spec/v1/auth.yaml by make generate. DO NOT EDIT.
"""Registration and OAuth2 tokens: what a service implements and what it may reply."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Protocol

from app.schemas.reply import Reply
from app.schemas.v1 import models


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateToken200(Reply):
    """A new access token and a new refresh token."""

    status: ClassVar[int] = 200
    constant_headers: ClassVar[Mapping[str, str]] = {"Cache-Control": "no-store"}

    body: models.Token


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokeToken200(Reply):
    """The token is invalid, whether or not it was valid before."""

    status: ClassVar[int] = 200
    constant_headers: ClassVar[Mapping[str, str]] = {"Cache-Control": "no-store"}

    body: None = None


class AuthService(Protocol):
    """Registration and OAuth2 tokens."""

    async def register_user(
        self,
        body: models.UserRegister,
    ) -> models.Accepted:
        """Create an account.

        POST /auth/register; errors: 400, 409, 413, 415, 422, 429, 500, 503.
        """
        raise NotImplementedError("registerUser")

    async def create_token(
        self,
        body: models.TokenRequest,
    ) -> CreateToken200:
        """Get an access token.

        POST /auth/token; errors: 400, 413, 415, 429, 500, 503.
        """
        raise NotImplementedError("createToken")

    async def revoke_token(
        self,
        body: models.RevocationRequest,
    ) -> RevokeToken200:
        """Sign out.

        POST /auth/revoke; errors: 400, 413, 415, 429, 500, 503.
        """
        raise NotImplementedError("revokeToken")

    async def forgot_password(
        self,
        body: models.PasswordForgot,
    ) -> models.Accepted:
        """Request a password reset.

        POST /auth/password/forgot; errors: 400, 413, 415, 422, 429, 500, 503.
        """
        raise NotImplementedError("forgotPassword")

    async def reset_password(
        self,
        body: models.PasswordReset,
    ) -> None:
        """Reset the password.

        POST /auth/password/reset; errors: 400, 409, 413, 415, 422, 429, 500, 503.
        """
        raise NotImplementedError("resetPassword")

    async def verify_email(
        self,
        body: models.EmailVerification,
    ) -> None:
        """Verify an e-mail address.

        POST /auth/email/verify; errors: 400, 409, 413, 415, 422, 429, 500, 503.
        """
        raise NotImplementedError("verifyEmail")
