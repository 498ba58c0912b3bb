"""Fixtures for tests that start an application of their own."""

import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from app.core.config import Settings
from app.main import create_app
from tests import backends
from tests.apps import AppClient, changed, own_log, running

Logs = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def logs(capsys: pytest.CaptureFixture[str]) -> Logs:
    """Give what an application that the test starts has logged since the last call."""
    return lambda: [json.loads(line) for line in capsys.readouterr().out.splitlines()]


@contextmanager
def own_database(settings: Settings, folder: Path) -> Iterator[Settings]:
    """Give settings of a database that no other application works on."""
    with backends.migrated(backends.kind_of(settings), folder) as url:
        yield changed(settings, database_url=SecretStr(url), redis_prefix=f"test:{uuid4().hex}:")


@pytest.fixture(scope="module")
async def idle(
    settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[FastAPI]:
    """An application that runs no tasks, on a database of its own; its streams last a second."""
    with own_database(settings, tmp_path_factory.mktemp("idle")) as own, own_log():
        app = create_app(changed(own, event_stream_seconds=1), runs_tasks=False)
        async with running(app):
            yield app


@pytest.fixture
async def idle_client(idle: FastAPI) -> AsyncIterator[httpx2.AsyncClient]:
    """An anonymous client of that application."""
    async with AppClient(idle) as client:
        yield client


@pytest.fixture
def idle_settings(settings: Settings, tmp_path: Path) -> Iterator[Settings]:
    """Settings of a database that no other application works on, for one test."""
    with own_database(settings, tmp_path) as own:
        yield own
