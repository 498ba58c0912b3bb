"""`python -m app.manage worker`, `scheduler` and `tasks`: run tasks, and manage dead ones."""

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable, Sequence
from uuid import UUID

from app.core.config import Settings
from app.core.logging import configure_logging
from app.core.resources import Resources
from app.db.models.tasks import DeadTask, NewTask
from app.db.unit_of_work import UnitOfWork
from app.tasks.engine.process import open_process, stop_signal
from app.tasks.engine.workers import run_workers
from app.tasks.registry import HANDLERS
from app.tasks.schedule import SCHEDULES

Act = Callable[[Resources, argparse.Namespace], Awaitable[None]]
ActOnDead = Callable[[UnitOfWork, DeadTask], Awaitable[None]]

_MAX_LISTED = 100


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `worker`, `scheduler` and `tasks` to a command line."""
    worker = commands.add_parser("worker", help="run background tasks until SIGTERM")
    worker.set_defaults(run=lambda settings, _: run_workers(settings, HANDLERS))
    scheduler = commands.add_parser("scheduler", help="create the tasks of schedules until SIGTERM")
    scheduler.set_defaults(run=lambda settings, _: run_scheduler(settings))
    tasks = commands.add_parser("tasks", help="list, replay or drop dead tasks")
    steps = tasks.add_subparsers(required=True)
    list_ = steps.add_parser("list", help="list dead tasks, the latest first")
    list_.set_defaults(run=_with_resources(list_dead))
    replay = steps.add_parser("replay", help="queue dead tasks again, with all their attempts")
    replay.set_defaults(run=_with_resources(replay_dead))
    drop = steps.add_parser("drop", help="delete dead tasks")
    drop.set_defaults(run=_with_resources(drop_dead))
    for step in (replay, drop):
        step.add_argument("ids", nargs="+", type=UUID, metavar="ID")


def run_scheduler(settings: Settings) -> None:
    """Create the tasks of schedules until SIGTERM; any number of such processes may run."""
    configure_logging(settings.log_level)
    asyncio.run(_schedule(settings))


async def list_dead(resources: Resources, _: argparse.Namespace) -> None:
    """Print the dead tasks."""
    async with resources.database.read() as work:
        dead = await work.dead_tasks.list_latest(_MAX_LISTED)
    for task in dead:
        sys.stdout.write(
            f"{task.id}  {task.died_at:%Y-%m-%d %H:%M:%S}  {task.name}  {task.payload}\n"
            f"    {task.attempts} attempts, the last: {task.error}\n"
        )
    latest = "the latest " if len(dead) == _MAX_LISTED else ""
    sys.stdout.write(f"{latest}{len(dead)} dead tasks\n")


async def replay_dead(resources: Resources, arguments: argparse.Namespace) -> None:
    """Queue dead tasks again under their old ids."""
    await _take_each(resources, arguments.ids, _queue_again, "queued again")


async def drop_dead(resources: Resources, arguments: argparse.Namespace) -> None:
    """Delete dead tasks."""
    await _take_each(resources, arguments.ids, None, "dropped")


async def _take_each(
    resources: Resources, ids: Sequence[UUID], act: ActOnDead | None, done: str
) -> None:
    unknown = []
    for task_id in ids:
        async with resources.database.write() as work:
            dead = await work.dead_tasks.take(task_id)
            if dead is not None and act is not None:
                await act(work, dead)
        if dead is None:
            unknown.append(str(task_id))
        else:
            sys.stdout.write(f"{task_id} {done}\n")
    if unknown:
        sys.exit(f"No dead task has the id {', '.join(unknown)}; list them with make tasks")


async def _queue_again(work: UnitOfWork, dead: DeadTask) -> None:
    await work.tasks.add(_as_new(dead))
    work.after_commit.append(work.notify)
    handler = HANDLERS.get(dead.name)
    if handler is None or handler.on_replay is None:
        return
    payload = handler.read(dead.payload)
    if payload is not None:
        await handler.on_replay(work, payload)


def _as_new(dead: DeadTask) -> NewTask:
    return NewTask(
        id=dead.id,
        name=dead.name,
        payload=dead.payload,
        key=dead.key,
        max_attempts=dead.attempts,
        request_id=dead.request_id,
        traceparent=dead.traceparent,
    )


def _with_resources(act: Act) -> Callable[[Settings, argparse.Namespace], None]:
    async def run(settings: Settings, arguments: argparse.Namespace) -> None:
        async with open_process(settings) as resources:
            await act(resources, arguments)

    return lambda settings, arguments: asyncio.run(run(settings, arguments))


async def _schedule(settings: Settings) -> None:
    stopped = stop_signal()
    async with open_process(settings, schedules=SCHEDULES):
        await stopped.wait()
