"""Queries about tokens that mail carries."""

from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.base import DatabaseNow
from app.db.deletion import delete_piece
from app.db.models.account_tokens import AccountToken, Purpose
from app.db.models.users import User


class AccountTokenRepository:
    """Single-use tokens, by the database's clock."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, digest: str, user_id: UUID, purpose: Purpose, *, life_seconds: int) -> None:
        """Keep a token; those before it for the same purpose are good no more."""
        await self.withdraw(user_id, purpose)
        token = AccountToken(
            digest=digest,
            user_id=user_id,
            purpose=purpose,
            expires_at=DatabaseNow(life_seconds),
        )
        self._session.add(token)
        await self._session.flush()

    async def find_user(self, digest: str, purpose: Purpose) -> User | None:
        """Return whose token it is, as long as it is good."""
        statement = select(User).join(AccountToken, AccountToken.user_id == User.id)
        return await self._session.scalar(statement.where(_good(digest, purpose)))

    async def use(self, digest: str, purpose: Purpose) -> UUID | None:
        """Use a token up, and return whose it was; None when it was not good."""
        statement = (
            delete(AccountToken).where(_good(digest, purpose)).returning(AccountToken.user_id)
        )
        used: UUID | None = await self._session.scalar(statement)
        return used

    async def withdraw(self, user_id: UUID, purpose: Purpose) -> None:
        """Make a user's tokens good no more."""
        mine = and_(AccountToken.user_id == user_id, AccountToken.purpose == purpose)
        await self._session.execute(delete(AccountToken).where(mine))

    async def delete_all(self, user_id: UUID) -> None:
        """Delete the tokens of a user."""
        await self._session.execute(delete(AccountToken).where(AccountToken.user_id == user_id))

    async def delete_expired(self) -> int:
        """Delete some of the tokens that have expired; return how many."""
        expired = AccountToken.expires_at <= DatabaseNow()
        return await delete_piece(
            self._session, AccountToken, expired, oldest_first=AccountToken.expires_at
        )


def _good(digest: str, purpose: Purpose) -> ColumnElement[bool]:
    return and_(
        AccountToken.digest == digest,
        AccountToken.purpose == purpose,
        AccountToken.expires_at > DatabaseNow(),
    )
