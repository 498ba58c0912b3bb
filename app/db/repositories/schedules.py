"""Queries about schedules."""

from datetime import datetime

from sqlalchemy import select

from app.db.base import DatabaseNow
from app.db.models.tasks import Schedule
from app.db.repositories.repository import Queries, insert_into


class ScheduleRepository(Queries):
    """The latest slot of each schedule."""

    async def now(self) -> datetime:
        """Return the time of the database's clock, which all schedulers share."""
        moment = await self._session.scalars(select(DatabaseNow()))
        return moment.one()

    async def take(self, name: str, slot: datetime) -> bool:
        """Claim a slot; return False if it or a later one was claimed before."""
        insert = insert_into(Schedule, self._connection.dialect.name).values(name=name, slot=slot)
        statement = insert.on_conflict_do_update(
            index_elements=["name"],
            set_={"slot": slot},
            where=Schedule.slot < slot,
        ).returning(Schedule.name)
        return await self._session.scalar(statement) is not None
