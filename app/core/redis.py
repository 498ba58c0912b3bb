"""Redis as something that may be gone: short timeouts, no retries, and a breaker in front."""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from cashews.exceptions import CacheBackendInteractionError
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

TIMEOUT_SECONDS = 0.05


def make_redis(url: str) -> Redis:
    """Return a client that gives up at once; it connects at the first use.

    The library's own defaults (ten retries, five seconds) let a dead server cost a request seconds.
    """
    return Redis.from_url(
        url,
        socket_timeout=TIMEOUT_SECONDS,
        socket_connect_timeout=TIMEOUT_SECONDS,
        retry=Retry(NoBackoff(), 0),
    )


class RedisUnavailable(Exception):
    """Redis does not answer; do without it."""


class Breaker:
    """After a failure nobody asks Redis for a while, so that a dead server costs one request a bit.

    Args:
        on_change: Called with True when Redis answers again, with False when it stops to.
        pause_seconds: Time without questions after a failure.
    """

    def __init__(self, on_change: Callable[[bool], None], pause_seconds: float = 1.0) -> None:
        self._on_change = on_change
        self._pause = pause_seconds
        self._closed_until = 0.0
        self._up = True

    @contextmanager
    def guard(self) -> Iterator[None]:
        """Run a call to Redis.

        Raises:
            RedisUnavailable: The call failed, or one failed a moment ago.
        """
        if time.monotonic() < self._closed_until:
            raise RedisUnavailable
        # One caller tries; the others go on without Redis until it has an answer.
        probing = not self._up
        if probing:
            self._closed_until = time.monotonic() + self._pause
        try:
            yield
        except (RedisError, CacheBackendInteractionError) as error:
            self._closed_until = time.monotonic() + self._pause
            self._set(up=False, reason=repr(error))
            raise RedisUnavailable from error
        self._closed_until = 0.0
        self._set(up=True, reason="")

    def _set(self, *, up: bool, reason: str) -> None:
        if up == self._up:
            return
        self._up = up
        self._on_change(up)
        if up:
            logger.warning("redis answers again")
        else:
            logger.error("redis does not answer", extra={"reason": reason})
