"""Waits that end early, without breaking off what goes on meanwhile."""

import asyncio


async def happens(event: asyncio.Event, seconds: float) -> bool:
    """Wait for an event, but not longer than that; return whether it happened."""
    try:
        await asyncio.wait_for(event.wait(), seconds)
    except TimeoutError:
        return False
    return True
