"""What processes share through Redis, or each keeps for itself without it."""

import hmac
from contextlib import AsyncExitStack
from importlib.resources import files

from app.core.cache import Cache, make_cache_backend
from app.core.config import Settings
from app.core.rate_limit import FallbackLimiter, Limiter, MemoryLimiter, RedisLimiter
from app.core.redis import Breaker, make_redis
from app.core.session_marks import MemoryMarks, NoMarks, RedisMarks, SessionMarks


def open_limiter(
    settings: Settings, breaker: Breaker, stack: AsyncExitStack
) -> tuple[Limiter, SessionMarks]:
    """Return what counts requests, and what knows which sessions last."""
    memory = MemoryLimiter(processes=settings.processes)
    if settings.redis_url is None:
        return memory, MemoryMarks() if settings.processes == 1 else NoMarks()
    redis = make_redis(settings.redis_url.get_secret_value())
    stack.push_async_callback(redis.aclose)
    limiter = FallbackLimiter(RedisLimiter(redis, settings.redis_prefix), memory, breaker)
    return limiter, RedisMarks(redis, settings.redis_prefix, breaker)


def open_cache(settings: Settings, breaker: Breaker, stack: AsyncExitStack) -> Cache:
    """Return what keeps reads."""
    url = settings.redis_url.get_secret_value() if settings.redis_url else None
    # Without Redis nobody would tell this process what another one changed: nothing is kept then.
    backend = make_cache_backend(url, size=10_000 if settings.processes == 1 else 0)
    stack.push_async_callback(backend.close)
    # Another contract means another format of what is kept.
    contract = (files("app.schemas.v1") / "openapi.json").read_bytes()
    return Cache(
        backend,
        breaker,
        prefix=settings.redis_prefix,
        secret=hmac.digest(settings.secret_key.get_secret_value().encode(), contract, "sha256"),
        life_seconds=settings.cache_seconds,
        absent_seconds=settings.cache_absent_seconds,
    )
