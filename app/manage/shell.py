"""`python -m app.manage shell`: Python with the resources and services of the application."""

import argparse
import ast
import code
import inspect
import sys
from contextlib import suppress
from types import CodeType, FunctionType
from typing import Any

from anyio.from_thread import BlockingPortal, start_blocking_portal

from app import schemas
from app.core.config import Settings
from app.core.dependencies import make_services
from app.core.resources import Resources
from app.db import models
from app.tasks.engine.process import open_process


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `shell` to a command line."""
    shell = commands.add_parser("shell", help="Python with settings, database and services")
    shell.set_defaults(run=lambda settings, _: run_shell(settings))


def run_shell(settings: Settings) -> None:
    """Read and run Python until the end of the input.

    The event loop runs in a thread of its own, so that background tasks go on during an input.
    """
    with (
        start_blocking_portal() as portal,
        portal.wrap_async_context_manager(open_process(settings)) as resources,
    ):
        names = _names(settings, resources)
        _complete(names)
        banner = (
            f"Python {sys.version.split()[0]}, {settings.environment}: {', '.join(names)}\n"
            "await works here: async with database.read() as work: await work.users.has_admin()"
        )
        with suppress(SystemExit):
            AsyncConsole(names, portal).interact(banner, exitmsg="")


class AsyncConsole(code.InteractiveConsole):
    """A console whose statements may await; they run in the event loop of the portal."""

    def __init__(self, names: dict[str, Any], portal: BlockingPortal) -> None:
        super().__init__(names)
        self._portal = portal
        self.compile.compiler.flags |= ast.PyCF_ALLOW_TOP_LEVEL_AWAIT

    def runcode(self, code: CodeType) -> None:
        """Run one statement, and print its traceback if it fails."""
        statement = FunctionType(code, self.locals)
        running = self._portal.start_task_soon(_run, statement)
        try:
            ended = running.result()
        except KeyboardInterrupt:
            running.cancel()
            self.write("\nKeyboardInterrupt\n")
        except Exception:  # noqa: BLE001 - as the base class does
            self.showtraceback()
        else:
            if ended is not None:
                raise ended


async def _run(statement: FunctionType) -> SystemExit | None:
    """Run a statement; what `exit()` raises is returned, as in a task it would end the loop."""
    try:
        result: object = statement()
        if inspect.isawaitable(result):
            await result
    except SystemExit as ended:
        return ended
    return None


def _names(settings: Settings, resources: Resources) -> dict[str, Any]:
    return {
        "settings": settings,
        "resources": resources,
        "database": resources.database,
        "services": make_services(resources),
        "schemas": schemas,
        "models": models,
    }


def _complete(names: dict[str, Any]) -> None:
    """Complete names with the tab key, where Python has readline."""
    with suppress(ImportError):
        import readline  # noqa: PLC0415
        import rlcompleter  # noqa: PLC0415

        readline.set_completer(rlcompleter.Completer(names).complete)
        readline.parse_and_bind("tab: complete")
