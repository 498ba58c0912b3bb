# Code generated from spec/v1/api_keys.yaml by make generate. DO NOT EDIT.
"""What a service of api_keys implements and what it may reply.

Keys with which machines act on behalf of their user: what a service implements and what it may
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
class ListApiKeys200(Reply):
    """One page of API keys."""

    status: ClassVar[int] = 200
    header_names: ClassVar[Mapping[str, str]] = {"link": "Link"}

    body: models.ApiKeyPage
    link: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateApiKey201(Reply):
    """The API key was created."""

    status: ClassVar[int] = 201
    constant_headers: ClassVar[Mapping[str, str]] = {"Cache-Control": "no-store"}
    header_names: ClassVar[Mapping[str, str]] = {"location": "Location"}

    body: models.ApiKeyCreated
    location: str


class ApiKeysService(Protocol):
    """Keys with which machines act on behalf of their user."""

    async def list_api_keys(
        self,
        *,
        limit: int,
        cursor: str | None,
        principal: Principal,
    ) -> ListApiKeys200:
        """List your API keys.

        GET /api-keys; errors: 400, 401, 403, 422, 429, 500, 503.
        """
        raise NotImplementedError("listApiKeys")

    async def create_api_key(
        self,
        body: models.ApiKeyCreate,
        *,
        principal: Principal,
    ) -> CreateApiKey201:
        """Create an API key.

        POST /api-keys; errors: 400, 401, 403, 409, 413, 415, 422, 429, 500, 503.
        """
        raise NotImplementedError("createApiKey")

    async def get_api_key(
        self,
        api_key_id: types.UUID,
        *,
        principal: Principal,
    ) -> models.ApiKey:
        """Read an API key.

        GET /api-keys/{api_key_id}; errors: 401, 403, 404, 422, 429, 500, 503.
        """
        raise NotImplementedError("getApiKey")

    async def revoke_api_key(
        self,
        api_key_id: types.UUID,
        *,
        principal: Principal,
    ) -> None:
        """Revoke an API key.

        DELETE /api-keys/{api_key_id}; errors: 401, 403, 404, 409, 422, 429, 500, 503.
        """
        raise NotImplementedError("revokeApiKey")
