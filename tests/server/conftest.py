"""What an application logs while a test serves it."""

import json
from collections.abc import Callable
from typing import Any

import pytest

Logs = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def reasons(capsys: pytest.CaptureFixture[str]) -> Callable[[], list[str]]:
    """Give why connections were closed since the last call."""

    def read() -> list[str]:
        lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        return [line["reason"] for line in lines if line["message"] == "connection closed"]

    return read
