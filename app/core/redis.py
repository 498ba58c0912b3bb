"""Redis as something that may be gone: short limits, no retries, and a breaker in front."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from types import TracebackType
from typing import Any, ParamSpec, TypeAlias, TypeVar, cast
from urllib.parse import urlsplit

from redis.asyncio import Redis
from redis.asyncio.cluster import RedisCluster
from redis.asyncio.retry import Retry
from redis.asyncio.sentinel import Sentinel, SentinelConnectionPool
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as RedisTimeoutError

from app.core.config import Settings, WrongSettings
from app.core.error_text import describe

logger = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")

TURNS = 20
"""A call has to be answered within so many turns of the event loop, spread over its time limit."""
# Further calls would wait in the event loop while their time limits run.
MAX_CALLS = 8
CONNECTION: Mapping[str, Any] = {
    # With RESP3 the library does not look whether the server has closed an idle connection.
    "protocol": 2,
    # Sending the name and version of the library takes as long as connecting.
    "driver_info": None,
}


_LIMITS: Mapping[str, Any] = {
    "socket_timeout": None,
    "socket_connect_timeout": None,
    "retry": Retry(NoBackoff(), 0),
    "max_connections": MAX_CALLS,
}
AnyRedis: TypeAlias = Redis | RedisCluster


def make_redis(url: str) -> Redis:
    """Return a client without time limits and retries; it connects at the first use.

    Call it through a `Breaker`, which has the limit. The library's own defaults (ten retries, five
    seconds) let a dead server cost a request seconds.
    """
    return Redis.from_url(url, **_LIMITS, **CONNECTION)


def make_cluster(url: str) -> RedisCluster:
    """Return a client of the Redis Cluster that the URL names a node of; see `make_redis`."""
    options = {
        **_LIMITS,
        **CONNECTION,
        # One retry follows a slot that has moved to another node.
        "retry": Retry(NoBackoff(), 1),
        # A call may ask one node for two values at once.
        "max_connections": 2 * MAX_CALLS,
        # By default every fifth redirection closes all connections, those in use included. The
        # first calls are redirected, as they are sent before the client knows the nodes.
        "reinitialize_steps": 0,
    }
    return RedisCluster.from_url(url, **options)


def make_sentinel(url: str, service: str) -> Redis:
    """Return a client of the primary that a Sentinel, which the URL names, knows by this name."""
    parts = urlsplit(url)
    known = {"username": parts.username, "password": parts.password}
    sentinel = Sentinel(  # type: ignore[no-untyped-call]
        [(parts.hostname, parts.port or 26379)],
        sentinel_kwargs={**_LIMITS, **CONNECTION},
        db=int(parts.path.strip("/") or 0),
        ssl=parts.scheme == "rediss",
        **known,
        **_LIMITS,
        **CONNECTION,
    )
    primary: Redis = sentinel.master_for(service, redis_class=_Primary)
    return primary


class _Primary(Redis):
    """Closes its connections to Sentinel too."""

    async def aclose(self, close_connection_pool: bool | None = None) -> None:  # noqa: FBT001
        await super().aclose(close_connection_pool)
        pool = cast("SentinelConnectionPool", self.connection_pool)
        for sentinel in pool.sentinel_manager.sentinels:
            await sentinel.aclose()


def connect(settings: Settings) -> AnyRedis:
    """Return a client of what `REDIS_URL` and `REDIS_MODE` name.

    Raises:
        WrongSettings: REDIS_URL is empty.
    """
    if settings.redis_mode == "cluster":
        return make_cluster(_url(settings))
    return connect_to_one(settings)


def connect_to_one(settings: Settings) -> Redis:
    """Return a client of one server: messages that it publishes reach all nodes of a cluster.

    Raises:
        WrongSettings: REDIS_URL is empty.
    """
    if settings.redis_mode == "sentinel":
        return make_sentinel(_url(settings), settings.redis_sentinel_service)
    return make_redis(_url(settings))


async def close(redis: AnyRedis) -> None:
    """Close a client that no call uses any more.

    After a failed call `RedisCluster.aclose` leaves the connections open.
    """
    await redis.aclose()
    if isinstance(redis, RedisCluster):
        for nodes in ("nodes_cache", "startup_nodes"):
            await redis.nodes_manager.aclose(nodes)


def _url(settings: Settings) -> str:
    if settings.redis_url is None:
        raise WrongSettings("REDIS_URL: it is empty")
    return settings.redis_url.get_secret_value()


class RedisUnavailable(Exception):
    """Redis does not answer; do without it."""


class _CallLimit:
    """Ends a call after `TURNS` turns of the event loop, which take `seconds` or longer.

    A timer alone takes a process that did not run for a dead server: it fires late and cancels the
    call although the reply has arrived. The loop reads what has arrived at every turn, so a reply
    that is missing after all of them was not sent.
    """

    def __init__(self, seconds: float) -> None:
        self._pause = seconds / TURNS
        self._loop = asyncio.get_running_loop()
        self._timeout = asyncio.timeout(None)
        self._turns = TURNS

    async def __aenter__(self) -> None:
        await self._timeout.__aenter__()
        self._timer = self._loop.call_later(self._pause, self._turn)

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._timer.cancel()
        await self._timeout.__aexit__(kind, error, trace)

    def _turn(self) -> None:
        self._turns -= 1
        if self._turns:
            self._timer = self._loop.call_later(self._pause, self._turn)
        else:
            self._timeout.reschedule(self._loop.time())


class Breaker:
    """After two failures in a row Redis is not called for a while, so that an outage costs little.

    A single failure may be that of one connection, so the next call is made at once.

    Args:
        on_change: Called with True when Redis answers again, with False when it stops answering.
        pause_seconds: Time without calls after the second failure.
        timeout_seconds: Longest wait for an answer, while this process runs; see `_CallLimit`.
    """

    def __init__(
        self,
        on_change: Callable[[bool], None],
        pause_seconds: float = 1.0,
        *,
        timeout_seconds: float = 0.05,
    ) -> None:
        self._on_change = on_change
        self._pause = pause_seconds
        self._timeout = timeout_seconds
        self._turns = asyncio.Semaphore(MAX_CALLS)
        self._failures = 0
        self._news = 0
        self._retry_at = 0.0

    async def ask(
        self, question: Callable[P, Awaitable[T]], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run one call to Redis; at most MAX_CALLS of them run at once.

        Raises:
            RedisUnavailable: The call failed, or one failed a moment ago.
        """
        self._refuse_while_down()
        async with self._turns:
            # Redis may have failed during the wait for this turn.
            self._refuse_while_down()
            # One caller tries; the others go on without Redis until it has an answer.
            self._retry_at = time.monotonic() + self._pause
            asked_at = self._news
            try:
                async with _CallLimit(self._timeout):
                    answer = await question(*args, **kwargs)
            except TimeoutError as error:
                self._note_failure(asked_at, RedisTimeoutError("no reply"))
                raise RedisUnavailable from error
            except RedisError as error:
                self._note_failure(asked_at, error)
                raise RedisUnavailable from error
        if self._failures and asked_at == self._news:
            self._note_answer()
        return answer

    def _refuse_while_down(self) -> None:
        if self._failures and time.monotonic() < self._retry_at:
            raise RedisUnavailable

    def _note_failure(self, asked_at: int, error: BaseException) -> None:
        if asked_at != self._news:
            return  # Asked before the latest news.
        self._news += 1
        self._failures += 1
        if self._failures == 1:
            self._retry_at = 0.0
            return
        self._retry_at = time.monotonic() + self._pause
        if self._failures == 2:
            logger.error("redis does not answer", extra={"reason": describe(error)})
            self._tell(up=False)

    def _note_answer(self) -> None:
        self._news += 1
        if self._failures > 1:
            logger.warning("redis answers again")
            self._tell(up=True)
        self._failures = 0

    def _tell(self, *, up: bool) -> None:
        self._on_change(up)
