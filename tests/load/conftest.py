"""A database with as many items as a large customer has."""

from collections.abc import AsyncIterator

import pytest

from tests import backends
from tests.seeded import Seeded, seeded_database

COUNTS = {"sqlite": 20_000, "postgresql": 100_000}
SIZES = [
    *(pytest.param((kind, COUNTS[kind]), id=kind) for kind in backends.DATABASES),
    *(pytest.param((kind, 1_000_000), id=f"{kind}-million") for kind in backends.DATABASES),
]


@pytest.fixture(scope="module", params=SIZES)
async def seeded(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Seeded]:
    """Give an application with many items."""
    kind, count = request.param
    async with seeded_database(kind, count, tmp_path_factory.mktemp("seeded")) as one:
        yield one
