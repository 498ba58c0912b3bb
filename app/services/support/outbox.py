"""The outbox: a task is written in the transaction that causes it."""

from typing import ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from app.core.context import request_id
from app.db.models.tasks import NewTask
from app.db.unit_of_work import UnitOfWork
from app.telemetry.traces import current_traceparent


class Payload(BaseModel):
    """The data of a task; each kind of task has its own class.

    Rows outlive releases: a new field needs a default, and a name is never used for anything else.
    It is stored in plain text, so it names a secret's row and never holds the secret.

    Attributes:
        task: Name of the kind.
        max_attempts: After this number of failures the task is dead.
        timeout_seconds: An attempt that takes longer has failed. Kinds with more than a minute
            share half of a worker's slots, so that short tasks never wait for them.
    """

    model_config = ConfigDict(frozen=True)

    task: ClassVar[str]
    max_attempts: ClassVar[int] = 8
    timeout_seconds: ClassVar[float] = 60


async def enqueue(
    work: UnitOfWork, payload: Payload, *, key: str | None = None, delay_seconds: float = 0
) -> UUID:
    """Add a task to a unit of work: it runs if, and only if, the unit of work is committed.

    Args:
        work: The transaction of the cause.
        payload: The data of the task.
        key: Tasks of one key run one after the other, the oldest that is committed first.
        delay_seconds: Minimum time before the task runs.

    Returns:
        The task's id.
    """
    task = NewTask(
        name=payload.task,
        payload=payload.model_dump(mode="json"),
        key=key,
        max_attempts=payload.max_attempts,
        request_id=request_id.get(),
        traceparent=current_traceparent(),
    )
    await work.tasks.add(task, delay_seconds=delay_seconds)
    if not delay_seconds:
        work.after_commit.append(work.notify)
    return task.id
