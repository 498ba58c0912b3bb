"""Queries about dead tasks."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import delete, select

from app.db.models.tasks import DeadTask
from app.db.repositories.repository import Queries


class DeadTaskRepository(Queries):
    """Dead tasks in the database."""

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
