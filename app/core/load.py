"""The requests that a process works on, and the time that each of them has."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_CLEAN_UP_SECONDS = 1.0
_SHORTEST_SECONDS = 0.01


class InFlight:
    """Counts requests from their start to the start of their response.

    Args:
        limit: How many there may be at once.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.count = 0


class Slot:
    """One counted request: `free` removes it from the count, `take` adds it again.

    Attributes:
        ends_at: When the request has to be answered, by the clock of the event loop, in seconds;
            None once it is.
    """

    def __init__(self, requests: InFlight, ends_at: float | None) -> None:
        self.ends_at = ends_at
        self._requests = requests
        self._is_taken = False
        self.take()

    def take(self) -> None:
        """Count the request."""
        self._requests.count += 1
        self._is_taken = True

    def free(self) -> bool:
        """Stop counting the request; return whether it was counted."""
        was_taken, self._is_taken = self._is_taken, False
        self._requests.count -= was_taken
        return was_taken


slot: ContextVar[Slot | None] = ContextVar("slot", default=None)
"""The slot of the current request."""


@contextmanager
def waiting() -> Iterator[None]:
    """Do not count the current request while it waits for something with its own limit."""
    current = slot.get()
    if current is None or not current.free():
        yield
        return
    try:
        yield
    finally:
        current.take()


def seconds_left() -> float | None:
    """Return the time that the current request has; after its deadline a second, to clean up."""
    current = slot.get()
    if current is None or current.ends_at is None:
        return None
    left = current.ends_at - asyncio.get_running_loop().time()
    return left if left > _SHORTEST_SECONDS else _CLEAN_UP_SECONDS
