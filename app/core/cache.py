"""Cached reads on Redis, or in the only process, that a change invalidates by version.

Each key has a version, which a change replaces. A value is kept with the version that was read
before the value was loaded, and it is used only while the key still has that version. So a slow
reader cannot bring back what it read before a change.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any, Literal, Protocol, TypeVar, cast
from uuid import uuid4

from pydantic import BaseModel, ValidationError
from redis.asyncio.cluster import RedisCluster

from app.core.redis import AnyRedis, Breaker, RedisUnavailable

Model = TypeVar("Model", bound=BaseModel)

_ABSENT = b""
Outcome = Literal["hit", "miss", "unavailable"]


class Store(Protocol):
    """Keeps values by name, each for some time."""

    async def read(self, names: Sequence[str]) -> Sequence[bytes | None]:
        """Return the values of the names, None where there is none.

        Raises:
            RedisUnavailable: The values cannot be read now.
        """
        ...

    async def write(self, name: str, value: bytes, seconds: int) -> None:
        """Keep a value, in place of the one before.

        Raises:
            RedisUnavailable: The value cannot be kept now.
        """
        ...


class RedisStore:
    """Values that all processes share."""

    def __init__(self, redis: AnyRedis, breaker: Breaker) -> None:
        self._redis = redis
        self._breaker = breaker
        # In a cluster the names may be on several nodes.
        self._read: Callable[[Sequence[str]], Awaitable[object]] = (
            redis.mget_nonatomic if isinstance(redis, RedisCluster) else redis.mget
        )

    async def read(self, names: Sequence[str]) -> Sequence[bytes | None]:
        """Return the values of the names in one round trip."""
        found = await self._breaker.ask(self._read, names)
        return cast("list[bytes | None]", found)

    async def write(self, name: str, value: bytes, seconds: int) -> None:
        """Keep a value, and replace an earlier one."""
        await self._breaker.ask(self._redis.set, name, value, ex=seconds)


class MemoryStore:
    """Values of the only process.

    Args:
        size: Number of values to keep. The oldest one is removed first, so the version of a key
            stays longer than the values of its earlier versions.
        clock: Tells the time in seconds.
    """

    def __init__(self, size: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._size = size
        self._clock = clock
        self._values: OrderedDict[str, tuple[bytes, float]] = OrderedDict()

    async def read(self, names: Sequence[str]) -> Sequence[bytes | None]:
        """Return the values of the names."""
        now = self._clock()
        found = [self._values.get(name) for name in names]
        return [one[0] if one is not None and now < one[1] else None for one in found]

    async def write(self, name: str, value: bytes, seconds: int) -> None:
        """Keep a value, and replace an earlier one."""
        self._values[name] = (value, self._clock() + seconds)
        self._values.move_to_end(name)
        if len(self._values) > self._size:
            self._values.popitem(last=False)


class Cache:
    """Reads through a store; without Redis every read is loaded.

    A key does not depend on the reader, so one change invalidates the value for all readers. The
    service checks who may see a value after it has read the value.

    Args:
        prefix: Start of every name in the store.
        release: Identifies the format of the values. Releases share versions, but not values.
        life_seconds: How long a value is cached.
        absent_seconds: How long it is cached that there is no value.
        on_read: Called with the outcome of each read.
    """

    def __init__(
        self,
        store: Store,
        *,
        prefix: str,
        release: str,
        life_seconds: int,
        absent_seconds: int,
        on_read: Callable[[Outcome], None] = lambda _: None,
    ) -> None:
        self._store = store
        self._prefix = f"{prefix}cache:"
        self._release = release
        self._life_seconds = life_seconds
        self._absent_seconds = absent_seconds
        self._longest_seconds = max(life_seconds, absent_seconds)
        self._on_read = on_read
        self._missed_changes = 0
        self._loads: dict[tuple[str, bytes], asyncio.Task[Any]] = {}

    async def read(
        self, key: str, model: type[Model], load: Callable[[], Awaitable[Model | None]]
    ) -> Model | None:
        """Return the value of a key; if several callers miss it at once, one of them loads it."""
        name = self._prefix + key
        started = time.monotonic()
        try:
            if self._missed_changes:
                await self._forget_everything()
            era, version, kept = await self._store.read(
                (self._prefix, name, f"{name}:{self._release}")
            )
        except RedisUnavailable:
            self._on_read("unavailable")
            return await load()
        now_valid = b"%b.%b" % (era or b"", version or b"")
        if kept is not None:
            valid, _, content = kept.partition(b"\n")
            if valid == now_valid:
                with suppress(ValidationError):  # It is of a release with another model.
                    value = None if content == _ABSENT else model.model_validate_json(content)
                    self._on_read("hit")
                    return value
        self._on_read("miss")
        # A caller after a change has another version, so it does not join an earlier load.
        task = self._loads.get((name, now_valid))
        if task is None:
            task = asyncio.ensure_future(self._load(name, now_valid, load, started))
            self._loads[name, now_valid] = task
        return await asyncio.shield(task)

    async def _load(
        self,
        name: str,
        valid: bytes,
        load: Callable[[], Awaitable[Model | None]],
        started: float,
    ) -> Model | None:
        try:
            value = await load()
            content = _ABSENT if value is None else value.model_dump_json().encode()
            seconds = self._absent_seconds if value is None else self._life_seconds
            # The version may have been replaced and have expired while a slow load ran.
            if time.monotonic() - started < self._longest_seconds:
                with suppress(RedisUnavailable):
                    kept = valid + b"\n" + content
                    await self._store.write(f"{name}:{self._release}", kept, seconds)
            return value
        finally:
            del self._loads[name, valid]

    @asynccontextmanager
    async def changing(self, key: str) -> AsyncIterator[None]:
        """Wrap a transaction that changes the value of a key, and invalidate the key."""
        try:
            yield
        finally:
            # After an error, too: the commit may have succeeded although its answer was lost.
            try:
                await self._replace(self._prefix + key)
            except RedisUnavailable:
                self._missed_changes += 1

    async def _forget_everything(self) -> None:
        """Invalidate all keys: some were changed while Redis did not answer."""
        missed = self._missed_changes
        await self._replace(self._prefix)
        if missed == self._missed_changes:
            self._missed_changes = 0

    async def _replace(self, name: str) -> None:
        """Give a key, or all of them, a new version, which outlives every value of an older one."""
        await self._store.write(name, uuid4().hex.encode(), 2 * self._longest_seconds)
