"""Effects that happen once, however often a request is sent (draft-ietf-httpapi-idempotency-key).

A key is claimed in a transaction of its own; the effect, and the answer that repeats get, are
committed together. A process that dies in between leaves a claim without an effect, which expires.
"""

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from pydantic import BaseModel, TypeAdapter

from app.core.exceptions import Conflict, FieldError, ValidationFailed
from app.db.repositories.idempotency_keys import KeyName
from app.db.unit_of_work import Database, UnitOfWork, retried
from app.schemas.reply import Reply

AnyReply = TypeVar("AnyReply", bound=Reply)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One request for an effect: who sent it, for which operation, with which key and body."""

    principal_id: UUID
    operation: str
    key: str | None
    body: BaseModel

    @property
    def fingerprint(self) -> str:
        """Return a digest that differs for another body."""
        return hashlib.sha256(self.body.model_dump_json().encode()).hexdigest()


class Idempotency:
    """Runs an effect once per key.

    Args:
        lease_seconds: Time after which a claim whose process died may be taken over.
        life_seconds: Time that a key is remembered.
    """

    def __init__(self, database: Database, *, lease_seconds: int, life_seconds: int) -> None:
        self._database = database
        self._lease_seconds = lease_seconds
        self._life_seconds = life_seconds

    @retried
    async def run(
        self,
        attempt: Attempt,
        reply_type: type[AnyReply],
        effect: Callable[[UnitOfWork], Awaitable[AnyReply]],
    ) -> tuple[AnyReply, bool]:
        """Return what `effect` replies, and whether that was to an earlier request with this key.

        An effect whose transaction lost a race is tried again, as by `retried`.

        Raises:
            Conflict: The first request with this key is still running.
            ValidationFailed: The key was used with another body.
        """
        if attempt.key is None:
            async with self._database.write() as work:
                return await effect(work), False
        name = KeyName(
            principal_id=attempt.principal_id, operation=attempt.operation, key=attempt.key
        )
        adapter = TypeAdapter(reply_type)
        claim = await self._claim(name, attempt.fingerprint)
        if isinstance(claim, str):
            return adapter.validate_json(claim), True
        try:
            async with self._database.write() as work:
                reply = await effect(work)
                answer = adapter.dump_json(reply).decode()
                await work.idempotency_keys.complete(name, claim, answer)
        except Exception:
            async with self._database.write() as work:
                await work.idempotency_keys.release(name, claim)
            raise
        return reply, False

    async def _claim(self, name: KeyName, fingerprint: str) -> UUID | str:
        """Return the claim, or the answer that an earlier request got."""
        async with self._database.write() as work:
            claim = await work.idempotency_keys.claim(
                name,
                fingerprint,
                lease_seconds=self._lease_seconds,
                life_seconds=self._life_seconds,
            )
            if claim is not None:
                return claim
            known = await work.idempotency_keys.find(name)
        if known is not None and known.fingerprint != fingerprint:
            raise ValidationFailed([_REUSED])
        if known is None or known.answer is None:
            raise Conflict(
                "The first request with this Idempotency-Key is still running.",
                headers={"Retry-After": "1"},
            )
        return known.answer


_REUSED = FieldError(
    location="header",
    name="Idempotency-Key",
    code="key-reused",
    detail="This key was sent with another body; use a fresh key for another request.",
)
