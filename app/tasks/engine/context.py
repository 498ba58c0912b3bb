"""Handlers of tasks, and the context that a handler gets."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import ValidationError

from app.core.config import Settings
from app.core.resources import Resources
from app.db.models.tasks import Task
from app.db.unit_of_work import UnitOfWork
from app.services.support.outbox import Payload

P = TypeVar("P", bound=Payload)


class TaskContext:
    """A task during one attempt, which can write only while it holds the lease.

    Effects outside of the database, such as a mail, may happen twice: send `idempotency_key` with
    them, so that the receiver recognises a repeat.

    Attributes:
        resources: The resources of the process.
        settings: The settings of the process.
        finished: Whether the task is done.
    """

    def __init__(self, task: Task, resources: Resources, settings: Settings) -> None:
        self._task = task
        self.resources = resources
        self.settings = settings
        self.finished = False

    @property
    def idempotency_key(self) -> str:
        """A key that is the same in every attempt at the task."""
        return str(self._task.id)

    @property
    def attempt(self) -> int:
        """The number of this attempt, from 1."""
        return self._task.attempt

    @asynccontextmanager
    async def checkpoint(self) -> AsyncIterator[UnitOfWork]:
        """Open a unit of work for a part of the task; it stays committed if the attempt fails.

        Raises:
            LeaseLostError: Another attempt has started; nothing is written.
        """
        async with self.resources.database.write() as work:
            await work.tasks.extend(self._task, lease_seconds=self.settings.task_lease_seconds)
            yield work

    @asynccontextmanager
    async def finish(self) -> AsyncIterator[UnitOfWork]:
        """Open the last unit of work: its effects and `done` are committed together.

        Raises:
            LeaseLostError: Another attempt has started; nothing is written.
        """
        async with self.resources.database.write() as work:
            await work.tasks.finish(self._task)
            yield work
        self.finished = True


@dataclass(frozen=True, slots=True)
class Handler(Generic[P]):
    """The functions for one kind of payload.

    Attributes:
        handle: Does the work. If it does not call `TaskContext.finish`, the task is done when it
            returns.
        on_dead: Runs in the transaction that moves the task to the dead tasks.
        on_replay: Undoes `on_dead`, in the transaction that queues a dead task again.
    """

    payload: type[P]
    handle: Callable[[TaskContext, P], Awaitable[None]]
    on_dead: Callable[[UnitOfWork, P], Awaitable[None]] | None = None
    on_replay: Callable[[UnitOfWork, P], Awaitable[None]] | None = None

    async def run(self, context: TaskContext, task: Task) -> None:
        """Read the payload and do the work."""
        await self.handle(context, self.payload.model_validate(task.payload))
        if not context.finished:
            async with context.finish():
                pass

    async def move_to_dead(self, work: UnitOfWork, task: Task, error: str) -> None:
        """Move the task to the dead tasks.

        Raises:
            LeaseLostError: Another attempt has started.
        """
        await work.tasks.move_to_dead(task, error)
        payload = self.read(task.payload)
        if payload is not None and self.on_dead is not None:
            await self.on_dead(work, payload)

    def read(self, payload: Mapping[str, Any]) -> P | None:
        """Return a stored payload; None if it is not valid."""
        with suppress(ValidationError):
            return self.payload.model_validate(payload)
        return None


Handlers = Mapping[str, Handler[Any]]
"""Handlers by the name of their payload."""
