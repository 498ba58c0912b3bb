"""Fixtures that every folder shares: the real application on a real, migrated database."""

import gc
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from app.core.config import Settings
from app.main import create_app
from tests import backends, contract_seen, figures, secrets_seen, updates_seen, webhooks
from tests.apps import AppClient, make_settings, running
from tests.clients import Caller
from tests.users import signed_in

ROOT = Path(__file__).parent.parent


def pytest_report_header() -> str:
    """Name the backends of this run, and what is left out."""
    servers = {"PostgreSQL": backends.HAS_POSTGRESQL, "Redis": backends.HAS_REDIS}
    there = ["embedded (SQLite, memory)", *(name for name, answers in servers.items() if answers)]
    missing = [name for name, answers in servers.items() if not answers]
    left_out = f"; left out, no server: {', '.join(missing)}" if missing else ""
    return f"backends: {', '.join(there)}{left_out}"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option of `make coverage`."""
    parser.addoption(
        "--contract-coverage",
        type=Path,
        metavar="FILE",
        help="write what the tests saw of the contract, and fail if it is too little",
    )


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Return the number of processes that `make test` starts.

    Tests wait for half of their time. Six processes opened up to 81 connections, and PostgreSQL
    accepts 100 by default.
    """
    return min(2 * (os.cpu_count() or 1), 4)


def pytest_configure() -> None:
    """Watch logs, updates and the use of the contract from the first test on."""
    secrets_seen.install()
    updates_seen.install()
    contract_seen.install()
    webhooks.stay_on_this_host()  # part webhooks


def pytest_collection_finish() -> None:
    """Let the garbage collector skip what lives as long as the run, and look less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Hand what a process of pytest-xdist has seen to the first one, which reports it."""
    if (output := getattr(session.config, "workeroutput", None)) is not None:
        output["figures"] = figures.recorded
        output["contract_seen"] = contract_seen.as_lists()
    elif path := session.config.getoption("--contract-coverage"):
        contract_seen.write(path)
        if contract_seen.is_too_little() and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:  # noqa: ANN401 - of pytest-xdist, which has no types
    """Take the figures of a process that ends."""
    for name, texts in getattr(node, "workeroutput", {}).get("figures", {}).items():
        for text in texts:
            figures.record(name, text)
    contract_seen.merge(getattr(node, "workeroutput", {}).get("contract_seen", {}))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what the tests measured."""
    if terminalreporter.config.getoption("--contract-coverage"):
        terminalreporter.section("coverage of the contract")
        terminalreporter.write_line("\n".join(contract_seen.summary()))
    if lines := figures.lines():
        terminalreporter.section("figures")
        terminalreporter.write_line("\n".join(lines))


@pytest.fixture(scope="module", autouse=True)
def _watched_module() -> Iterator[None]:
    """Fail after a module with a secret in a log line, or with an update that leaves a version."""
    yield
    secrets = secrets_seen.found_in("\n".join(secrets_seen.lines), secrets_seen.secrets)
    secrets_seen.lines.clear()
    assert secrets == []
    assert [sql for sql in updates_seen.statements if updates_seen.leaves_version(sql)] == []
    # The next change of a row that was not refreshed would count as a lost race.
    assert updates_seen.unsynchronized == set()


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Run async tests and fixtures on asyncio, in one loop for the whole session."""
    return "asyncio"


@pytest.fixture(scope="session", params=backends.DATABASES)
def database_url(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """Give a migrated database of each kind in turn, without rows."""
    with backends.migrated(request.param, tmp_path_factory.mktemp("database")) as url:
        yield url


@pytest.fixture(scope="session")
def settings(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of a test application on a migrated database; nothing comes from a `.env`.

    SQLite goes with the limiter and cache in memory, PostgreSQL with those on Redis.
    """
    full = database_url.startswith("postgresql")
    return make_settings(
        database_url=SecretStr(database_url),
        redis_url=SecretStr(backends.REDIS_URL) if full and backends.HAS_REDIS else None,
        redis_prefix=f"test:{uuid4().hex}:",
        bcrypt_rounds=4,
        mail_folder=tmp_path_factory.mktemp("mail"),
        cors_origins=["https://app.example.com"],
        log_level="INFO",
    )


@pytest.fixture(scope="session")
async def app(settings: Settings) -> AsyncIterator[FastAPI]:
    """Give the running application."""
    async with running(create_app(settings)) as application:
        yield application


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx2.AsyncClient]:
    """Give an anonymous HTTP client of the application."""
    async with AppClient(app) as client:
        yield client


@pytest.fixture
async def ada(app: FastAPI, client: httpx2.AsyncClient) -> Caller:
    """A user with an access token."""
    return await signed_in(app, client, "Ada")


@pytest.fixture
async def bob(app: FastAPI, client: httpx2.AsyncClient) -> Caller:
    """Another user with an access token."""
    return await signed_in(app, client, "Bob")


@pytest.fixture
async def admin(app: FastAPI, client: httpx2.AsyncClient) -> Caller:
    """An administrator with an access token."""
    return await signed_in(app, client, "Root", role="admin")
