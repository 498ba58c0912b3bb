"""Queries about claimed idempotency keys."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Float,
    and_,
    bindparam,
    delete,
    or_,
    select,
    update,
)
from sqlalchemy.sql.dml import ReturningInsert
from uuid_utils.compat import uuid7

from app.core.exceptions import LostRace
from app.db.base import DatabaseNow
from app.db.deletion import delete_piece
from app.db.models.idempotency_keys import IdempotencyKey
from app.db.models.users import User
from app.db.repositories.repository import Queries, insert_into

_ANSWER = ("status", "headers", "answer", "contract")
# Earlier releases stored no status; their answers count, as the effect was committed.
_HAS_ANSWER = or_(IdempotencyKey.status.is_not(None), IdempotencyKey.answer.is_not(None))


# Made once, as it costs more to make a statement than to run it.
_COMPLETE = (
    update(IdempotencyKey)
    .where(
        IdempotencyKey.principal_id == bindparam("principal"),
        IdempotencyKey.operation == bindparam("for_operation"),
        IdempotencyKey.key == bindparam("name"),
        IdempotencyKey.claim == bindparam("claimed"),
    )
    .values({name: bindparam(name) for name in _ANSWER})
    .returning(IdempotencyKey.claim)
)


@cache
def _claim_statement(dialect: str) -> ReturningInsert[UUID]:
    row: dict[str, object] = {
        "fingerprint": bindparam("fingerprint"),
        "claim": bindparam("claim"),
        "lease_until": DatabaseNow(bindparam("lease_seconds", type_=Float())),
        "expires_at": DatabaseNow(bindparam("life_seconds", type_=Float())),
        **dict.fromkeys(_ANSWER),
    }
    abandoned = and_(
        ~_HAS_ANSWER,
        IdempotencyKey.lease_until <= DatabaseNow(),
        IdempotencyKey.fingerprint == bindparam("fingerprint"),
    )
    return (
        insert_into(IdempotencyKey, dialect)
        .values({name: bindparam(name) for name in ("principal_id", "operation", "key")} | row)
        .on_conflict_do_update(
            index_elements=["principal_id", "operation", "key"],
            set_=row,
            where=or_(IdempotencyKey.expires_at <= DatabaseNow(), abandoned),
        )
        .returning(IdempotencyKey.claim)
    )


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


class IdempotencyKeyRepository(Queries):
    """Claims keys and stores responses; each decision is one statement, by the database's clock."""

    async def claim(
        self, name: KeyName, fingerprint: str, *, lease_seconds: int, life_seconds: int
    ) -> UUID | None:
        """Claim a key that is new or expired, or whose lease has expired.

        Returns:
            The claim, or None if another request holds the key or a response is stored.
        """
        claim = uuid7()
        values = {
            "principal_id": name.principal_id,
            "operation": name.operation,
            "key": name.key,
            "fingerprint": fingerprint,
            "claim": claim,
            "lease_seconds": lease_seconds,
            "life_seconds": life_seconds,
        }
        connection = self._connection
        return await connection.scalar(_claim_statement(connection.dialect.name), values)

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
        values = {
            "principal": name.principal_id,
            "for_operation": name.operation,
            "name": name.key,
            "claimed": claim,
            "status": status,
            "headers": headers,
            "answer": answer,
            "contract": contract,
        }
        if await self._connection.scalar(_COMPLETE, values) is None:
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
