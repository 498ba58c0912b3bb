"""How workers hear of new tasks: through taskiq, in this process or by a list in Redis.

A message says nothing but "look". The rows are the truth, so one that is lost costs a second, and
one that comes twice costs nothing.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from contextvars import Context
from typing import Any

from pydantic import SecretStr
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from taskiq import AsyncBroker, AsyncTaskiqDecoratedTask, BrokerMessage, InMemoryBroker
from taskiq.exceptions import SendTaskError
from taskiq_redis import ListQueueBroker

from app.core.config import Settings, WrongSettings
from app.core.redis import CONNECTION, Breaker, RedisUnavailable
from app.telemetry.metrics import set_bell_up

logger = logging.getLogger(__name__)

Answer = Callable[[], Awaitable[None]]

_PAUSE_SECONDS = 1.0
_MOST_MESSAGES = 100


class ShortList(ListQueueBroker):
    """Keeps few messages while no worker takes them: they all say the same."""

    async def kick(self, message: BrokerMessage) -> None:
        """Send a message."""
        await super().kick(message)
        async with Redis(connection_pool=self.connection_pool) as redis:
            await redis.ltrim(self.queue_name, 0, _MOST_MESSAGES - 1)


class PatientListener(ListQueueBroker):
    """Listens to Redis, and waits for it where it does not answer."""

    async def listen(self) -> AsyncGenerator[bytes, None]:
        """Give the messages as they come."""
        while True:
            try:
                async for message in super().listen():
                    yield message
            except RedisError as error:
                logger.warning("cannot listen to redis", extra={"reason": str(error)})
                await asyncio.sleep(_PAUSE_SECONDS)


def make_listener(settings: Settings, answer: Answer) -> AsyncBroker:
    """Return the end that a worker process listens at.

    Raises:
        WrongSettings: There is no Redis; the API's own process runs the tasks then.
    """
    if settings.redis_url is None:
        raise WrongSettings("REDIS_URL: empty, so the API runs the tasks, and needs no worker")
    listener = _redis_broker(PatientListener, settings.redis_url, settings.redis_prefix)
    _register(listener, answer)
    return listener


class Bell:
    """Tells workers of new tasks.

    Args:
        answer: Looks for tasks in this process; used without Redis only.
    """

    def __init__(self, settings: Settings, answer: Answer) -> None:
        self._breaker = Breaker(set_bell_up, timeout_seconds=settings.redis_timeout_seconds)
        self._broker: AsyncBroker = (
            InMemoryBroker()
            if settings.redis_url is None
            else _redis_broker(ShortList, settings.redis_url, settings.redis_prefix)
        )
        self._look = _register(self._broker, answer)
        self._rings: asyncio.Queue[None] = asyncio.Queue()

    def ring(self) -> None:
        """Tell of tasks whose transaction is committed; it never fails and never waits."""
        if self._rings.empty():
            self._rings.put_nowait(None)

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        """Pass the rings on until the block ends; the last one, too."""
        # Nothing of whoever rings belongs to what is woken.
        sender = asyncio.create_task(self._send_forever(), name="bell", context=Context())
        try:
            yield
        finally:
            await self._rings.join()
            sender.cancel()
            await self._broker.shutdown()

    async def _send_forever(self) -> None:
        while True:
            await self._rings.get()
            try:
                await self._breaker.ask(self._send)
            except RedisUnavailable:
                pass  # Workers that are not told look by themselves.
            except Exception:
                logger.exception("cannot tell workers")
            finally:
                self._rings.task_done()

    async def _send(self) -> None:
        try:
            await self._look.kiq()
        except SendTaskError as error:
            raise RedisError(str(error.__cause__)) from error.__cause__


def _redis_broker(kind: type[ListQueueBroker], url: SecretStr, prefix: str) -> ListQueueBroker:
    return kind(
        url.get_secret_value(),
        queue_name=f"{prefix}tasks",
        # The wait for a message has no end; the library's limit of 5 s would take it for a failure.
        socket_timeout=None,
        socket_connect_timeout=None,
        socket_keepalive=True,
        retry=Retry(NoBackoff(), 0),
        **CONNECTION,
    )


def _register(broker: AsyncBroker, answer: Answer) -> AsyncTaskiqDecoratedTask[[], Any]:
    async def look() -> None:
        await answer()

    return broker.register_task(look, task_name="look")
