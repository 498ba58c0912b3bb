"""Queries about tasks; each decision is one statement, by the database's clock."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Float,
    and_,
    bindparam,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.orm import aliased

from app.db.base import Base, DatabaseNow
from app.db.deletion import delete_piece
from app.db.models.tasks import DeadTask, NewTask, Task
from app.db.repositories.repository import Queries

_TABLE = Base.metadata.tables[Task.__tablename__]
# Built once and without the ORM, which makes it twice as fast; requests wait for it.
_INSERT = insert(_TABLE).values(run_at=DatabaseNow(bindparam("delay_seconds", type_=Float)))


class LeaseLostError(Exception):
    """Another attempt holds the lease, so this one must not write."""


class TaskRepository(Queries):
    """Tasks in the database."""

    async def add(self, task: NewTask, *, delay_seconds: float = 0) -> None:
        """Insert a task that is due after the delay."""
        await self._session.execute(_INSERT, asdict(task) | {"delay_seconds": delay_seconds})

    async def claim(
        self, names: Collection[str], *, lease_seconds: float, limit: int
    ) -> Sequence[Task]:
        """Start an attempt at the tasks that have been due longest, or whose lease expired.

        An attempt above `max_attempts` means that the process of the last one died.

        Args:
            names: The kinds of tasks that the caller can run; others stay queued.
            lease_seconds: How long the lease lasts without a heartbeat.
            limit: Maximum number of tasks.
        """
        due = (
            select(Task.id)
            .where(Task.name.in_(names), _is_due(), _is_first_of_its_key())
            .order_by(Task.run_at, Task.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
            .cte("due")
        )
        statement = (
            update(Task)
            .where(Task.id.in_(select(due.c.id)))
            .values(
                status="running",
                attempt=Task.attempt + 1,
                lease_until=DatabaseNow(lease_seconds),
            )
            .returning(Task)
            .execution_options(synchronize_session=False)
        )
        return (await self._session.scalars(statement)).all()

    # part webhooks
    async def is_queued(self, key: str) -> bool:
        """Tell whether a task of a key waits; one that runs does not count."""
        waiting = Task.key == key, Task.status != "done", Task.status == "queued"
        return await self._session.scalar(select(Task.id).where(*waiting).limit(1)) is not None

    async def hasten(self, key: str) -> None:
        """Let the waiting tasks of a key be due now."""
        waiting = Task.key == key, Task.status != "done", Task.status == "queued"
        await self._session.execute(
            update(_TABLE).where(*waiting, Task.run_at > DatabaseNow()).values(run_at=DatabaseNow())
        )

    # end part

    async def backlog(self) -> tuple[int, float, int]:
        """Return the number of due tasks, the age of the oldest in seconds, and the dead tasks."""
        dead = select(func.count()).select_from(DeadTask).scalar_subquery()
        counts = select(func.count(), func.min(Task.run_at), DatabaseNow(), dead)
        due, oldest, now, count = (await self._session.execute(counts.where(_is_due()))).one()
        return due, (now - oldest).total_seconds() if oldest else 0.0, count

    async def extend(self, task: Task, *, lease_seconds: float) -> None:
        """Renew the lease of the attempt, and lock the task until the transaction ends.

        Raises:
            LeaseLostError: Another attempt has started.
        """
        await self._change(task, lease_until=DatabaseNow(lease_seconds))

    async def finish(self, task: Task) -> None:
        """Mark the task done.

        Raises:
            LeaseLostError: Another attempt has started.
        """
        await self._change(task, status="done", lease_until=None, finished_at=DatabaseNow())

    async def retry(self, task: Task, error: str, *, delay_seconds: float) -> None:
        """Queue the task for another attempt after the delay.

        Raises:
            LeaseLostError: Another attempt has started.
        """
        await self._change(
            task,
            status="queued",
            lease_until=None,
            last_error=error,
            run_at=DatabaseNow(delay_seconds),
        )

    async def release(self, task: Task) -> None:
        """Queue the task for another process at once; the cancelled attempt does not count.

        Raises:
            LeaseLostError: Another attempt has started.
        """
        await self._change(task, status="queued", lease_until=None, attempt=task.attempt - 1)

    async def move_to_dead(self, task: Task, error: str) -> None:
        """Move the task to the dead tasks.

        Raises:
            LeaseLostError: Another attempt has started.
        """
        statement = delete(Task).where(_is_attempt(task)).returning(Task.id)
        if await self._session.scalar(statement) is None:
            raise LeaseLostError
        self._session.add(
            DeadTask(
                id=task.id,
                name=task.name,
                payload=task.payload,
                key=task.key,
                attempts=min(task.attempt, task.max_attempts),
                error=error,
                request_id=task.request_id,
                traceparent=task.traceparent,
                created_at=task.created_at,
            )
        )
        await self._session.flush()

    async def delete_finished(self, *, older_than_seconds: int) -> int:
        """Delete some of the tasks that finished long ago; return how many."""
        old = Task.finished_at < DatabaseNow(-older_than_seconds)
        return await delete_piece(self._session, Task, old, oldest_first=Task.finished_at)

    async def _change(self, task: Task, **values: object) -> None:
        changes: Mapping[Any, Any] = values
        statement = update(_TABLE).where(_is_attempt(task)).values(changes).returning(Task.id)
        if await self._session.scalar(statement) is None:
            raise LeaseLostError


def _is_due() -> ColumnElement[bool]:
    return or_(
        and_(Task.status == "queued", Task.run_at <= DatabaseNow()),
        and_(Task.status == "running", Task.lease_until <= DatabaseNow()),
    )


def _is_first_of_its_key() -> ColumnElement[bool]:
    """Tell whether no older task of the same key is open, and no other one runs.

    A running task is always the first, even if an older one was queued again meanwhile. If two are
    claimed at the same moment, a unique index refuses one.
    """
    other = aliased(Task)
    ahead = or_(other.id < Task.id, other.status == "running")
    return or_(
        Task.key.is_(None),
        Task.status == "running",
        ~select(other.id)
        .where(other.key == Task.key, other.id != Task.id, other.status != "done", ahead)
        .exists(),
    )


def _is_attempt(task: Task) -> ColumnElement[bool]:
    return and_(Task.id == task.id, Task.status == "running", Task.attempt == task.attempt)
