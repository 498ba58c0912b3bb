"""How the databases read pages: from an index, at any depth."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest

from tests import backends
from tests.seeded import Seeded, seeded_database
from tests.statements import watched

LIMIT = 100
COUNT = 5_000


@pytest.fixture(scope="module", params=backends.DATABASES)
async def seeded(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Seeded]:
    """Give an application with so many items that an index is worth it."""
    async with seeded_database(request.param, COUNT, tmp_path_factory.mktemp("seeded")) as one:
        yield one


async def explain(seeded: Seeded, sort: Sequence[str]) -> str:
    """Return the plan of a page from the middle."""
    start = await seeded.page_after(sort, seeded.count // 2)
    with watched(seeded.app) as statements:
        async with seeded.database.read() as work:
            keys = work.items.sort_keys(sort)
            visible = work.items.owned_by(seeded.owner_id)
            await work.items.list_page(visible, sort=keys, start=start, limit=LIMIT)
            [statement] = statements
            connection = await work.session.connection()
            verb = "EXPLAIN QUERY PLAN" if seeded.settings.sqlite_file else "EXPLAIN"
            rows: Any = await connection.exec_driver_sql(
                f"{verb} {statement.sql}", statement.parameters
            )
            return "\n".join(str(row[-1]) for row in rows)


@pytest.mark.parametrize(
    ("sort", "index", "bound"),
    [
        (("created_at.desc",), "ix_items_owner_id_created_at_id", "created_at"),
        (("created_at.asc",), "ix_items_owner_id_created_at_id", "created_at"),
        (("name.asc",), "ix_items_owner_id_name_id", "name"),
        (("name.desc",), "ix_items_owner_id_name_id", "name"),
    ],
)
async def test_a_page_is_read_from_an_index_without_sorting(
    seeded: Seeded, sort: Sequence[str], index: str, bound: str
) -> None:
    plan = await explain(seeded, sort)

    assert f"using {index}" in plan or f"USING INDEX {index}" in plan, plan
    assert "Sort" not in plan, plan
    assert "B-TREE" not in plan, plan
    assert "ROW(" in plan or f"({bound},id)" in plan, plan


async def test_a_page_with_several_keys_sorts_only_what_ties(seeded: Seeded) -> None:
    plan = await explain(seeded, ("name.asc", "created_at.desc"))

    assert "Incremental Sort" in plan or "FOR RIGHT PART OF ORDER BY" in plan, plan
    assert "name)::text >= " in plan or "name>?" in plan, plan
