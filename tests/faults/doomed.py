"""An API process that kills itself at a chosen moment of a request."""

import multiprocessing
import os
import signal
import socket
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from typing import ParamSpec, TypeVar

import uvicorn
from fastapi import FastAPI
from starlette.types import Receive, Scope, Send

from app.core.config import Settings
from app.main import create_app
from tests.statements import engine_of, in_request

P = ParamSpec("P")
T = TypeVar("T")

# The children are forked from a process that has imported the application once.
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload([__name__])


@dataclass
class Fuse:
    """Counts the moments right before and right after each statement and commit of a request."""

    app: FastAPI
    dies_at: int = 0
    moments: int = 0

    def install(self) -> Callable[[], None]:
        """Watch the engine of the running application; return how to stop that."""
        dialect = engine_of(self.app).dialect
        names = ("do_execute", "do_execute_no_params", "do_commit")
        for name in names:
            setattr(dialect, name, self._watched(getattr(dialect, name)))

        def remove() -> None:
            for name in names:
                delattr(dialect, name)

        return remove

    def _watched(self, act: Callable[P, T]) -> Callable[P, T]:
        @wraps(act)
        def watched(*args: P.args, **kwargs: P.kwargs) -> T:
            self._tick()
            result = act(*args, **kwargs)
            self._tick()
            return result

        return watched

    def _tick(self) -> None:
        if not in_request():
            return
        self.moments += 1
        if self.moments == self.dies_at:
            os.kill(os.getpid(), signal.SIGKILL)


def serve(settings: Settings, dies_at: int, parent: Connection) -> None:
    """Serve until that moment, on a port that the parent is told."""
    app = create_app(settings)
    fuse = Fuse(app, dies_at)

    async def armed(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not fuse.moments:
            fuse.install()
        await app(scope, receive, send)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        parent.send(listener.getsockname()[1])
        server = uvicorn.Server(uvicorn.Config(armed, log_config=None))
        server.run(sockets=[listener])


def start(settings: Settings, dies_at: int) -> tuple[ForkServerProcess, int]:
    """Start such a process; return it and its port, which accepts connections at once."""
    here, there = PROCESSES.Pipe()
    process = PROCESSES.Process(target=serve, args=(settings, dies_at, there), daemon=True)
    process.start()
    there.close()
    with here:
        return process, here.recv()
