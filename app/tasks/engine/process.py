"""A process: its resources, and its share of the tasks."""

import asyncio
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

from app.core.config import Settings
from app.core.resources import Resources, open_resources
from app.db.unit_of_work import Database
from app.tasks.engine.context import Handlers
from app.tasks.engine.notify import listening, notifying
from app.tasks.engine.poller import TaskPoller
from app.tasks.engine.scheduler import ScheduledTask, Scheduler
from app.telemetry.errors import reporting_errors
from app.telemetry.export import Tracing, make_tracing
from app.telemetry.heartbeat import heartbeat
from app.telemetry.vitals import Backlog, watching


@asynccontextmanager
async def open_process(
    settings: Settings,
    *,
    handlers: Handlers | None = None,
    schedules: Sequence[ScheduledTask] = (),
    tracing: Tracing | None = None,
) -> AsyncIterator[Resources]:
    """Open the resources of a process, and run its share of the tasks until the block ends.

    Args:
        settings: The resources to open; with Redis, other processes are notified of new tasks.
        handlers: The kinds of tasks that this process runs; None to run no tasks.
        schedules: The schedules whose tasks this process creates.
        tracing: Records spans; by default what the settings say.

    Raises:
        WrongSettings: The file of the signing keys, or a package of a setting, cannot be used.
    """
    wake = asyncio.Event()
    tracing = tracing or make_tracing(settings)
    async with AsyncExitStack() as stack:
        stack.enter_context(reporting_errors(settings))
        await stack.enter_async_context(tracing.exporting())
        notify = await stack.enter_async_context(notifying(settings, wake))
        resources = await stack.enter_async_context(open_resources(settings, notify, tracing))
        if handlers:
            poller = TaskPoller(resources, handlers, settings, wake)
            await stack.enter_async_context(poller.running())
            await stack.enter_async_context(listening(settings, wake))
        if schedules:
            scheduler = Scheduler(resources.database, schedules)
            await stack.enter_async_context(scheduler.running())
        if not settings.mocks_everything:
            await stack.enter_async_context(
                watching(resources.database.engine, lambda: _read_backlog(resources.database))
            )
        await stack.enter_async_context(heartbeat(settings.heartbeat_file))
        yield resources


async def _read_backlog(database: Database) -> Backlog:
    async with database.read() as work:
        return Backlog(*await work.tasks.backlog())


def stop_signal() -> asyncio.Event:
    """Return an event that SIGTERM and SIGINT set, instead of ending the process."""
    stopped = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stopped.set)
    return stopped
