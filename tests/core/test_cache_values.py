"""The cache ignores values that another program wrote to Redis."""

import pickle
from typing import Any

import pytest
from redis.asyncio import Redis

from app.core.cache import make_cache_backend
from tests import backends
from tests.core.test_cache import Source, make_cache, needs_redis


class Bomb:
    """Fails the test when it is unpickled."""

    def __reduce__(self) -> tuple[Any, ...]:
        return (pytest.fail, ("the cache has unpickled a value",))


def forged(real: bytes) -> list[bytes]:
    """Return what someone with write access to Redis may put there."""
    return [
        b"=made up",
        b"bytes:" + bytes(32) + b"=made up",
        real[:-1] + b"!",
        real[:-1],
        b"bytes:",
        b"",
        b"1",
        b'"made up"',
        b"sum:0_bytes:=made up",
        pickle.dumps(Bomb()),
        b"bytes:" + pickle.dumps(Bomb()),
    ]


@needs_redis
async def test_a_made_up_value_is_not_given_out() -> None:
    backend = make_cache_backend(backends.REDIS_URL, size=0)
    cache = make_cache(backend)
    async with Redis.from_url(backends.REDIS_URL) as redis:
        await cache.get_or_load("k", Source("from elsewhere").load)
        name = f"{cache._prefix}cache:k"
        real = await redis.get(name)
        assert isinstance(real, bytes)
        assert b"from elsewhere" in real
        for value in forged(real):
            await redis.set(name, value, ex=60)
            assert await cache.get_or_load("k", Source("true").load) == "true", value
        await redis.set(f"{cache._prefix}cache:of another user", real, ex=60)
        assert await cache.get_or_load("of another user", Source("true").load) == "true"
    await backend.close()
