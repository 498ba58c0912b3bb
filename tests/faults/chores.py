"""Processes that make and run tasks until they are killed."""

import asyncio
import random
import socket
from collections.abc import Callable
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from typing import Any, ClassVar, cast
from uuid import UUID

import uvicorn
from fastapi import FastAPI
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from app.core.config import Settings
from app.core.resources import Resources
from app.main import create_app
from app.services.support.outbox import Payload, enqueue
from app.tasks import registry
from app.tasks.engine.context import Handler, TaskContext
from app.tasks.engine.process import open_process
from tests.faults.doomed import PROCESSES
from tests.users import new_user


class AddUser(Payload):
    """Add a user who bears the task's id as the name, after a while.

    Attributes:
        seconds: How long an attempt takes.
        hangs: Whether the first attempt never ends.
    """

    task: ClassVar = "add_user"
    max_attempts: ClassVar = 1000

    owner_id: UUID
    seconds: float = 0
    hangs: bool = False


async def add_user(context: TaskContext, payload: AddUser) -> None:
    """Have an effect that can be counted."""
    if payload.hangs and context.attempt == 1:
        await asyncio.Event().wait()
    await asyncio.sleep(payload.seconds)
    async with context.finish() as work:
        user = new_user()
        user.display_name = context.idempotency_key
        await work.users.add(user)


def know_chores() -> None:
    """Let this process run the tasks of the tests, too."""
    handlers = cast("dict[str, Handler[Any]]", registry.HANDLERS)
    handlers[AddUser.task] = Handler(AddUser, add_user)


def serve(settings: Settings, parent: Connection) -> None:
    """Serve the application, and `POST /chores/{owner}/{seconds}`, which makes a task.

    With `hang` in the place of the seconds, its first attempt never ends.
    """
    know_chores()
    app = create_app(settings)

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith("/chores/"):
            _, _, owner, seconds = scope["path"].split("/")
            hangs = seconds == "hang"
            chore = AddUser(
                owner_id=UUID(owner), seconds=0 if hangs else float(seconds), hangs=hangs
            )
            made = await _make(app, chore)
            await PlainTextResponse(str(made))(scope, receive, send)
        else:
            await app(scope, receive, send)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        parent.send(listener.getsockname()[1])
        uvicorn.Server(uvicorn.Config(answer, log_config=None)).run(sockets=[listener])


async def _make(app: FastAPI, payload: AddUser) -> UUID:
    resources: Resources = app.state.resources
    # Every second task waits for others of its key.
    key = random.choice([None, f"chores {random.randrange(40)}"])
    async with resources.database.write() as work:
        return await enqueue(work, payload, key=key)


def work(settings: Settings, parent: Connection) -> None:
    """Run tasks as a worker of `make worker` does."""
    know_chores()

    async def main() -> None:
        async with open_process(settings, handlers=registry.HANDLERS):
            parent.send(0)
            await asyncio.Event().wait()

    asyncio.run(main())


def start(
    target: Callable[[Settings, Connection], None], settings: Settings
) -> tuple[ForkServerProcess, int]:
    """Start such a process; return it and the port that it listens on, if any."""
    here, there = PROCESSES.Pipe()
    process = PROCESSES.Process(target=target, args=(settings, there), daemon=True)
    process.start()
    there.close()
    with here:
        return process, here.recv()
