"""`python -m app.manage doctor`: what is missing on this machine, and how to get it."""

import argparse
import asyncio
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from redis.exceptions import RedisError
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from app.core.config import Settings, WrongSettings, load_settings
from app.core.error_text import describe
from app.core.redis import close, connect
from app.db.engine import make_engine

_WAIT_SECONDS = 5
_MIGRATIONS = Path(__file__).parents[1] / "db" / "migrations"


@dataclass(frozen=True, slots=True)
class Finding:
    """The state of one thing; `fix` says how to get it, unless the state is `ok`."""

    subject: str
    state: Literal["ok", "optional", "missing"]
    detail: str
    fix: str = ""

    def __str__(self) -> str:
        fix = f"\n{'':21}Fix: {self.fix}" if self.fix else ""
        return f"{self.state:8}  {self.subject:10} {self.detail}{fix}"


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `doctor` to a command line."""
    doctor = commands.add_parser("doctor", help="say what is missing, and how to get it")
    # Wrong settings are a finding like the others.
    doctor.set_defaults(run=lambda _, __: run_doctor(), load=lambda: None)


def run_doctor() -> None:
    """Print all findings; something that is missing means exit code 1."""
    findings = list(_find())
    sys.stdout.write("".join(f"{finding}\n" for finding in findings))
    if any(finding.state == "missing" for finding in findings):
        sys.exit(1)


def _find() -> Iterator[Finding]:
    yield _find_python()
    yield _find_program("Git", "git", "missing", "install it: https://git-scm.com/downloads")
    yield _find_program(
        "Docker",
        "docker compose",
        "optional",
        "for make compose-up: https://docs.docker.com/get-docker/",
    )
    yield _find_env_file()
    try:
        settings = load_settings()
    except WrongSettings as wrong:
        for line in str(wrong).splitlines():
            yield Finding("Settings", "missing", line, "correct it in the environment or in .env")
        return
    yield Finding("Settings", "ok", f"ENVIRONMENT={settings.environment}")
    yield from asyncio.run(_find_database(settings))
    yield asyncio.run(_find_redis(settings))


def _find_python() -> Finding:
    detail = f"{platform.python_version()} in {sys.prefix}"
    if sys.prefix == sys.base_prefix:
        return Finding("Python", "optional", detail, "make setup creates a .venv of its own")
    return Finding("Python", "ok", detail)


def _find_program(
    subject: str, command: str, without: Literal["optional", "missing"], fix: str
) -> Finding:
    program, *verb = command.split()
    path = shutil.which(program)
    if path is None:
        return Finding(subject, without, f"{program} is not on the PATH", fix)
    ended = subprocess.run(  # noqa: S603 - a fixed command
        [path, *verb, "--version" if not verb else "version"],
        capture_output=True,
        text=True,
        check=False,
    )
    if ended.returncode:
        return Finding(subject, without, f"{command} fails", fix)
    return Finding(subject, "ok", ended.stdout.strip())


def _find_env_file() -> Finding:
    if Path(".env").is_file():
        return Finding(".env", "ok", "overrides the defaults of development")
    return Finding(
        ".env", "optional", "there is none, so the defaults apply", "cp .env.example .env"
    )


async def _find_database(settings: Settings) -> list[Finding]:
    file = settings.sqlite_file
    if file is not None and not file.is_file():
        return [Finding("Database", "missing", f"there is no file {file}", "make setup")]
    engine = make_engine(settings)
    try:
        async with engine.connect() as connection:
            migrations = await connection.run_sync(_find_migrations)
    except (SQLAlchemyError, OSError) as error:
        fix = "start the server that DATABASE_URL names, or leave it empty for SQLite"
        return [Finding("Database", "missing", describe(error), fix)]
    finally:
        await engine.dispose()
    return [Finding("Database", "ok", f"{engine.dialect.name} answers"), migrations]


def _find_migrations(connection: Connection) -> Finding:
    present = MigrationContext.configure(connection).get_current_revision()
    scripts = ScriptDirectory(str(_MIGRATIONS))
    newest = scripts.get_current_head()
    if present == newest:
        return Finding("Migrations", "ok", f"at the newest revision, {newest}")
    known = {script.revision for script in scripts.walk_revisions()}
    if present is None or present in known:
        detail = f"at {present}, not at {newest}" if present else "none was run"
        return Finding("Migrations", "missing", detail, "make migrate")
    fix = "check out the code that has it, or run make db-reset, which deletes all rows"
    return Finding("Migrations", "missing", f"{present} is not a revision of this code", fix)


async def _find_redis(settings: Settings) -> Finding:
    if settings.redis_url is None:
        return Finding("Redis", "ok", "not used, because REDIS_URL is empty")
    redis = connect(settings)
    try:
        async with asyncio.timeout(_WAIT_SECONDS):
            await redis.ping()
    except (RedisError, OSError) as error:
        fix = "start the server that REDIS_URL names, or leave it empty"
        return Finding("Redis", "missing", describe(error), fix)
    finally:
        await close(redis)
    return Finding("Redis", "ok", "answers")
