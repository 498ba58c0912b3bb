"""Queries about tokens that are sent by mail."""

from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, or_, select, update

from app.db.base import DatabaseNow
from app.db.models.account_tokens import AccountToken, Purpose
from app.db.models.users import User
from app.db.repositories.repository import Queries, insert_into


class AccountTokenRepository(Queries):
    """Single-use tokens, by the database's clock; a user has one row for each purpose."""

    async def put(
        self, digest: str, user_id: UUID, purpose: Purpose, *, task_id: UUID, life_seconds: int
    ) -> bool:
        """Store a token instead of those of earlier tasks, and return whether it is valid.

        When a task is retried, its token gets its full lifetime again, unless it was used,
        withdrawn or replaced; then it stays invalid.
        """
        row = {
            "digest": digest,
            "expires_at": DatabaseNow(life_seconds),
            "task_id": task_id,
            "used_at": None,
        }
        is_repeated = and_(AccountToken.task_id == task_id, AccountToken.used_at.is_(None))
        is_earlier = or_(AccountToken.task_id.is_(None), AccountToken.task_id < task_id)
        statement = (
            insert_into(AccountToken, self._connection.dialect.name)
            .values(user_id=user_id, purpose=purpose, **row)
            .on_conflict_do_update(
                index_elements=["user_id", "purpose"],
                set_=row,
                where=or_(is_earlier, is_repeated),
            )
            .returning(AccountToken.digest)
        )
        return await self._session.scalar(statement) is not None

    async def find_user(self, digest: str, purpose: Purpose) -> User | None:
        """Return the user of a token, or None if it is not valid."""
        statement = select(User).join(AccountToken, AccountToken.user_id == User.id)
        return await self._session.scalar(statement.where(_valid(digest, purpose)))

    async def use(self, digest: str, purpose: Purpose) -> UUID | None:
        """Invalidate a token and return its user; None if it was not valid."""
        return await self._end(_valid(digest, purpose))

    async def withdraw(self, user_id: UUID, purpose: Purpose) -> None:
        """Make a user's token invalid."""
        mine = and_(AccountToken.user_id == user_id, AccountToken.purpose == purpose)
        await self._end(and_(mine, AccountToken.used_at.is_(None)))

    async def delete_all(self, user_id: UUID) -> None:
        """Delete the tokens of a user."""
        await self._session.execute(delete(AccountToken).where(AccountToken.user_id == user_id))

    async def _end(self, which: ColumnElement[bool]) -> UUID | None:
        # Releases without `used_at` may still run; they check only `expires_at`.
        ended: UUID | None = await self._session.scalar(
            update(AccountToken)
            .where(which)
            .values(used_at=DatabaseNow(), expires_at=DatabaseNow())
            .returning(AccountToken.user_id)
        )
        return ended


def _valid(digest: str, purpose: Purpose) -> ColumnElement[bool]:
    return and_(
        AccountToken.digest == digest,
        AccountToken.purpose == purpose,
        AccountToken.expires_at > DatabaseNow(),
    )
