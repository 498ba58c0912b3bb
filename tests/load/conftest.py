"""A database with as many items as a large customer has."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from uuid import UUID

import pytest
from fastapi import FastAPI
from pydantic import SecretStr
from sqlalchemy import text

from app.core.config import Settings
from app.db.engine import make_engine
from app.db.unit_of_work import Database
from app.main import create_app
from app.manage.seed import seed
from tests import backends
from tests.apps import make_settings, running
from tests.conftest import migrate


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


COUNTS = {"sqlite": 20_000, "postgresql": 100_000}
SIZES = [
    *(pytest.param((kind, COUNTS[kind]), id=kind) for kind in backends.DATABASES),
    *(
        pytest.param((kind, 1_000_000), id=f"{kind}-million", marks=pytest.mark.load)
        for kind in backends.DATABASES
    ),
]


@pytest.fixture(scope="module", params=SIZES)
async def seeded(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Seeded]:
    """Give an application with many items, and what `make seed` needed for them."""
    kind, count = request.param
    opened: AbstractContextManager[str] = (
        backends.sqlite(tmp_path_factory.mktemp("seeded"))
        if kind == "sqlite"
        else backends.postgresql()
    )
    with opened as url:
        settings = make_settings(
            database_url=SecretStr(url),
            bcrypt_rounds=4,
            log_level="WARNING",
            rate_limit_scale=1_000,
        )
        await asyncio.to_thread(migrate, settings)
        started = time.perf_counter()
        [owner_id] = await seed(settings, items=count, users=1)
        seconds = time.perf_counter() - started
        await analyze(settings)
        async with running(create_app(settings)) as app:
            yield Seeded(app, settings, owner_id, count, seconds)


async def analyze(settings: Settings) -> None:
    """Count the rows for the planner, as PostgreSQL does by itself a minute later."""
    engine = make_engine(settings)
    async with engine.begin() as connection:
        await connection.execute(text("ANALYZE"))
    await engine.dispose()
