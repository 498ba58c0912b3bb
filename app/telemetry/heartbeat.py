"""The heartbeat of a process, as a file."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from app.core.config import WrongSettings

INTERVAL_SECONDS = 5.0


@asynccontextmanager
async def heartbeat(file: Path | None) -> AsyncIterator[None]:
    """Touch a file every few seconds until the block ends, unless the event loop is blocked.

    Raises:
        WrongSettings: The file cannot be written.
    """
    if file is None:
        yield
        return
    try:
        _touch(file)
    except OSError as error:
        raise WrongSettings(f"HEARTBEAT_FILE: {error.strerror}: {file}") from error
    beating = asyncio.create_task(_beat(file))
    try:
        yield
    finally:
        beating.cancel()
        with suppress(asyncio.CancelledError):
            await beating


async def _beat(file: Path) -> None:
    while True:
        await asyncio.sleep(INTERVAL_SECONDS)
        # The process continues on a full disk; the age of the file shows the problem.
        with suppress(OSError):
            _touch(file)


def _touch(file: Path) -> None:
    file.touch()
