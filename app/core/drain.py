"""Lets proxies notice that this process stops, before it refuses connections."""

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def delayed_stop(seconds: float, announce: Callable[[], None]) -> Iterator[None]:
    """While the block runs, SIGTERM calls `announce`, and stops the process `seconds` later.

    A second SIGTERM stops it at once. With 0 seconds SIGTERM is not changed.
    """
    if not seconds:
        yield
        return
    loop = asyncio.get_running_loop()
    stop = signal.getsignal(signal.SIGTERM)

    def drain(number: int, _: FrameType | None) -> None:
        signal.signal(number, stop)
        announce()
        loop.call_soon_threadsafe(loop.call_later, seconds, signal.raise_signal, number)

    signal.signal(signal.SIGTERM, drain)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, stop)
