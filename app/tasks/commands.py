"""What operators do about tasks: `python -m app.manage tasks --help`."""

import argparse
import asyncio
import signal
import sys
from collections.abc import Awaitable, Callable, Sequence
from uuid import UUID

from app.core.config import Settings
from app.core.dependencies import Resources
from app.core.logging import configure_logging
from app.db.models.tasks import DeadTask, NewTask
from app.db.unit_of_work import UnitOfWork
from app.tasks.process import Process
from app.tasks.registry import HANDLERS

Act = Callable[[Resources, argparse.Namespace], Awaitable[None]]
Take = Callable[[UnitOfWork, DeadTask], Awaitable[None]]

_MAX_LISTED = 100


def add_task_commands(parser: argparse.ArgumentParser) -> None:
    """Add the commands about dead tasks."""
    commands = parser.add_subparsers(required=True)
    list_ = commands.add_parser("list", help="list the dead tasks, the latest first")
    list_.set_defaults(run=_opened(list_dead))
    replay = commands.add_parser("replay", help="let dead tasks run again, with all their attempts")
    replay.set_defaults(run=_opened(replay_dead))
    drop = commands.add_parser("drop", help="delete dead tasks for good")
    drop.set_defaults(run=_opened(drop_dead))
    for command in (replay, drop):
        command.add_argument("ids", nargs="+", type=UUID, metavar="ID")


def run_scheduler(settings: Settings) -> None:
    """Make the tasks of schedules until SIGTERM; any number of such processes may run."""
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
    """Queue dead tasks again, each under its old id."""
    await _take_each(resources, arguments.ids, _revive, "queued again")


async def drop_dead(resources: Resources, arguments: argparse.Namespace) -> None:
    """Delete dead tasks."""
    await _take_each(resources, arguments.ids, None, "dropped")


async def _take_each(
    resources: Resources, ids: Sequence[UUID], act: Take | None, done: str
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
        sys.exit(f"Not among the dead tasks: {', '.join(unknown)}")


async def _revive(work: UnitOfWork, dead: DeadTask) -> None:
    await work.tasks.add(_as_new(dead))
    work.after_commit.append(work.ring)
    handler = HANDLERS.get(dead.name)
    if handler is None or handler.revive is None:
        return
    payload = handler.read(dead.payload)
    if payload is not None:
        await handler.revive(work, payload)


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


def _opened(act: Act) -> Callable[[Settings, argparse.Namespace], None]:
    async def run(settings: Settings, arguments: argparse.Namespace) -> None:
        async with Process(settings, works=False, schedules=False).opened() as resources:
            await act(resources, arguments)

    return lambda settings, arguments: asyncio.run(run(settings, arguments))


async def _schedule(settings: Settings) -> None:
    ended = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, ended.set)
    async with Process(settings, works=False, schedules=True).opened():
        await ended.wait()
