"""`python -m app.manage serve`: the HTTP server."""

import argparse
from importlib.util import find_spec

import uvicorn

from app.core.config import Settings
from app.manage.setup import set_up
from app.server import uvicorn_options


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
    if arguments.reload:
        options |= {"reload": True, "reload_dirs": ["app"]}
        # The contract changes only where the development packages are, which contain watchfiles.
        if find_spec("watchfiles"):
            options |= {"reload_includes": ["*.json"]}
    uvicorn.run("app.main:app", host=arguments.host, port=arguments.port, **options)
