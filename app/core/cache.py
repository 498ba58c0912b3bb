"""Cached reads that are never older than the last committed change.

A writer marks a key before its transaction and again after it. While the mark stands, readers go to
the database and store nothing, so a slow reader cannot bring back what it read before the change.
"""

import asyncio
import hmac
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import NamedTuple
from uuid import uuid4
from weakref import WeakValueDictionary

import cashews

from app.core.redis import CONNECTION, MAX_CALLS, Breaker, RedisUnavailable

_CHANGING, _ABSENT, _PRESENT = b"changing", b"-", b"="
_MARK_SECONDS = 10
# What took longer to load is not stored: the mark of a change meanwhile may be gone.
_LOAD_SECONDS = 5
# After this a waiting caller loads as well: the process that loads may have ended.
_LOCK_SECONDS, _POLL_SECONDS = 2, 0.01
_DIGEST_BYTES = 32

Load = Callable[[], Awaitable[str | None]]


def make_cache_backend(redis_url: str | None, *, size: int) -> cashews.Cache:
    """Return the library's cache, on Redis or, with at most `size` entries, in this process.

    It keeps bytes as they are: the library's default would unpickle, and so run, whatever is in
    Redis, and its signatures let the writer of a value choose a weak algorithm.
    """
    backend = cashews.Cache()
    if redis_url is None:
        # The size bounds it; looking for expired values would stop the event loop each time.
        backend.setup("mem://", size=size, check_interval=0)
        return backend
    backend.setup(
        redis_url,
        pickle_type="null",
        check_repr=False,
        suppress=False,
        socket_timeout=None,
        socket_connect_timeout=None,
        max_connections=MAX_CALLS,
        health_check_interval=0,
        client_name=None,
        **CONNECTION,
    )
    return backend


class _Found(NamedTuple):
    value: str | None


class _Unusable(Exception):
    """Go to the database, and store nothing."""


class Cache:
    """Caches texts by key; a key has to include who may see its value.

    Args:
        prefix: Start of every key.
        secret: Signs the values, so that a value written by another party is not used. Values of
            another secret are neither used nor replaced, so include the version of their format.
        life_seconds: Longest life of a value.
        absent_seconds: Longest life of the knowledge that there is none.
    """

    def __init__(
        self,
        backend: cashews.Cache,
        breaker: Breaker,
        *,
        prefix: str,
        secret: bytes,
        life_seconds: int,
        absent_seconds: int,
    ) -> None:
        self._backend = backend
        self._breaker = breaker
        self._prefix = prefix
        self._secret = secret
        self._life_seconds = life_seconds
        self._absent_seconds = absent_seconds
        self._missed: dict[str, float] = {}
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def get_or_load(self, key: str, load: Load) -> str | None:
        """Return the value of a key; of many callers that miss it at once, one loads it."""
        name = f"{self._prefix}cache:{key}"
        try:
            await self._mark_missed()
            found = await self._find(name) or await self._load_once(name, load)
        except (RedisUnavailable, _Unusable):
            found = None
        return await load() if found is None else found.value

    @asynccontextmanager
    async def changing(self, key: str) -> AsyncIterator[None]:
        """Wrap the transaction that changes what a key stands for."""
        name = f"{self._prefix}cache:{key}"
        await self._mark(name)
        try:
            yield
        finally:
            # After an error, too: the answer to a commit may have got lost.
            await self._mark(name)

    async def _find(self, name: str) -> _Found | None:
        sealed = await self._breaker.ask(self._backend.get, name)
        if sealed is None:
            return None
        content = self._unseal(name, sealed)
        return _Found(None if content == _ABSENT else content[1:].decode())

    async def _load_once(self, name: str, load: Load) -> _Found:
        # The callers of one process wait here; one of them waits for the other processes.
        turn = self._turns.setdefault(name, asyncio.Lock())
        waits = turn.locked()
        try:
            async with asyncio.timeout(_LOAD_SECONDS):
                await turn.acquire()
        except TimeoutError:
            raise _Unusable from None
        try:
            found = await self._find(name) if waits else None
            return found or await self._load_alone(name, load)
        finally:
            turn.release()

    async def _load_alone(self, name: str, load: Load) -> _Found:
        lock, token = f"{name}:lock", uuid4().hex
        deadline = time.monotonic() + _LOAD_SECONDS
        ask, backend = self._breaker.ask, self._backend
        while not await ask(backend.set_lock, lock, token, expire=_LOCK_SECONDS):
            if time.monotonic() > deadline:
                raise _Unusable
            await asyncio.sleep(_POLL_SECONDS)
            if found := await self._find(name):
                return found
        try:
            return await self._find(name) or await self._load_and_store(name, load)
        finally:
            with suppress(RedisUnavailable):
                await ask(backend.unlock, lock, token)

    async def _load_and_store(self, name: str, load: Load) -> _Found:
        started = time.monotonic()
        value = await load()
        if time.monotonic() - started < _LOAD_SECONDS:
            content = _ABSENT if value is None else _PRESENT + value.encode()
            life = self._absent_seconds if value is None else self._life_seconds
            sealed = self._digest(name, content) + content
            with suppress(RedisUnavailable):
                await self._breaker.ask(self._backend.set, name, sealed, expire=life, exist=False)
        return _Found(value)

    def _digest(self, name: str, content: bytes) -> bytes:
        return hmac.digest(self._secret, name.encode() + b"\0" + content, "sha256")

    def _unseal(self, name: str, sealed: object) -> bytes:
        if isinstance(sealed, bytes):
            digest, content = sealed[:_DIGEST_BYTES], sealed[_DIGEST_BYTES:]
            if hmac.compare_digest(digest, self._digest(name, content)):
                return content
        raise _Unusable  # a mark, or not from us

    async def _mark(self, name: str) -> None:
        try:
            await self._breaker.ask(self._backend.set, name, _CHANGING, expire=_MARK_SECONDS)
        except RedisUnavailable:
            now = time.monotonic()
            self._missed.pop(name, None)
            self._missed[name] = now + max(self._life_seconds, self._absent_seconds)
            # What was stored before the oldest of these were missed has expired by now.
            while next(iter(self._missed.values())) < now:
                del self._missed[next(iter(self._missed))]
        else:
            self._missed.pop(name, None)

    async def _mark_missed(self) -> None:
        """Mark what changed while Redis did not answer, before anything is read from it again."""
        if not self._missed:
            return
        missed = await self._breaker.ask(self._send_missed)
        for name, until in missed.items():
            if self._missed.get(name) == until:
                del self._missed[name]

    async def _send_missed(self) -> dict[str, float]:
        missed = dict(self._missed)
        await self._backend.set_many(dict.fromkeys(missed, _CHANGING), expire=_MARK_SECONDS)
        return missed
