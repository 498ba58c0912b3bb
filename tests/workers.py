"""A worker in this process: the real one, without processes of its own."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from app.core.config import Settings
from app.tasks.engine.process import open_process
from app.tasks.registry import HANDLERS


@asynccontextmanager
async def working(settings: Settings) -> AsyncIterator[None]:
    """Run the tasks of an application; without Redis it does that itself."""
    if settings.redis_url is None:
        yield
        return
    async with open_process(settings, handlers=HANDLERS):
        yield
