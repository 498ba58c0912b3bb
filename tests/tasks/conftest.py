"""Tasks and pollers of a test's own."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi import FastAPI
from sqlalchemy import update

from app.core.config import Settings
from app.core.resources import Resources
from app.db.base import DatabaseNow
from app.db.models.tasks import Task
from app.services.support.outbox import Payload, enqueue
from app.tasks.engine.attempt import TaskAttempt
from app.tasks.engine.context import Handler, TaskContext
from app.tasks.engine.poller import TaskPoller
from tests.apps import changed

Handles = Mapping[Payload, Callable[[TaskContext, Payload], Awaitable[None]]]


def known(handlers: Handles) -> dict[str, Handler[Any]]:
    """Return the handlers by the names of their payloads."""
    return {payload.task: Handler(type(payload), handle) for payload, handle in handlers.items()}


@dataclass
class Lab:
    """Kinds of tasks that no worker but this test's knows."""

    settings: Settings
    resources: Resources
    wake: asyncio.Event = field(default_factory=asyncio.Event)

    def payload(self, **members: object) -> Payload:
        """Return a payload of a kind of its own, so that nothing else runs it."""
        kind = type("Chore", (Payload,), {"task": f"chore_{uuid4().hex}", **members})
        chore: Payload = kind()
        return chore

    async def add(self, payload: Payload, **options: Any) -> UUID:  # noqa: ANN401
        """Make a task."""
        async with self.resources.database.write() as work:
            return await enqueue(work, payload, **options)

    async def find(self, task_id: UUID) -> Task | None:
        """Return a task's row."""
        async with self.resources.database.read() as work:
            return await work.session.get(Task, task_id)

    def poller(self, handlers: Handles, **changes: object) -> TaskPoller:
        """Return a poller for these payloads."""
        settings = changed(self.settings, **changes)
        return TaskPoller(self.resources, known(handlers), settings, self.wake)

    async def attempt(self, handlers: Handles, **changes: object) -> None:
        """Make one attempt at each task of these payloads that is due."""
        settings = changed(self.settings, **changes)
        async with self.resources.database.write() as work:
            tasks = await work.tasks.claim(
                known(handlers), lease_seconds=settings.task_lease_seconds, limit=10
            )
        attempts = [
            TaskAttempt(task, known(handlers)[task.name], self.resources, settings)
            for task in tasks
        ]
        await asyncio.gather(*(attempt.run() for attempt in attempts))

    async def execute(self, handler: Handler[Any], task: Task, **changes: object) -> None:
        """Make the attempt that was begun."""
        settings = changed(self.settings, **changes)
        attempt = TaskAttempt(task, handler, self.resources, settings)
        # As a poller does it: the log context of the task must not stay with the test.
        await asyncio.create_task(attempt.run())

    async def expire(self, task_id: UUID) -> None:
        """Let the lease of a task run out, as if its worker had died."""
        expired = update(Task).where(Task.id == task_id).values(lease_until=DatabaseNow(-1))
        async with self.resources.database.write() as work:
            await work.session.execute(expired)

    async def claim(self, payload: Payload, limit: int = 100) -> Sequence[Task]:
        """Begin attempts at the next tasks of a kind."""
        async with self.resources.database.write() as work:
            return await work.tasks.claim([payload.task], lease_seconds=60, limit=limit)

    @asynccontextmanager
    async def claimed(self, payload: Payload) -> AsyncIterator[Task]:
        """Begin an attempt at the next task of a kind."""
        [task] = await self.claim(payload, limit=1)
        yield task


@pytest.fixture
def lab(app: FastAPI, settings: Settings) -> Lab:
    """Give the laboratory."""
    hasty = changed(settings, task_retry_seconds=0.05)
    return Lab(hasty, app.state.resources)
