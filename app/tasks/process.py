"""The tasks of one process: what it runs itself, and whom it tells of the rest."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from app.core.config import Settings
from app.core.dependencies import Resources, open_resources
from app.tasks.broker import Bell
from app.tasks.registry import HANDLERS
from app.tasks.runner import Runner
from app.tasks.schedule import Scheduler
from app.telemetry.heartbeat import heartbeat


class Process:
    """A process of the service, with or without a part in the tasks.

    Args:
        works: Whether it runs tasks.
        schedules: Whether it makes the tasks of schedules.
    """

    def __init__(self, settings: Settings, *, works: bool, schedules: bool) -> None:
        self._settings = settings
        self._works = works
        self._schedules = schedules
        self._runner: Runner | None = None

    @classmethod
    def of_api(cls, settings: Settings) -> "Process":
        """Return the process that answers requests; without Redis it does everything."""
        alone = settings.redis_url is None
        return cls(settings, works=alone, schedules=alone)

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[Resources]:
        """Open what the process needs, and play its part until the block ends."""
        async with AsyncExitStack() as stack:
            bell = Bell(self._settings, self.wake)
            await stack.enter_async_context(bell.serving())
            resources = await stack.enter_async_context(open_resources(self._settings, bell.ring))
            if self._works:
                self._runner = Runner(resources, HANDLERS, self._settings)
                await stack.enter_async_context(self._runner.serving())
            if self._schedules:
                await stack.enter_async_context(Scheduler(resources.database).serving())
            await stack.enter_async_context(heartbeat(self._settings.heartbeat_file))
            yield resources

    async def wake(self) -> None:
        """Look for tasks that this process was told of."""
        if self._runner is not None:
            self._runner.wake()

    async def wake_with_room(self) -> None:
        """Look for tasks once there is room, so that others hear of the next ones meanwhile."""
        if self._runner is not None:
            await self._runner.wait_for_room()
            self._runner.wake()
