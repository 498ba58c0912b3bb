# Code generated from spec/v1/auth.yaml by make generate. DO NOT EDIT.
"""Registration and OAuth2 tokens: what a service implements and what it may reply."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Protocol

from app.core.exceptions import OperationNotImplemented
from app.schemas.reply import Reply, operation
from app.schemas.v1 import models


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterUser201(Reply):
    """The account was created."""

    status: ClassVar[int] = 201
    header_names: ClassVar[Mapping[str, str]] = {"location": "Location"}

    body: models.User
    location: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateToken200(Reply):
    """A new access token."""

    status: ClassVar[int] = 200
    constant_headers: ClassVar[Mapping[str, str]] = {"Cache-Control": "no-store"}

    body: models.Token


class AuthService(Protocol):
    """Registration and OAuth2 tokens."""

    @operation
    async def register_user(
        self,
        body: models.UserRegister,
    ) -> RegisterUser201:
        """Create an account.

        POST /auth/register; errors: 400, 409, 413, 415, 422, 429, 500, 503.
        """
        raise OperationNotImplemented("registerUser")

    @operation
    async def create_token(
        self,
        body: models.TokenRequest,
    ) -> CreateToken200:
        """Get an access token.

        POST /auth/token; errors: 400, 413, 415, 429, 500, 503.
        """
        raise OperationNotImplemented("createToken")
