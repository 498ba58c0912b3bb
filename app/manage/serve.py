"""`python -m app.manage serve`: the HTTP server."""

import argparse
import socket
import sys
from contextlib import suppress
from importlib.util import find_spec

import uvicorn

from app.core.config import Settings
from app.core.logging import configure_logging
from app.manage.setup import set_up
from app.server import uvicorn_options

_ACCEPTS = 32
_STARTUP_FAILURE = 3


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `serve` to a command line."""
    server = commands.add_parser("serve", help="serve the API; in development run setup first")
    server.add_argument("--host", default="127.0.0.1", help="address to listen on")
    server.add_argument("--port", default=8000, type=int, help="port; 0 picks a free one")
    server.add_argument("--reload", action="store_true", help="restart when app/ changes")
    server.set_defaults(run=serve)


def serve(settings: Settings, arguments: argparse.Namespace) -> None:
    """Serve the API until SIGTERM.

    Raises:
        WrongSettings: MAX_CONNECTIONS needs more files than the process may open.
    """
    options = uvicorn_options(settings)
    if settings.environment == "development" and not settings.mocks_everything:
        set_up(settings)
    where = {"host": arguments.host, "port": arguments.port}
    if not arguments.reload:
        configure_logging(settings.log_level)
        run(uvicorn.Config("app.main:app", **where, **options))
    else:
        options |= {"reload": True, "reload_dirs": ["app"]}
        # The contract changes only where the development packages are, which contain watchfiles.
        if find_spec("watchfiles"):
            options |= {"reload_includes": ["*.json"]}
        uvicorn.run("app.main:app", **where, **options)


def run(config: uvicorn.Config) -> None:
    """Serve until SIGTERM, as `uvicorn.run` does.

    Raises:
        SystemExit: The application does not start, or the port is taken.
    """
    config.load_app()
    server = uvicorn.Server(config)
    with suppress(KeyboardInterrupt):
        server.run(listening_sockets(config))
    if not server.started:
        sys.exit(_STARTUP_FAILURE)


def listening_sockets(config: uvicorn.Config) -> list[socket.socket]:
    """Return the socket to listen on, several times.

    In a turn of its event loop, uvloop accepts one connection from each listening socket. With one
    socket, new connections of a busy process wait for seconds before anything can refuse them.
    """
    first = config.bind_socket()
    return [first, *(first.dup() for _ in range(_ACCEPTS - 1))]
