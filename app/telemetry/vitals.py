"""Periodic measurements of a process: its event loop, its connections, and the queue."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from contextvars import Context
from dataclasses import dataclass
from typing import cast

from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.pool import QueuePool

from app.core.error_text import describe
from app.telemetry.metrics import (
    LOOP_LAG_SECONDS,
    POOL_CONNECTIONS,
    POOL_LIMIT,
    TASKS_DEAD,
    TASKS_DUE,
    TASKS_OLDEST_SECONDS,
)

logger = logging.getLogger(__name__)

_LAG_SECONDS = 0.5
_QUEUE_SECONDS = 15.0
_CLOSE_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Backlog:
    """The state of the queue: due tasks, the age of the oldest in seconds, and dead tasks."""

    due: int
    oldest_seconds: float
    dead: int


@asynccontextmanager
async def watching(
    engine: AsyncEngine, read_backlog: Callable[[], Awaitable[Backlog]]
) -> AsyncIterator[None]:
    """Measure event loop, connections and queue until the block ends.

    At the end, a read of the queue has a second to finish: a driver that is cancelled while it
    connects leaves a thread that reports to a closed event loop.
    """
    ended = asyncio.Event()
    # An empty context, so that log lines do not belong to a request.
    loop = asyncio.create_task(_watch_loop(cast("QueuePool", engine.pool)), context=Context())
    queue = asyncio.create_task(_watch_queue(read_backlog, ended), context=Context())
    try:
        yield
    finally:
        ended.set()
        loop.cancel()
        await asyncio.wait([queue], timeout=_CLOSE_SECONDS)
        queue.cancel()
        await asyncio.wait([loop, queue])


async def _watch_loop(pool: QueuePool) -> None:
    loop = asyncio.get_running_loop()
    POOL_LIMIT.set(pool.size() + pool._max_overflow)  # noqa: SLF001 - it has no public name
    while True:
        POOL_CONNECTIONS.labels("used").set(pool.checkedout())
        POOL_CONNECTIONS.labels("idle").set(pool.checkedin())
        due = loop.time() + _LAG_SECONDS
        await asyncio.sleep(_LAG_SECONDS)
        LOOP_LAG_SECONDS.observe(max(0.0, loop.time() - due))


async def _watch_queue(
    read_backlog: Callable[[], Awaitable[Backlog]], ended: asyncio.Event
) -> None:
    while not ended.is_set():
        try:
            backlog = await read_backlog()
        except Exception as error:  # noqa: BLE001 - the next look may succeed
            logger.debug("cannot read the queue", extra={"reason": describe(error)})
        else:
            TASKS_DUE.set(backlog.due)
            TASKS_OLDEST_SECONDS.set(backlog.oldest_seconds)
            TASKS_DEAD.set(backlog.dead)
        with suppress(TimeoutError):
            await asyncio.wait_for(ended.wait(), _QUEUE_SECONDS)
