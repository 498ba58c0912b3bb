"""One attempt at a task, as the code that does the work sees it."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import ValidationError

from app.core.config import Settings
from app.core.dependencies import Resources
from app.db.models.tasks import Task
from app.db.unit_of_work import UnitOfWork
from app.services.outbox import Payload

P = TypeVar("P", bound=Payload)


class Run:
    """An attempt. Its effects count only while nobody else has taken the task over.

    Work outside of the database, such as sending a mail, may happen twice: pass `key` along, so
    that whoever receives it can tell.

    Attributes:
        resources: What the process holds open.
        settings: How the process is set up.
        finished: Whether the task is done.
    """

    def __init__(self, task: Task, resources: Resources, settings: Settings) -> None:
        self._task = task
        self.resources = resources
        self.settings = settings
        self.finished = False

    @property
    def key(self) -> str:
        """Idempotency key for effects elsewhere: the same in each attempt."""
        return str(self._task.id)

    @asynccontextmanager
    async def checkpoint(self) -> AsyncIterator[UnitOfWork]:
        """Open a unit of work in the middle of the task; its effects stay if the attempt fails.

        Raises:
            LeaseLostError: Another attempt has begun; nothing is written.
        """
        async with self.resources.database.write() as work:
            await work.tasks.extend(self._task, lease_seconds=self.settings.task_lease_seconds)
            yield work

    @asynccontextmanager
    async def finish(self) -> AsyncIterator[UnitOfWork]:
        """Open the last unit of work: its effects and `done` are committed together, or neither.

        Raises:
            LeaseLostError: Another attempt has begun; nothing is written.
        """
        async with self.resources.database.write() as work:
            await work.tasks.finish(self._task)
            yield work
        self.finished = True


@dataclass(frozen=True, slots=True)
class Handler(Generic[P]):
    """What is done about one kind of payload.

    Attributes:
        handle: Does the work. If it returns without `Run.finish`, the task is marked done then.
        give_up: Says in other rows that the task is dead, in the transaction that buries it.
        revive: Takes that back, in the transaction that queues the dead task again.
    """

    payload: type[P]
    handle: Callable[[Run, P], Awaitable[None]]
    give_up: Callable[[UnitOfWork, P], Awaitable[None]] | None = None
    revive: Callable[[UnitOfWork, P], Awaitable[None]] | None = None

    async def run(self, run: Run, task: Task) -> None:
        """Read the payload and do the work."""
        await self.handle(run, self.payload.model_validate(task.payload))
        if not run.finished:
            async with run.finish():
                pass

    async def bury(self, work: UnitOfWork, task: Task, error: str) -> None:
        """Move the task to the dead ones.

        Raises:
            LeaseLostError: Another attempt has begun.
        """
        await work.tasks.bury(task, error)
        payload = self.read(task.payload)
        if payload is not None and self.give_up is not None:
            await self.give_up(work, payload)

    def read(self, payload: Mapping[str, Any]) -> P | None:
        """Return a stored payload; None where it cannot be read, and so names no one to tell."""
        with suppress(ValidationError):
            return self.payload.model_validate(payload)
        return None
