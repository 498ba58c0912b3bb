"""Queries about dead tasks."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.models.tasks import DeadTask


class DeadTaskRepository:
    """Dead tasks in the database."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def list_latest(self, limit: int) -> Sequence[DeadTask]:
        """Return the latest dead tasks, the latest first."""
        found = await self._session.scalars(
            select(DeadTask).order_by(DeadTask.died_at.desc()).limit(limit)
        )
        return found.all()

    async def take(self, task_id: UUID) -> DeadTask | None:
        """Remove a dead task and return it."""
        taken: DeadTask | None = await self._session.scalar(
            delete(DeadTask)
            .where(DeadTask.id == task_id)
            .returning(DeadTask)
            .execution_options(synchronize_session=False)
        )
        return taken
