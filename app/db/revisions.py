"""Checks that a database has the migrations of this release."""

from functools import cache
from pathlib import Path

from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.exceptions import ServiceUnavailable

_MIGRATIONS = Path(__file__).with_name("migrations")
_REVISION = text("SELECT version_num FROM alembic_version")


async def require_migrated(session: AsyncSession) -> None:
    """Check that the database has the migrations of this release; newer ones are allowed.

    Raises:
        ServiceUnavailable: Some have not run yet.
    """
    revision = await session.scalar(_REVISION)
    if revision is None or revision in _outdated():
        raise ServiceUnavailable("The database is not up to date: run `make migrate`.")


@cache
def _outdated() -> frozenset[str]:
    """Return the revisions before the latest one."""
    scripts = ScriptDirectory(str(_MIGRATIONS))
    return frozenset(script.revision for script in scripts.walk_revisions() if not script.is_head)
