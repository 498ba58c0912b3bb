"""Queries about sessions."""

from collections.abc import Sequence
from typing import ClassVar
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, select, update

from app.db.base import DatabaseNow
from app.db.deletion import delete_piece
from app.db.keyset import SortKey
from app.db.models.sessions import Session
from app.db.models.users import User
from app.db.repositories.repository import Repository


class SessionRepository(Repository[Session]):
    """Sessions in the database; their lifetime is measured by the database's clock."""

    model: ClassVar = Session
    noun: ClassVar = "session"
    newest_first: ClassVar = [SortKey(Session.created_at, descending=True)]

    def owned_by(self, user_id: UUID) -> Select[Session]:
        """Return the sessions that a user may see: the user's active ones."""
        return select(Session).where(Session.user_id == user_id, _lasts())

    async def find(self, session_id: UUID) -> Session | None:
        """Return a session, whether it is active or not."""
        return await self._session.get(Session, session_id)

    async def lasts(self, session_id: UUID, user_id: UUID) -> bool:
        """Tell whether a session is active, and its user may sign in."""
        statement = (
            select(Session.id)
            .join(User, User.id == Session.user_id)
            .where(Session.id == session_id, User.id == user_id, User.disabled_at.is_(None))
            .where(_lasts())
        )
        return await self._session.scalar(statement) is not None

    async def use(self, session_id: UUID, *, idle_seconds: int) -> None:
        """Record that the session got an access token."""
        moments = {"last_used_at": DatabaseNow(), "idle_until": DatabaseNow(idle_seconds)}
        await self._session.execute(
            update(Session).where(Session.id == session_id).values(**moments)
        )

    async def end(self, user_id: UUID, session_id: UUID) -> Sequence[UUID]:
        """Revoke a session of a user and return its id; nothing if the user has no such session."""
        return await self._end(Session.user_id == user_id, Session.id == session_id)

    async def end_all(self, user_id: UUID, *, but: UUID | None = None) -> Sequence[UUID]:
        """Revoke the sessions of a user, and return their ids."""
        others = [Session.id != but] if but else []
        return await self._end(Session.user_id == user_id, *others)

    async def _end(self, *conditions: ColumnElement[bool]) -> Sequence[UUID]:
        statement = (
            update(Session)
            .where(*conditions, Session.revoked_at.is_(None))
            .values(revoked_at=DatabaseNow())
            .returning(Session.id)
        )
        return (await self._session.scalars(statement)).all()

    async def delete_ended(self, *, older_than_seconds: int) -> int:
        """Delete some of the sessions that ended some time ago, their tokens first.

        A session that was revoked or has expired is no longer used, so its `idle_until` passes too.
        One index therefore finds all ended sessions.

        Returns:
            How many rows were deleted.
        """
        ended = Session.idle_until <= DatabaseNow(-older_than_seconds)
        return await delete_piece(self._session, Session, ended, oldest_first=Session.idle_until)


def _lasts() -> ColumnElement[bool]:
    now = DatabaseNow()
    return and_(Session.revoked_at.is_(None), Session.expires_at > now, Session.idle_until > now)
