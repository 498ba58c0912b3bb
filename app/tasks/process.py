"""What one process opens, and its share of the tasks."""

import asyncio
import signal
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from app.core.config import Settings
from app.core.dependencies import Resources, open_resources
from app.tasks.notify import listening, notifying
from app.tasks.run import Handler
from app.tasks.runner import Runner
from app.tasks.schedule import Schedule, Scheduler


@asynccontextmanager
async def open_process(
    settings: Settings,
    *,
    handlers: Mapping[str, Handler[Any]] | None = None,
    schedules: Sequence[Schedule] = (),
) -> AsyncIterator[Resources]:
    """Open the resources of a process, and run its share of the tasks until the block ends.

    Args:
        settings: What to open. With Redis other processes are notified of new tasks.
        handlers: Name of a payload → what to do; None: this process runs no tasks.
        schedules: What becomes a task when; none: this process makes no tasks of schedules.

    Raises:
        WrongSettings: The file of the signing keys cannot be used.
    """
    wake = asyncio.Event()
    async with AsyncExitStack() as stack:
        notify = await stack.enter_async_context(notifying(settings, wake))
        resources = await stack.enter_async_context(open_resources(settings, notify))
        if handlers:
            runner = Runner(resources, handlers, settings, wake)
            await stack.enter_async_context(runner.serving())
            await stack.enter_async_context(listening(settings, wake))
        if schedules:
            scheduler = Scheduler(resources.database, schedules)
            await stack.enter_async_context(scheduler.serving())
        yield resources


def stop_signal() -> asyncio.Event:
    """Return an event that SIGTERM and SIGINT set from now on, instead of ending the process."""
    stopped = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stopped.set)
    return stopped
