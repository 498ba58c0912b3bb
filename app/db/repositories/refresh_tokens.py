"""Queries about refresh tokens."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import delete, select, update

from app.db.base import DatabaseNow
from app.db.models.refresh_tokens import RefreshToken
from app.db.models.sessions import Session
from app.db.repositories.repository import Queries


@dataclass(frozen=True, slots=True)
class Presented:
    """A presented token, and whether its successor may be returned once more.

    Attributes:
        token: None if the token was spent and its row was deleted.
    """

    token: RefreshToken | None
    session: Session
    is_fresh: bool


class RefreshTokenRepository(Queries):
    """Chains of tokens; a token is read with a lock, so that it gets only one successor."""

    async def present(self, digest: str, *, grace_seconds: int) -> Presented | None:
        """Return a token with its session, locked; concurrent calls with the same token wait."""
        statement = select(RefreshToken).where(RefreshToken.digest == digest).with_for_update()
        token = await self._session.scalar(statement)
        if token is None:
            return None
        session = await self._session.get_one(Session, token.session_id)
        fresh = select(RefreshToken.digest).where(
            RefreshToken.digest == digest, RefreshToken.spent_at > DatabaseNow(-grace_seconds)
        )
        return Presented(token, session, await self._session.scalar(fresh) is not None)

    async def add(self, digest: str, session_id: UUID) -> None:
        """Append a token to a session's chain."""
        self._session.add(RefreshToken(digest=digest, session_id=session_id))
        await self._session.flush()

    async def prune(self, session_id: UUID, *, grace_seconds: int) -> None:
        """Delete the tokens of a session that were spent before the grace period."""
        await self._session.execute(
            delete(RefreshToken).where(
                RefreshToken.session_id == session_id,
                RefreshToken.spent_at <= DatabaseNow(-grace_seconds),
            )
        )

    async def spend(self, digest: str, successor: str) -> None:
        """Record that a token was spent, with its encrypted successor."""
        await self._session.execute(
            update(RefreshToken)
            .where(RefreshToken.digest == digest)
            .values(spent_at=DatabaseNow(), successor=successor)
        )
