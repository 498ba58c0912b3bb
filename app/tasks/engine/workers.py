"""Worker processes: this process, or several that it starts, supervises and stops."""

import asyncio
import logging
import multiprocessing
import os
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from multiprocessing.context import SpawnProcess

from app.core.config import Settings, WrongSettings
from app.core.crypto.key_file import open_keys
from app.core.logging import configure_logging
from app.tasks.engine.context import Handlers
from app.tasks.engine.process import open_process, stop_signal
from app.tasks.engine.waiting import wait_for
from app.telemetry.metrics import serve_metrics

logger = logging.getLogger(__name__)

# A forked process would inherit signal handlers, threads and connections.
_SPAWN = multiprocessing.get_context("spawn")
_CHECK_SECONDS = 1.0
CLOSE_SECONDS = 5.0


def run_workers(settings: Settings, handlers: Handlers) -> None:
    """Run tasks until SIGTERM: in this process, or in `TASK_WORKERS` child processes.

    Raises:
        WrongSettings: REDIS_URL is empty, or a port or file of the settings cannot be used.
    """
    if settings.redis_url is None:
        raise WrongSettings("REDIS_URL: a worker needs Redis; without it the API runs the tasks")
    configure_logging(settings.log_level)
    # Check this first, because a worker that cannot start would be replaced again and again.
    open_keys(settings)
    with _serve_metrics(settings):
        pass
    if settings.task_workers == 1:
        run_worker(settings, handlers)
        return

    def start() -> SpawnProcess:
        process = _SPAWN.Process(target=run_worker, args=(settings, handlers))
        process.start()
        return process

    stop_seconds = settings.task_shutdown_seconds + CLOSE_SECONDS
    asyncio.run(_supervise(start, settings.task_workers, stop_seconds))


def run_worker(settings: Settings, handlers: Handlers) -> None:
    """Run tasks in this process until SIGTERM, or until its parent process ends."""
    configure_logging(settings.log_level)
    asyncio.run(_work(settings, handlers))


async def _work(settings: Settings, handlers: Handlers) -> None:
    stopped = stop_signal()
    _set_when_parent_ends(stopped)
    with _serve_metrics(settings):
        async with open_process(settings, handlers=handlers):
            logger.info("worker is ready", extra={"pid": os.getpid()})
            await stopped.wait()


async def _supervise(start: Callable[[], SpawnProcess], count: int, stop_seconds: float) -> None:
    """Keep `count` workers running until SIGTERM, then stop them."""
    stopped = stop_signal()
    workers = [start() for _ in range(count)]
    try:
        while not await wait_for(stopped, _CHECK_SECONDS):
            for place, worker in enumerate(workers):
                if not worker.is_alive():
                    facts = {"pid": worker.pid, "exit_code": worker.exitcode}
                    logger.error("worker ended; starting another one", extra=facts)
                    workers[place] = start()
    finally:
        stop_workers(workers, stop_seconds)


def stop_workers(workers: Sequence[SpawnProcess], seconds: float) -> None:
    """Send SIGTERM to all workers, and kill those that have not ended after `seconds`."""
    for worker in workers:
        worker.terminate()
    ends_at = time.monotonic() + seconds
    for worker in workers:
        worker.join(max(0.0, ends_at - time.monotonic()))
        if worker.is_alive():
            logger.error("worker did not stop in time; killing it")
            worker.kill()


def _set_when_parent_ends(stopped: asyncio.Event) -> None:
    parent = multiprocessing.parent_process()
    if parent is None:
        return
    loop, sentinel = asyncio.get_running_loop(), parent.sentinel

    def stop() -> None:
        loop.remove_reader(sentinel)
        stopped.set()

    loop.add_reader(sentinel, stop)


def _serve_metrics(settings: Settings) -> AbstractContextManager[None]:
    host, port = settings.metrics_host, settings.task_metrics_port
    return serve_metrics("TASK_METRICS_PORT", host, port, settings.task_workers)
