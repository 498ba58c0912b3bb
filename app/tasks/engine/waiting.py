"""Waits for an event with a timeout, and computes the backoff of retries."""

import asyncio
import random

_MAX_DELAY_SECONDS = 3600.0


async def wait_for(event: asyncio.Event, seconds: float) -> bool:
    """Wait until an event is set, at most for `seconds`; return whether it was set."""
    try:
        await asyncio.wait_for(event.wait(), seconds)
    except TimeoutError:
        return False
    return True


def retry_delay(failures: int, first_seconds: float) -> float:
    """Return the seconds before the next attempt: doubled by each failure, at most an hour.

    The second half of the delay is random, so that tasks that failed together are not retried
    together.
    """
    longest = min(_MAX_DELAY_SECONDS, first_seconds * 2 ** (failures - 1))
    return round(random.uniform(longest / 2, longest), 3)  # noqa: S311 - jitter
