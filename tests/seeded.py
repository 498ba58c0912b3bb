"""Applications on a database of their own with many items of one user."""

import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from fastapi import FastAPI
from pydantic import SecretStr

from app.core.config import Settings
from app.db.keyset import SortKey, position_of
from app.db.models.items import Item
from app.db.unit_of_work import Database
from app.main import create_app
from app.manage.seed import seed
from tests import backends
from tests.apps import make_settings, running


@dataclass(frozen=True)
class Seeded:
    """A running application whose database holds `count` items of one user."""

    app: FastAPI
    settings: Settings
    owner_id: UUID
    count: int
    seconds: float

    @property
    def name(self) -> str:
        """Say what this is, for figures."""
        return f"{self.count:,} items [{backends.kind_of(self.settings)}]"

    @property
    def database(self) -> Database:
        """Return the database of the application."""
        database: Database = self.app.state.resources.database
        return database

    async def page_after(self, sort: Sequence[str], count: int) -> list[str]:
        """Return where the page starts that follows so many items."""
        async with self.database.read() as work:
            keys = work.items.sort_keys(sort)
            keys.append(SortKey(Item.id, descending=keys[-1].descending))
            order = [key.column.desc() if key.descending else key.column.asc() for key in keys]
            rows = await work.session.scalars(
                work.items.owned_by(self.owner_id).order_by(*order).offset(count - 1).limit(1)
            )
            return position_of(keys, rows.one())


@asynccontextmanager
async def seeded_database(kind: str, count: int, folder: Path) -> AsyncIterator[Seeded]:
    """Give an application with so many items, and how long `make seed` took for them."""
    with backends.migrated(kind, folder) as url:
        settings = make_settings(database_url=SecretStr(url), bcrypt_rounds=4, log_level="WARNING")
        started = time.perf_counter()
        [owner_id] = await seed(settings, items=count, users=1)
        seconds = time.perf_counter() - started
        await backends.analyze(settings)
        async with running(create_app(settings)) as app:
            yield Seeded(app, settings, owner_id, count, seconds)
