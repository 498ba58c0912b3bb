"""How commands start, and how they end where the settings forbid that: no traceback."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from app.core.config import Settings
from tests import backends
from tests.conftest import ROOT
from tests.waiting import LIMIT_SECONDS

pytestmark = pytest.mark.process

SERVE = ("app.manage", "serve", "--port", "0")
WORKER = ("app.manage", "worker")
COMMANDS = [
    SERVE,
    WORKER,
    ("app.manage", "setup"),
    ("app.manage", "seed"),  # part example
    ("alembic", "upgrade", "head"),
]
PRODUCTION = {
    "ENVIRONMENT": "production",
    "SECRET_KEY": "a-secret-of-more-than-32-characters-for-this",
    "DATABASE_URL": "postgresql+psycopg://nobody@127.0.0.1:1/nothing",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "PUBLIC_URL": "https://api.example.com",
    "MAIL_FROM": "api@example.com",
    "SMTP_HOST": "mail.example.com",
    "SIGNING_KEYS_FILE": "/nowhere/keys.json",
}


def environment(**settings: str) -> dict[str, str]:
    """Return the environment of a process that has nothing but these settings."""
    names = {name.upper() for name in Settings.model_fields}
    return {name: value for name, value in os.environ.items() if name not in names} | settings


def start(*module: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run a module with nothing but these settings, until it ends by itself."""
    return subprocess.run(
        [sys.executable, "-m", *module],
        cwd=ROOT,
        env=environment(**settings),
        capture_output=True,
        text=True,
        timeout=LIMIT_SECONDS,
        check=False,
    )


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_ends_with_a_line_for_each_wrong_setting(command: tuple[str, ...]) -> None:
    ended = start(*command, SECRET_KEY="short", ENVIRONMENT="prod")

    assert ended.returncode == 1
    assert [line.partition(":")[0] for line in ended.stderr.splitlines()] == [
        "ENVIRONMENT",
        "SECRET_KEY",
    ]
    assert ended.stdout == ""


def test_a_server_without_its_keys_names_their_setting() -> None:
    ended = start(*SERVE, **PRODUCTION)

    assert ended.returncode != 0
    assert "SIGNING_KEYS_FILE: /nowhere/keys.json is not a usable key file" in ended.stdout
    assert "Traceback" not in ended.stdout + ended.stderr


def test_a_server_logs_the_address_that_it_listens_on() -> None:
    ended = start(*SERVE, **PRODUCTION)

    assert '"message":"Uvicorn running on http://127.0.0.1:' in ended.stdout


def test_a_server_whose_metrics_port_is_taken_names_the_setting(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        url = f"sqlite+aiosqlite:///{tmp_path}/app.db"
        ended = start(*SERVE, DATABASE_URL=url, METRICS_PORT=port)

    assert ended.returncode != 0
    assert "METRICS_PORT: Address already in use" in ended.stdout
    assert "Traceback" not in ended.stdout + ended.stderr


def test_a_server_that_may_open_too_few_files_names_the_setting() -> None:
    command = 'ulimit -n 500 && exec "$0" -m app.manage serve --port 0'
    ended = subprocess.run(
        ["/bin/sh", "-c", command, sys.executable],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=LIMIT_SECONDS,
        check=False,
    )

    assert ended.returncode == 1
    [line] = ended.stderr.splitlines()
    assert line.startswith("MAX_CONNECTIONS: 800 connections need 1000 open files")


def test_a_worker_without_its_keys_ends_instead_of_starting_again_for_ever() -> None:
    ended = start(*WORKER, **PRODUCTION)

    assert ended.returncode == 1
    [line] = ended.stderr.splitlines()
    assert line.startswith("SIGNING_KEYS_FILE: /nowhere/keys.json is not a usable key file")


def test_a_worker_whose_metrics_port_is_taken_ends(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        url = f"sqlite+aiosqlite:///{tmp_path}/app.db"
        redis = PRODUCTION["REDIS_URL"]
        ended = start(*WORKER, DATABASE_URL=url, REDIS_URL=redis, TASK_METRICS_PORT=port)

    assert ended.returncode == 1
    assert ended.stderr.startswith("TASK_METRICS_PORT: Address already in use")


def test_production_needs_no_other_setting_to_make_its_keys(tmp_path: Path) -> None:
    file = tmp_path / "keys.json"

    ended = start("app.manage", "keys", "make", "--file", str(file), ENVIRONMENT="production")

    assert ended.returncode == 0, ended.stderr
    assert [key["state"] for key in json.loads(file.read_text())["keys"]] == ["active"]


@pytest.mark.parametrize("kind", backends.DATABASES)
def test_a_migration_says_which_revisions_it_applies(kind: str, tmp_path: Path) -> None:
    revisions = list((ROOT / "app/db/migrations/versions").glob("[0-9]*.py"))
    with backends.empty(kind, tmp_path) as url:
        ended = start("alembic", "upgrade", "head", DATABASE_URL=url)

    assert ended.returncode == 0, ended.stderr
    lines = ended.stderr.splitlines()
    assert all(line.startswith("INFO  [alembic.") for line in lines)
    assert sum("Running upgrade " in line for line in lines) == len(revisions)
