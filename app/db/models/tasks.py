"""The outbox: background tasks, written in the transactions that cause them."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column
from uuid_utils.compat import uuid7

from app.db.base import Base, DatabaseNow

TaskStatus = Literal["queued", "running", "done"]

_OPEN = text("status <> 'done'")
_RUNNING = text("status = 'running'")


class Task(Base):
    """A background task; the worker that holds its lease runs it.

    Attributes:
        key: Tasks with the same key run one after the other, in the order of their ids.
        attempt: Number of the current attempt; an attempt may write only while it is current.
        run_at: When the task is due.
        lease_until: When the lease of the attempt expires.
        request_id: Request that created the task, for the log.
        traceparent: Trace that the task belongs to (W3C Trace Context).
    """

    __tablename__ = "tasks"
    __table_args__ = (
        CheckConstraint("status IN ('queued', 'running', 'done')", name="status"),
        # The first two exclude finished rows, of which there are many.
        Index("ix_tasks_due", "run_at", "id", postgresql_where=_OPEN, sqlite_where=_OPEN),
        Index("ix_tasks_key", "key", "id", postgresql_where=_OPEN, sqlite_where=_OPEN),
        Index(
            "uq_tasks_running_key",
            "key",
            unique=True,
            postgresql_where=_RUNNING,
            sqlite_where=_RUNNING,
        ),
        Index("ix_tasks_finished_at", "finished_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, insert_default=uuid7, init=False)
    name: Mapped[str] = mapped_column(String(100))
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
    key: Mapped[str | None] = mapped_column(String(200))
    status: Mapped[TaskStatus] = mapped_column(String(20), insert_default="queued", init=False)
    attempt: Mapped[int] = mapped_column(insert_default=0, init=False)
    max_attempts: Mapped[int]
    run_at: Mapped[datetime] = mapped_column(insert_default=DatabaseNow(), init=False)
    lease_until: Mapped[datetime | None] = mapped_column(init=False)
    last_error: Mapped[str | None] = mapped_column(Text, init=False)
    request_id: Mapped[str | None] = mapped_column(String(128))
    traceparent: Mapped[str | None] = mapped_column(String(55))
    created_at: Mapped[datetime] = mapped_column(insert_default=DatabaseNow(), init=False)
    finished_at: Mapped[datetime | None] = mapped_column(init=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTask:
    """A task to insert; the columns of `Task` describe its fields."""

    id: UUID = field(default_factory=uuid7)
    name: str
    payload: dict[str, Any]
    key: str | None
    max_attempts: int
    request_id: str | None
    traceparent: str | None


class DeadTask(Base):
    """A task that has used up its attempts (dead letter); an operator replays or drops it."""

    __tablename__ = "dead_tasks"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
    key: Mapped[str | None] = mapped_column(String(200))
    attempts: Mapped[int]
    error: Mapped[str] = mapped_column(Text)
    request_id: Mapped[str | None] = mapped_column(String(128))
    traceparent: Mapped[str | None] = mapped_column(String(55))
    created_at: Mapped[datetime]
    died_at: Mapped[datetime] = mapped_column(insert_default=DatabaseNow(), index=True, init=False)


class Schedule(Base):
    """The latest slot of a schedule for which a task was created."""

    __tablename__ = "schedules"

    name: Mapped[str] = mapped_column(String(100), primary_key=True)
    slot: Mapped[datetime]
