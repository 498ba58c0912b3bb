"""The file that says that a worker or scheduler is alive."""

import asyncio
from pathlib import Path

import pytest

from app.core.config import WrongSettings
from app.telemetry import heartbeat as module
from app.telemetry.heartbeat import heartbeat


async def test_the_file_is_touched_again_and_again_until_the_process_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "INTERVAL_SECONDS", 0)
    file = tmp_path / "heartbeat"
    async with heartbeat(file):
        for _ in range(2):
            file.unlink()
            while not file.exists():  # noqa: ASYNC110 - another task touches it
                await asyncio.sleep(0)
    file.unlink()
    await asyncio.sleep(0)

    assert not file.exists()


async def test_a_file_that_cannot_be_written_names_the_setting(tmp_path: Path) -> None:
    with pytest.raises(WrongSettings, match=r"^HEARTBEAT_FILE: No such file or directory: "):
        async with heartbeat(tmp_path / "missing" / "heartbeat"):
            raise AssertionError("not reached")
