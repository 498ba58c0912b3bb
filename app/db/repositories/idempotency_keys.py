"""Queries about claimed idempotency keys."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from app.core.exceptions import LostRace
from app.db.base import DatabaseNow
from app.db.deletion import delete_piece
from app.db.models.idempotency_keys import IdempotencyKey
from app.db.models.users import User
from app.db.repositories.repository import insert_into

_ANSWER = ("status", "headers", "answer", "contract")
# An answer of a release before `status` was kept counts: its effect took place.
_HAS_ANSWER = or_(IdempotencyKey.status.is_not(None), IdempotencyKey.answer.is_not(None))


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyName:
    """The identity of a key: its user, its operation, and the value that the client chose."""

    principal_id: UUID
    operation: str
    key: str

    @property
    def matches(self) -> ColumnElement[bool]:
        """Return the condition that selects the row."""
        return and_(
            IdempotencyKey.principal_id == self.principal_id,
            IdempotencyKey.operation == self.operation,
            IdempotencyKey.key == self.key,
        )


class IdempotencyKeyRepository:
    """Claims keys and stores responses; each decision is one statement, by the database's clock."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def claim(
        self, name: KeyName, fingerprint: str, *, lease_seconds: int, life_seconds: int
    ) -> UUID | None:
        """Claim a key that is new or expired, or whose lease has expired.

        Returns:
            The claim, or None if another request holds the key or a response is stored.
        """
        claim = uuid7()
        row = {
            "fingerprint": fingerprint,
            "claim": claim,
            "lease_until": DatabaseNow(lease_seconds),
            "expires_at": DatabaseNow(life_seconds),
            **dict.fromkeys(_ANSWER),
        }
        abandoned = and_(
            ~_HAS_ANSWER,
            IdempotencyKey.lease_until <= DatabaseNow(),
            IdempotencyKey.fingerprint == fingerprint,
        )
        statement = (
            insert_into(IdempotencyKey, self._session)
            .values(principal_id=name.principal_id, operation=name.operation, key=name.key, **row)
            .on_conflict_do_update(
                index_elements=["principal_id", "operation", "key"],
                set_=row,
                where=or_(IdempotencyKey.expires_at <= DatabaseNow(), abandoned),
            )
            .returning(IdempotencyKey.claim)
        )
        claimed: UUID | None = await self._session.scalar(statement)
        return claimed

    async def find(self, name: KeyName) -> IdempotencyKey | None:
        """Return the key's row."""
        return await self._session.scalar(select(IdempotencyKey).where(name.matches))

    async def complete(
        self,
        name: KeyName,
        claim: UUID,
        *,
        status: int,
        headers: Mapping[str, str],
        answer: str | None,
        contract: str,
    ) -> None:
        """Store the response for repeats; the columns of `IdempotencyKey` describe the values.

        Raises:
            LostRace: The lease expired, and another request has claimed the key.
        """
        statement = (
            update(IdempotencyKey)
            .where(name.matches, IdempotencyKey.claim == claim)
            .values(status=status, headers=headers, answer=answer, contract=contract)
            .returning(IdempotencyKey.claim)
        )
        if await self._session.scalar(statement) is None:
            raise LostRace

    async def release(self, name: KeyName, claim: UUID) -> None:
        """Delete a claim whose request had no effect, so that a repeat runs again.

        A claim with a response stays: its transaction was committed, even if the database's
        confirmation was lost.
        """
        mine = and_(name.matches, IdempotencyKey.claim == claim, ~_HAS_ANSWER)
        await self._session.execute(delete(IdempotencyKey).where(mine))

    async def delete_expired(self) -> int:
        """Delete some of the expired keys; return how many."""
        expired = IdempotencyKey.expires_at <= DatabaseNow()
        return await delete_piece(
            self._session, IdempotencyKey, expired, oldest_first=IdempotencyKey.expires_at
        )

    async def delete_of_deleted_accounts(self) -> int:
        """Delete some of the keys of users whose account was deleted; return how many."""
        gone = select(User.id).where(User.deleted_at.is_not(None))
        return await delete_piece(
            self._session, IdempotencyKey, IdempotencyKey.principal_id.in_(gone)
        )
