"""Wait for what happens by itself; only what never happens fails, however busy the machine is."""

import asyncio
import socket
import subprocess
import time
from collections.abc import Awaitable, Callable
from inspect import isawaitable

LIMIT_SECONDS = 120
"""Longer than anything takes on a machine that is busy with other work."""


async def until(holds: Callable[[], bool | Awaitable[bool]]) -> None:
    """Wait until a condition holds."""
    async with asyncio.timeout(LIMIT_SECONDS):
        while True:
            answer = holds()
            if await answer if isawaitable(answer) else answer:
                return
            await asyncio.sleep(0.01)


def wait_until(
    holds: Callable[[], bool],
    *,
    about: Callable[[], str],
    limit_seconds: float = LIMIT_SECONDS,
) -> None:
    """Wait until a condition holds, without an event loop.

    Args:
        holds: The condition.
        about: What to show when it never holds.
        limit_seconds: When that is so.
    """
    deadline = time.monotonic() + limit_seconds
    while not holds():
        assert time.monotonic() < deadline, about()
        time.sleep(0.02)


def wait_for_listener(
    port: int,
    process: subprocess.Popen[bytes],
    *,
    about: Callable[[], str],
    limit_seconds: float = LIMIT_SECONDS,
) -> None:
    """Wait until a process listens on a port of this host.

    Args:
        port: The port.
        process: Must not end meanwhile.
        about: What to show when it ends or never listens.
        limit_seconds: When that is so.
    """

    def listens() -> bool:
        assert process.poll() is None, about()
        try:
            socket.create_connection(("127.0.0.1", port), timeout=LIMIT_SECONDS).close()
        except OSError:
            return False
        return True

    wait_until(listens, about=about, limit_seconds=limit_seconds)
