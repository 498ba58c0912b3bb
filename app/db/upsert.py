"""INSERT … ON CONFLICT, which both databases have and SQLAlchemy spells once for each."""

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.base import Base


def insert_into(model: type[Base], session: AsyncSession) -> postgresql.Insert | sqlite.Insert:
    """Return an INSERT that can say what to do on a conflict."""
    if session.get_bind().dialect.name == "sqlite":
        return sqlite.insert(model)
    return postgresql.insert(model)
