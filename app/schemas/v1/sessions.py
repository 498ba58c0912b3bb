# Code generated from spec/v1/sessions.yaml by make generate. DO NOT EDIT.
"""Active logins of the signed-in user: what a service implements and what it may reply."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Protocol

from app.core.security import Principal
from app.schemas import types
from app.schemas.reply import Reply
from app.schemas.v1 import models


@dataclass(frozen=True, slots=True, kw_only=True)
class ListSessions200(Reply):
    """One page of your sessions."""

    status: ClassVar[int] = 200
    header_names: ClassVar[Mapping[str, str]] = {"link": "Link"}

    body: models.SessionPage
    link: str | None = None


class SessionsService(Protocol):
    """Active logins of the signed-in user."""

    async def list_sessions(
        self,
        *,
        limit: int,
        cursor: str | None,
        principal: Principal,
    ) -> ListSessions200:
        """List your sessions.

        GET /users/me/sessions; errors: 400, 401, 403, 422, 429, 500, 503.
        """
        raise NotImplementedError("listSessions")

    async def end_sessions(
        self,
        *,
        principal: Principal,
    ) -> None:
        """Sign out everywhere.

        DELETE /users/me/sessions; errors: 401, 403, 422, 429, 500, 503.
        """
        raise NotImplementedError("endSessions")

    async def end_session(
        self,
        session_id: types.UUID,
        *,
        principal: Principal,
    ) -> None:
        """End a session.

        DELETE /users/me/sessions/{session_id}; errors: 401, 403, 404, 422, 429, 500, 503.
        """
        raise NotImplementedError("endSession")
