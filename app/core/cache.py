"""Cached reads that are never older than the last committed change.

A writer marks a key before its transaction and again after it. While the mark stands, readers go to
the database and store nothing, so a slow reader cannot bring back what it read before the change.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import cashews

from app.core.redis import TIMEOUT_SECONDS, Breaker, RedisUnavailable

_CHANGING, _ABSENT = "changing", "absent"
# Longer than any read may take: PostgreSQL's statement timeout is shorter.
_MARK_SECONDS = 10
_LOCK_SECONDS = 10
_LOCK_POLL_SECONDS = 0.01

Load = Callable[[], Awaitable[str | None]]


def make_cache_backend(redis_url: str | None, secret: str) -> cashews.Cache:
    """Return the library's cache, on Redis or in this process.

    Values are signed JSON: the library's default would unpickle, and so run, whatever is in Redis.
    """
    backend = cashews.Cache()
    if redis_url is None:
        backend.setup("mem://", size=10_000)
        return backend
    backend.setup(
        redis_url,
        pickle_type="json",
        secret=secret,
        digestmod="sha256",
        suppress=False,
        socket_timeout=TIMEOUT_SECONDS,
        socket_connect_timeout=TIMEOUT_SECONDS,
        max_connections=100,
    )
    return backend


class Cache:
    """Keeps texts by key; put whatever may see a value into its key.

    Args:
        life_seconds: Longest life of a value.
        absent_seconds: Longest life of the knowledge that there is none.
    """

    def __init__(
        self,
        backend: cashews.Cache,
        breaker: Breaker,
        *,
        prefix: str,
        life_seconds: int,
        absent_seconds: int,
    ) -> None:
        self._backend = backend
        self._breaker = breaker
        self._prefix = prefix
        self._life_seconds = life_seconds
        self._absent_seconds = absent_seconds

    async def get_or_load(self, key: str, load: Load) -> str | None:
        """Return the value of a key; of many callers that miss it at once, one loads it."""
        key = f"{self._prefix}cache:{key}"
        try:
            with self._breaker.guard():
                found = await self._backend.get(key) or await self._load_once(key, load)
        except RedisUnavailable:
            found = _CHANGING
        if found == _CHANGING:
            return await load()
        return None if found == _ABSENT else found

    @asynccontextmanager
    async def changing(self, key: str) -> AsyncIterator[None]:
        """Wrap the transaction that changes what a key stands for."""
        await self._mark(key)
        yield
        await self._mark(key)

    async def _load_once(self, key: str, load: Load) -> str:
        lock = self._backend.lock(
            f"{key}:lock", expire=_LOCK_SECONDS, check_interval=_LOCK_POLL_SECONDS
        )
        async with lock:
            found: str | None = await self._backend.get(key)
            if found is not None:
                return found
            value = await load()
            found, life = (
                (_ABSENT, self._absent_seconds) if value is None else (value, self._life_seconds)
            )
            await self._backend.set(key, found, expire=life, exist=False)
            return found

    async def _mark(self, key: str) -> None:
        with suppress(RedisUnavailable), self._breaker.guard():
            await self._backend.set(f"{self._prefix}cache:{key}", _CHANGING, expire=_MARK_SECONDS)
