"""A worker in this process: the real one, without processes of its own."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from taskiq import AsyncBroker
from taskiq.receiver import Receiver

from app.core.config import Settings
from app.tasks.worker import make_worker
from tests.apps import own_log


@asynccontextmanager
async def receiving(broker: AsyncBroker) -> AsyncIterator[None]:
    """Let a broker receive messages, as the command of taskiq does."""
    broker.is_worker_process = True
    finish = asyncio.Event()
    listening = asyncio.create_task(Receiver(broker, max_async_tasks=1).listen(finish))
    try:
        yield
    finally:
        finish.set()
        await listening
        await broker.shutdown()


@asynccontextmanager
async def working(settings: Settings) -> AsyncIterator[None]:
    """Run the tasks of an application; without Redis it does that itself."""
    if settings.redis_url is None:
        yield
        return
    with own_log():
        async with receiving(make_worker(settings)):
            yield
