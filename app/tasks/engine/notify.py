"""Notifies workers of new tasks: in this process, or through a channel in Redis.

A notification carries no data, and workers also poll the table every second. So a lost
notification delays a task by a second, and a repeated one does no harm.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from contextvars import Context

from redis.asyncio import Redis
from redis.exceptions import RedisError

from app.core.config import Settings
from app.core.error_text import describe
from app.core.redis import Breaker, RedisUnavailable, connect_to_one
from app.db.unit_of_work import Notify
from app.telemetry.metrics import set_task_notifications_up

logger = logging.getLogger(__name__)

_PAUSE_SECONDS = 1.0


@asynccontextmanager
async def notifying(settings: Settings, wake: asyncio.Event) -> AsyncIterator[Notify]:
    """Yield a function that notifies workers of committed tasks; it does not block or raise.

    Calls during the sending of a message result in one message, sent before the block ends.

    Args:
        settings: The address of Redis, if there is one.
        wake: Set instead if there is no Redis, because the tasks run in this process.
    """
    set_task_notifications_up(True)
    if settings.redis_url is None:
        yield wake.set
        return
    waiting: asyncio.Queue[None] = asyncio.Queue(maxsize=1)

    def notify() -> None:
        with suppress(asyncio.QueueFull):
            waiting.put_nowait(None)

    breaker = Breaker(set_task_notifications_up, timeout_seconds=settings.redis_timeout_seconds)
    async with connect_to_one(settings) as redis:
        # An empty context, so that log lines do not belong to a request.
        sender = asyncio.create_task(
            _publish_each(waiting, redis, _channel(settings), breaker),
            name="notify",
            context=Context(),
        )
        try:
            yield notify
        finally:
            await waiting.join()
            sender.cancel()


@asynccontextmanager
async def listening(settings: Settings, wake: asyncio.Event) -> AsyncIterator[None]:
    """Set `wake` at each notification from Redis, until the block ends."""
    if settings.redis_url is None:
        yield
        return
    async with connect_to_one(settings) as redis:
        listener = asyncio.create_task(
            _listen(redis, _channel(settings), wake), name="listen", context=Context()
        )
        try:
            yield
        finally:
            # On Python 3.11 the cancellation is lost if a call to Redis ends at the same moment.
            while not listener.done():
                listener.cancel()
                await asyncio.wait({listener}, timeout=_PAUSE_SECONDS)


def _channel(settings: Settings) -> str:
    return f"{settings.redis_prefix}tasks"


async def _publish_each(
    waiting: asyncio.Queue[None], redis: Redis, channel: str, breaker: Breaker
) -> None:
    while True:
        await waiting.get()
        try:
            await breaker.ask(redis.publish, channel, "")
        except RedisUnavailable:
            pass  # Workers poll every second.
        except Exception:
            logger.exception("cannot notify workers")
        finally:
            waiting.task_done()


async def _listen(redis: Redis, channel: str, wake: asyncio.Event) -> None:
    while True:
        try:
            async with redis.pubsub() as subscription:
                await subscription.subscribe(channel)
                # The first message confirms the subscription; notifications before it are lost.
                async for _ in subscription.listen():
                    wake.set()
        except RedisError as error:
            logger.warning("cannot subscribe to redis", extra={"reason": describe(error)})
        await asyncio.sleep(_PAUSE_SECONDS)
