"""Session state that processes share, so that a request needs no query.

A session that the database reports as active is marked `alive` for a short time. A revoked one is
marked `ended` until the mark expires; nothing else removes it. Without a mark the database is
queried, so a lost mark costs a query and never admits a request.
"""

import logging
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Protocol
from uuid import UUID

from app.core.redis import AnyRedis, Breaker, RedisUnavailable

logger = logging.getLogger(__name__)

ALIVE_SECONDS = 10
"""How long other processes may admit a revoked session if the process that revoked it could not
notify them, because it died or lost Redis right after its commit."""
ENDED_SECONDS = 600

MARK = "session:"
"""Start of the name of a mark; the id of the session follows."""
ALIVE, ENDED = b"alive", b"ended"


class SessionMarks(Protocol):
    """Writes the marks of sessions; the limiter reads them."""

    async def note_alive(self, session_id: UUID) -> None:
        """Mark a session that the database reports as active, unless it was ended meanwhile."""
        ...

    async def note_ended(self, session_ids: Sequence[UUID]) -> None:
        """Mark sessions whose end is committed."""
        ...


class RedisMarks:
    """Marks that all processes share."""

    def __init__(self, redis: AnyRedis, prefix: str, breaker: Breaker) -> None:
        self._redis = redis
        self._prefix = prefix + MARK
        self._breaker = breaker

    async def note_alive(self, session_id: UUID) -> None:
        """Mark a session as active, unless it was ended meanwhile."""
        name = f"{self._prefix}{session_id}"
        with suppress(RedisUnavailable):
            await self._breaker.ask(self._redis.set, name, ALIVE, ex=ALIVE_SECONDS, nx=True)

    async def note_ended(self, session_ids: Sequence[UUID]) -> None:
        """Mark sessions whose end is committed."""
        if not session_ids:
            return
        try:
            await self._breaker.ask(self._set_ended, session_ids)
        except RedisUnavailable:
            logger.warning(
                "other processes were not notified of ended sessions",
                extra={"sessions": len(session_ids), "bound_seconds": ALIVE_SECONDS},
            )

    async def _set_ended(self, session_ids: Sequence[UUID]) -> None:
        async with self._redis.pipeline(transaction=False) as pipeline:
            for session_id in session_ids:
                pipeline.set(f"{self._prefix}{session_id}", ENDED, ex=ENDED_SECONDS)
            await pipeline.execute()


class MemoryMarks:
    """Marks of the only process.

    Args:
        max_sessions: Number of marks to keep; the oldest is removed first.
        clock: Tells the time in seconds.
    """

    def __init__(
        self, *, max_sessions: int = 50_000, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._max_sessions = max_sessions
        self._clock = clock
        self._marks: OrderedDict[str, tuple[bytes, float]] = OrderedDict()

    def get(self, name: str) -> bytes | None:
        """Return the mark with this name, or None without one."""
        mark, until = self._marks.get(name, (None, 0.0))
        return mark if self._clock() < until else None

    async def note_alive(self, session_id: UUID) -> None:
        """Mark a session as active, unless it was ended meanwhile."""
        if self.get(f"{MARK}{session_id}") is None:
            self._note(session_id, ALIVE, ALIVE_SECONDS)

    async def note_ended(self, session_ids: Sequence[UUID]) -> None:
        """Mark sessions whose end is committed."""
        for session_id in session_ids:
            self._note(session_id, ENDED, ENDED_SECONDS)

    def _note(self, session_id: UUID, mark: bytes, seconds: float) -> None:
        name = f"{MARK}{session_id}"
        self._marks[name] = (mark, self._clock() + seconds)
        self._marks.move_to_end(name)
        if len(self._marks) > self._max_sessions:
            self._marks.popitem(last=False)
