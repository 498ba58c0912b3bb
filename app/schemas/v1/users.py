# Code generated from spec/v1/users.yaml by make generate. DO NOT EDIT.
"""What a service of users implements and what it may reply.

Your own profile, and all accounts for administrators: what a service implements and what it may
reply.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Protocol

from app.core.security import Principal
from app.schemas import types
from app.schemas.reply import Reply
from app.schemas.v1 import models


@dataclass(frozen=True, slots=True, kw_only=True)
class ListUsers200(Reply):
    """One page of accounts."""

    status: ClassVar[int] = 200
    header_names: ClassVar[Mapping[str, str]] = {"link": "Link"}

    body: models.AccountPage
    link: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GetUser200(Reply):
    """The account."""

    status: ClassVar[int] = 200
    header_names: ClassVar[Mapping[str, str]] = {"etag": "ETag"}

    body: models.Account
    etag: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GetUser304(Reply):
    """The resource still has an entity tag that `If-None-Match` names."""

    status: ClassVar[int] = 304
    header_names: ClassVar[Mapping[str, str]] = {"etag": "ETag"}

    body: None = None
    etag: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateUser200(Reply):
    """The account after the change."""

    status: ClassVar[int] = 200
    header_names: ClassVar[Mapping[str, str]] = {"etag": "ETag"}

    body: models.Account
    etag: str


class UsersService(Protocol):
    """Your own profile, and all accounts for administrators."""

    async def change_password(
        self,
        body: models.PasswordChange,
        *,
        principal: Principal,
    ) -> None:
        """Change your password.

        PUT /users/me/password; errors: 400, 401, 403, 409, 413, 415, 422, 429, 500, 503.
        """
        raise NotImplementedError("changePassword")

    async def request_verification(
        self,
        *,
        principal: Principal,
    ) -> models.Accepted:
        """Request a verification mail.

        POST /users/me/verification; errors: 401, 403, 422, 429, 500, 503.
        """
        raise NotImplementedError("requestVerification")

    async def get_me(
        self,
        *,
        principal: Principal,
    ) -> models.User:
        """Read your profile.

        GET /users/me; errors: 401, 403, 422, 429, 500, 503.
        """
        raise NotImplementedError("getMe")

    async def update_me(
        self,
        body: models.UserUpdate,
        *,
        principal: Principal,
    ) -> models.User:
        """Change your profile.

        PATCH /users/me; errors: 400, 401, 403, 413, 415, 422, 429, 500, 503.
        """
        raise NotImplementedError("updateMe")

    async def list_users(
        self,
        *,
        limit: int,
        cursor: str | None,
        role: models.UserRole | None,
        disabled: bool | None,
        email: str | None,
        principal: Principal,
    ) -> ListUsers200:
        """List all accounts.

        GET /users; errors: 400, 401, 403, 422, 429, 500, 503.
        """
        raise NotImplementedError("listUsers")

    async def get_user(
        self,
        user_id: types.UUID,
        *,
        if_none_match: str | None,
        principal: Principal,
    ) -> GetUser200 | GetUser304:
        """Read an account.

        GET /users/{user_id}; errors: 401, 403, 404, 422, 429, 500, 503.
        """
        raise NotImplementedError("getUser")

    async def update_user(
        self,
        user_id: types.UUID,
        body: models.AccountUpdate,
        *,
        if_match: str | None,
        principal: Principal,
    ) -> UpdateUser200:
        """Change an account.

        PATCH /users/{user_id}; errors: 400, 401, 403, 404, 409, 412, 413, 415, 422, 429, 500, 503.
        """
        raise NotImplementedError("updateUser")

    async def delete_user(
        self,
        user_id: types.UUID,
        *,
        if_match: str | None,
        principal: Principal,
    ) -> None:
        """Delete an account.

        DELETE /users/{user_id}; errors: 401, 403, 404, 409, 412, 422, 429, 500, 503.
        """
        raise NotImplementedError("deleteUser")
