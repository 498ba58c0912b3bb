"""Requests that have one effect, however often they are sent (draft-ietf-httpapi-idempotency-key).

A key is claimed in a transaction of its own. The effect and the stored response are committed
together. If a process dies in between, its claim has no effect and expires.
The response is stored as it was sent and repeated unchanged, because a later release may have
another contract.
"""

import asyncio
import hashlib
import json
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar
from uuid import UUID

from pydantic import BaseModel

from app.core.exceptions import Conflict, ValidationFailed
from app.core.field_codes import FieldCode
from app.core.problem import FieldError
from app.core.security import Principal
from app.db.repositories.idempotency_keys import KeyName
from app.db.unit_of_work import Database, UnitOfWork, retried
from app.schemas.operation import Operation
from app.schemas.reply import Replayed, Reply

AnyReply = TypeVar("AnyReply", bound=Reply)
Effect = Callable[[UnitOfWork], Awaitable[AnyReply]]


class Idempotency:
    """Runs an effect once per key.

    Args:
        contract: Digest of the contract to which stored responses conform.
        lease_seconds: Time after which another request may take over a claim without a response.
        life_seconds: Time for which a response is stored.
    """

    def __init__(
        self, database: Database, *, contract: str, lease_seconds: int, life_seconds: int
    ) -> None:
        self._database = database
        self._contract = contract
        self._lease_seconds = lease_seconds
        self._life_seconds = life_seconds

    @retried
    async def run(
        self,
        effect: Effect[AnyReply],
        *,
        operation: Operation,
        principal: Principal,
        key: str | None,
        body: BaseModel,
    ) -> AnyReply | Replayed:
        """Return what `effect` replies, or what it replied to an earlier request with this key.

        An effect whose transaction lost a race is tried again, as by `retried`.

        Args:
            effect: The work to do once, in the unit of work that it gets.
            operation: The operation; each has keys of its own.
            principal: The owner of the key.
            key: The value that the client sent; without it every request has its effect.
            body: The body; a repeat has to send the same.

        Raises:
            Conflict: The first request with this key is still running.
            ValidationFailed: The key was used with another body.
        """
        if key is None:
            async with self._database.write() as work:
                return await effect(work)
        name = KeyName(principal_id=principal.user_id, operation=operation.operation_id, key=key)
        claim = await self._claim(name, fingerprint(body))
        if isinstance(claim, Replayed):
            return claim
        try:
            async with self._database.write() as work:
                reply = await effect(work)
                await self._keep(work, name, claim, reply)
        except (Exception, asyncio.CancelledError):
            async with self._database.write() as work:
                await work.idempotency_keys.release(name, claim)
            raise
        return reply

    async def _keep(self, work: UnitOfWork, name: KeyName, claim: UUID, reply: Reply) -> None:
        if reply.body is not None and not isinstance(reply.body, BaseModel):
            raise TypeError(f"{type(reply).__name__} is a stream, which cannot be replayed")
        await work.idempotency_keys.complete(
            name,
            claim,
            status=reply.status,
            headers=reply.headers(),
            answer=None if reply.body is None else reply.body.model_dump_json(by_alias=True),
            contract=self._contract,
        )

    async def _claim(self, name: KeyName, digest: str) -> UUID | Replayed:
        """Return the claim, or the answer that an earlier request got."""
        async with self._database.write() as work:
            claim = await work.idempotency_keys.claim(
                name,
                digest,
                lease_seconds=self._lease_seconds,
                life_seconds=self._life_seconds,
            )
            if claim is not None:
                return claim
            known = await work.idempotency_keys.find(name)
        if known is not None and known.fingerprint != digest:
            raise ValidationFailed([_REUSED])
        if known is None or known.status is None:
            raise Conflict(
                "The first request with this Idempotency-Key is still running.",
                headers={"Retry-After": "1"},
            )
        return Replayed(
            status=known.status,
            headers=known.headers or {},
            body=known.answer,
            contract=known.contract or "",
        )


def fingerprint(body: BaseModel) -> str:
    """Return a digest that differs for another body.

    A field with its default value counts as absent, and the order of fields does not matter: a
    release that adds an optional field still recognises the bodies that came before it.
    """
    content: dict[str, Any] = body.model_dump(mode="json", exclude_defaults=True)
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


_REUSED = FieldError(
    location="header",
    name="Idempotency-Key",
    code=FieldCode.KEY_REUSED,
    detail="This key was sent with another body; use a fresh key for another request.",
)
