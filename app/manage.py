"""Commands for operators: `python -m app.manage --help`."""

import argparse
import asyncio
import secrets
import sys

import uvicorn
from alembic import command
from alembic.config import Config

from app.core.config import Settings, load_settings
from app.core.dependencies import open_resources
from app.core.exceptions import Conflict
from app.core.key_commands import add_key_commands
from app.server import uvicorn_options
from app.tasks.commands import add_task_commands, run_scheduler
from app.tasks.worker import run_workers


def main() -> None:
    """Run one command.

    Raises:
        WrongSettings: The settings are refused.
    """
    parser = argparse.ArgumentParser(prog="python -m app.manage", description=__doc__)
    parser.set_defaults(fixed={})
    commands = parser.add_subparsers(required=True)
    setup = commands.add_parser("setup", help="migrate, then create the first administrator")
    setup.set_defaults(run=lambda settings, _: set_up(settings))
    server = commands.add_parser("serve", help="serve the API; in development set up before")
    server.add_argument("--host", default="127.0.0.1", help="address to listen on")
    server.add_argument("--port", default=8000, type=int, help="port; 0 picks a free one")
    server.add_argument("--reload", action="store_true", help="start again when app/ changes")
    server.set_defaults(run=serve)
    worker = commands.add_parser("worker", help="run background tasks until SIGTERM")
    worker.set_defaults(run=lambda settings, _: run_workers(settings))
    scheduler = commands.add_parser("scheduler", help="make the tasks that are due until SIGTERM")
    scheduler.set_defaults(run=lambda settings, _: run_scheduler(settings))
    add_task_commands(commands.add_parser("tasks", help="look after the tasks that failed"))
    add_key_commands(commands)
    arguments = parser.parse_args()
    arguments.run(load_settings(**arguments.fixed), arguments)


def serve(settings: Settings, arguments: argparse.Namespace) -> None:
    """Serve the API until SIGTERM.

    Raises:
        WrongSettings: MAX_CONNECTIONS needs more files than the process may open.
    """
    options = uvicorn_options(settings)
    if settings.environment == "development":
        set_up(settings)
    if arguments.reload:
        options |= {"reload": True, "reload_dirs": ["app"], "reload_includes": ["*.json"]}
    uvicorn.run("app.main:app", host=arguments.host, port=arguments.port, **options)


def set_up(settings: Settings) -> None:
    """Bring the database to the newest migration, and make sure that an administrator exists."""
    command.upgrade(Config("alembic.ini", attributes={"settings": settings}), "head")
    asyncio.run(create_admin(settings))


async def create_admin(settings: Settings) -> None:
    """Create the first administrator; a password that is made is printed once."""
    async with open_resources(settings) as resources:
        async with resources.database.read() as work:
            if await work.users.has_admin():
                return
        given = settings.admin_password
        password = given.get_secret_value() if given else secrets.token_urlsafe(18)
        try:
            await resources.sign_in.accounts.create(settings.admin_email, password, "admin", None)
        except Conflict as refusal:
            sys.exit(f"ADMIN_PASSWORD or ADMIN_EMAIL: {refusal.detail}")
    sys.stdout.write(f"Administrator: {settings.admin_email}\n")
    if given is None:
        sys.stdout.write(f"Password (shown once): {password}\n")


if __name__ == "__main__":
    main()
