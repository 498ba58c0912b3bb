"""Fixtures for tests that start an application of their own."""

import json
from collections.abc import Callable
from typing import Any

import pytest

Logs = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def logs(capsys: pytest.CaptureFixture[str]) -> Logs:
    """Give what an application that the test starts has logged since the last call."""
    return lambda: [json.loads(line) for line in capsys.readouterr().out.splitlines()]
