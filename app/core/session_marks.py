"""Session state that processes share, so that a request needs no query.

A session that a process found lasting is marked `alive` for a short time; one that was ended is
marked `ended`, which nothing but time takes back. Without a mark the database is asked: a lost
mark costs a query and never admits a request.
"""

import logging
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Protocol
from uuid import UUID

from redis.asyncio import Redis

from app.core.redis import Breaker, RedisUnavailable

logger = logging.getLogger(__name__)

ALIVE_SECONDS = 10
"""Longest time that a revoked session is admitted, where its process could not notify the others:
it died, or lost Redis, right after its commit."""
ENDED_SECONDS = 600

_ALIVE, _ENDED = b"alive", b"ended"


class SessionMarks(Protocol):
    """Knows the marks of sessions."""

    def key(self, session_id: UUID) -> str | None:
        """Return the key in Redis that the limiter is to read along; None where there is none."""
        ...

    def is_alive(self, session_id: UUID, note: bytes | None) -> bool | None:
        """Return what the mark says, or None without one.

        Args:
            session_id: Which session.
            note: What the limiter read along.
        """
        ...

    async def note_alive(self, session_id: UUID) -> None:
        """Mark a session that the database knows as lasting, unless it was ended meanwhile."""
        ...

    async def note_ended(self, session_ids: Sequence[UUID]) -> None:
        """Mark sessions whose end is committed."""
        ...


class RedisMarks:
    """Marks that all processes share."""

    def __init__(self, redis: Redis, prefix: str, breaker: Breaker) -> None:
        self._redis = redis
        self._prefix = prefix
        self._breaker = breaker

    def key(self, session_id: UUID) -> str | None:
        """Return the key in Redis that the limiter is to read along."""
        return f"{self._prefix}session:{session_id}"

    def is_alive(self, session_id: UUID, note: bytes | None) -> bool | None:
        """Return what the mark says, or None without one."""
        return None if note is None else note == _ALIVE

    async def note_alive(self, session_id: UUID) -> None:
        """Mark a session as lasting, unless it was ended meanwhile."""
        try:
            await self._breaker.ask(
                self._redis.set, str(self.key(session_id)), _ALIVE, ex=ALIVE_SECONDS, nx=True
            )
        except RedisUnavailable:
            return

    async def note_ended(self, session_ids: Sequence[UUID]) -> None:
        """Mark sessions whose end is committed."""
        if not session_ids:
            return
        try:
            await self._breaker.ask(self._set_ended, session_ids)
        except RedisUnavailable:
            logger.warning(
                "other processes were not told of ended sessions",
                extra={"sessions": len(session_ids), "bound_seconds": ALIVE_SECONDS},
            )

    async def _set_ended(self, session_ids: Sequence[UUID]) -> None:
        async with self._redis.pipeline(transaction=False) as pipeline:
            for session_id in session_ids:
                pipeline.set(str(self.key(session_id)), _ENDED, ex=ENDED_SECONDS)
            await pipeline.execute()


class MemoryMarks:
    """Marks of the only process.

    Args:
        max_sessions: Marks to keep; the oldest is forgotten first.
        clock: Tells the time in seconds.
    """

    def __init__(
        self, *, max_sessions: int = 50_000, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._max_sessions = max_sessions
        self._clock = clock
        self._marks: OrderedDict[UUID, tuple[bytes, float]] = OrderedDict()

    def key(self, session_id: UUID) -> str | None:
        """Return None: there is no Redis."""
        return None

    def is_alive(self, session_id: UUID, note: bytes | None) -> bool | None:
        """Return what the mark says, or None without one."""
        mark, until = self._marks.get(session_id, (b"", 0.0))
        return mark == _ALIVE if self._clock() < until else None

    async def note_alive(self, session_id: UUID) -> None:
        """Mark a session as lasting, unless it was ended meanwhile."""
        if self.is_alive(session_id, None) is None:
            self._note(session_id, _ALIVE, ALIVE_SECONDS)

    async def note_ended(self, session_ids: Sequence[UUID]) -> None:
        """Mark sessions whose end is committed."""
        for session_id in session_ids:
            self._note(session_id, _ENDED, ENDED_SECONDS)

    def _note(self, session_id: UUID, mark: bytes, seconds: float) -> None:
        self._marks[session_id] = (mark, self._clock() + seconds)
        self._marks.move_to_end(session_id)
        if len(self._marks) > self._max_sessions:
            self._marks.popitem(last=False)
