"""`python -m app.manage setup`: migrations, and the first administrator."""

import argparse
import asyncio
import secrets
import sys

from alembic import command
from alembic.config import Config

from app.core.config import Settings
from app.core.exceptions import Conflict
from app.core.resources import open_resources


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `setup` to a command line."""
    setup = commands.add_parser("setup", help="migrate, then create the first administrator")
    setup.set_defaults(run=lambda settings, _: set_up(settings))


def set_up(settings: Settings) -> None:
    """Migrate the database to the newest revision, and create an administrator if there is none."""
    command.upgrade(Config("alembic.ini", attributes={"settings": settings}), "head")
    asyncio.run(create_admin(settings))


async def create_admin(settings: Settings) -> None:
    """Create the first administrator; a generated password is printed once."""
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
