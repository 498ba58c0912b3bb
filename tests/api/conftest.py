"""Fixtures for tests that start an application of their own."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from pydantic import SecretStr

from app.core.config import Settings
from tests import backends
from tests.apps import changed

Logs = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def logs(capsys: pytest.CaptureFixture[str]) -> Logs:
    """Give what an application that the test starts has logged since the last call."""
    return lambda: [json.loads(line) for line in capsys.readouterr().out.splitlines()]


@pytest.fixture
def idle_settings(settings: Settings, tmp_path: Path) -> Iterator[Settings]:
    """Settings of a database that no other application works on."""
    with backends.migrated(backends.kind_of(settings), tmp_path) as url:
        yield changed(settings, database_url=SecretStr(url), redis_prefix=f"test:{uuid4().hex}:")
