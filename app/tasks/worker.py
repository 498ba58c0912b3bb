"""Worker processes, which taskiq starts, watches and stops: `make worker`."""

import asyncio
import logging
import multiprocessing
import signal
from contextlib import AbstractContextManager, AsyncExitStack

from taskiq import AsyncBroker, TaskiqEvents, TaskiqState
from taskiq.cli.worker.args import WorkerArgs
from taskiq.cli.worker.run import run_worker

from app.core.accounts_setup import open_keys
from app.core.config import Settings, load_settings
from app.core.logging import configure_logging
from app.tasks.broker import make_listener
from app.tasks.process import Process
from app.telemetry.metrics import serve_metrics

_CLOSE_SECONDS = 5.0


def run_workers(settings: Settings) -> None:
    """Run tasks in processes of their own until SIGTERM.

    Raises:
        WrongSettings: There is no Redis, or a port or file that the settings name cannot be used.
    """
    make_worker(settings)
    # A process that cannot start would be started again for ever.
    open_keys(settings)
    with _serve_metrics(settings):
        pass
    run_worker(
        WorkerArgs(
            broker=f"{__name__}:make_worker",
            modules=[],
            workers=settings.task_workers,
            # One message at a time waits for room; see Process.wake_with_room.
            max_async_tasks=1,
            configure_logging=False,
            # The runner itself waits for its tasks, and gives back those that take too long.
            wait_tasks_timeout=0.1,
            shutdown_timeout=settings.task_shutdown_seconds + _CLOSE_SECONDS,
        )
    )


def make_worker(settings: Settings | None = None) -> AsyncBroker:
    """Return what a worker process listens to; it opens nothing before it is started.

    Raises:
        WrongSettings: There is no Redis; the API's own process runs the tasks then.
    """
    settings = settings or load_settings()
    configure_logging(settings.log_level)
    process = Process(settings, works=True, schedules=False)
    listener = make_listener(settings, process.wake_with_room)
    stack = AsyncExitStack()

    @listener.on_event(TaskiqEvents.WORKER_STARTUP)
    async def start(_: TaskiqState) -> None:
        _end_with_manager()
        stack.enter_context(_serve_metrics(settings))
        await stack.enter_async_context(process.opened())
        logging.getLogger(__name__).info("worker is ready")

    @listener.on_event(TaskiqEvents.WORKER_SHUTDOWN)
    async def stop(_: TaskiqState) -> None:
        await stack.aclose()

    return listener


def _end_with_manager() -> None:
    """End as on SIGTERM when the process is gone that would have sent it."""
    manager = multiprocessing.parent_process()
    if manager is None:
        return
    loop, sentinel = asyncio.get_running_loop(), manager.sentinel

    def end() -> None:
        loop.remove_reader(sentinel)
        signal.raise_signal(signal.SIGTERM)

    loop.add_reader(sentinel, end)


def _serve_metrics(settings: Settings) -> AbstractContextManager[None]:
    host, port = settings.metrics_host, settings.task_metrics_port
    return serve_metrics("TASK_METRICS_PORT", host, port, settings.task_workers)
