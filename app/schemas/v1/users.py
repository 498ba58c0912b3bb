# Code generated from spec/v1/users.yaml by make generate. DO NOT EDIT.
"""The signed-in user's own profile: what a service implements and what it may reply."""

from typing import Protocol

from app.core.exceptions import OperationNotImplemented
from app.core.security import Principal
from app.schemas.reply import operation
from app.schemas.v1 import models


class UsersService(Protocol):
    """The signed-in user's own profile."""

    @operation
    async def change_password(
        self,
        body: models.PasswordChange,
        *,
        principal: Principal,
    ) -> None:
        """Change your password.

        PUT /users/me/password; errors: 400, 401, 403, 409, 413, 415, 422, 429, 500, 503.
        """
        raise OperationNotImplemented("changePassword")

    @operation
    async def request_verification(
        self,
        *,
        principal: Principal,
    ) -> models.Accepted:
        """Ask for verification mail.

        POST /users/me/verification; errors: 401, 403, 429, 500, 503.
        """
        raise OperationNotImplemented("requestVerification")

    @operation
    async def get_me(
        self,
        *,
        principal: Principal,
    ) -> models.User:
        """Read your profile.

        GET /users/me; errors: 401, 403, 429, 500, 503.
        """
        raise OperationNotImplemented("getMe")

    @operation
    async def update_me(
        self,
        body: models.UserUpdate,
        *,
        principal: Principal,
    ) -> models.User:
        """Change your profile.

        PATCH /users/me; errors: 400, 401, 403, 413, 415, 422, 429, 500, 503.
        """
        raise OperationNotImplemented("updateMe")
