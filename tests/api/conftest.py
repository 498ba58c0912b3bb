"""Fixtures for tests that start an application of their own."""

import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest

Logs = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def logs(capsys: pytest.CaptureFixture[str]) -> Iterator[Logs]:
    """Give what an application that the test starts has logged since the last call."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield lambda: [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    root.handlers[:] = handlers
    root.setLevel(level)
