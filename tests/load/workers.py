"""What the load tests run in processes of their own; it imports no more than it needs."""

import asyncio
import os
import time
from collections.abc import Sequence

from pydantic import BaseModel
from redis.asyncio import Redis

from app.core.cache import Cache, RedisStore
from app.core.rate_limit import HIT_SCRIPT, Policy, RedisLimiter
from app.core.redis import Breaker
from tests.waiting import LIMIT_SECONDS

PROCESSES = 4
CLIENTS = 64
CALLERS = 200


def say_hello(url: str, prefix: str) -> None:
    """Wait until every process does the same."""

    async def main() -> None:
        async with Redis.from_url(url) as redis:
            await together(redis, prefix)

    asyncio.run(main())


async def together(redis: Redis, prefix: str) -> None:
    """Go on when every process has come here."""
    count = int(await redis.incr(f"{prefix}here"))
    await redis.expire(f"{prefix}here", 60)
    while count < PROCESSES:
        count = int(await redis.get(f"{prefix}here") or 0)
        await asyncio.sleep(0.001)


def hammer(url: str, prefix: str, policies: Sequence[Policy], seconds: float) -> int:
    """Send as many requests as possible, and return how many; Redis notes the accepted ones."""

    async def main() -> int:
        async with Redis.from_url(url) as redis:
            requests, note = 0, f"redis.call('RPUSH', '{prefix}accepted', string.format('%d', now))"
            script = HIT_SCRIPT.replace("if allowed == 1 then", f"if allowed == 1 then {note}")
            limiter = RedisLimiter(redis, prefix, script)

            async def client() -> None:
                nonlocal requests
                while time.monotonic() < end:
                    await limiter.hit("ada", policies)
                    requests += 1

            await together(redis, prefix)
            end = time.monotonic() + seconds
            await asyncio.gather(*(client() for _ in range(CLIENTS // PROCESSES)))
            return requests

    return asyncio.run(main())


class Value(BaseModel):
    """What is cached."""

    text: str


def stampede(url: str, prefix: str) -> set[str]:
    """Let many callers miss the same key at once, and return what they get."""

    async def main() -> set[str]:
        async with Redis.from_url(url) as redis:
            store = RedisStore(redis, Breaker(lambda _: None, timeout_seconds=LIMIT_SECONDS))
            one = Cache(store, prefix=prefix, release="1", life_seconds=60, absent_seconds=60)

            async def load() -> Value:
                await redis.incr(f"{prefix}loads")
                await asyncio.sleep(0.05)
                return Value(text="value")

            await one.read(f"of this process: {os.getpid()}", Value, load)
            await together(redis, prefix)
            calls = [one.read("hot", Value, load) for _ in range(CALLERS // PROCESSES)]
            return {found.text for found in await asyncio.gather(*calls) if found is not None}

    return asyncio.run(main())
