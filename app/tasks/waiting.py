"""Pauses: until an event, and between two attempts."""

import asyncio
import random

_LONGEST_PAUSE_SECONDS = 3600.0


async def happens(event: asyncio.Event, seconds: float) -> bool:
    """Wait for an event, but not longer than that; return whether it happened.

    So what goes on meanwhile is never broken off.
    """
    try:
        await asyncio.wait_for(event.wait(), seconds)
    except TimeoutError:
        return False
    return True


def pause_after(failures: int, first_seconds: float) -> float:
    """Return the seconds before another attempt: doubled by each failure, up to an hour.

    The second half is up to chance, so that tasks which failed together do not return together.
    """
    longest = min(_LONGEST_PAUSE_SECONDS, first_seconds * 2 ** (failures - 1))
    return round(random.uniform(longest / 2, longest), 3)  # noqa: S311 - jitter
