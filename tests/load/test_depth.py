"""A page costs the same at any depth."""

import time
from collections.abc import Awaitable, Callable, Sequence
from statistics import median

import httpx2
import pytest

from app.manage.seed import PASSWORD
from app.services.support.pagination import ListQuery
from tests import figures
from tests.seeded import Seeded
from tests.versions import OPERATIONS, PREFIX

pytestmark = pytest.mark.load

LIMIT = 100
MOST = 1.2
DEFAULT = ("created_at.desc",)
BY_NAME = ("name.asc",)
MIXED = ("name.asc", "created_at.desc")

Fetch = Callable[[], Awaitable[int]]


async def test_a_hundred_thousand_items_are_seeded_in_twenty_seconds(seeded: Seeded) -> None:
    figures.record(f"seed {seeded.name}", f"{seeded.seconds:.1f} s")

    assert seeded.seconds < 20 * max(1, seeded.count / 100_000)


async def ratio(first: Fetch, deep: Fetch) -> tuple[float, float, float]:
    """Return medians in milliseconds and their ratio; of five tries the calmest one."""
    tries = []
    for _ in range(5):
        times: dict[Fetch, list[float]] = {first: [], deep: []}
        for _ in range(40):
            for fetch, taken in times.items():
                started = time.perf_counter()
                assert await fetch() == LIMIT
                taken.append(1_000 * (time.perf_counter() - started))
        shallow, far = median(times[first]), median(times[deep])
        tries.append((far / shallow, shallow, far))
        if tries[-1][0] <= MOST:
            break
    return min(tries)


@pytest.mark.parametrize("sort", [DEFAULT, BY_NAME, MIXED], ids=",".join)
async def test_a_deep_page_costs_the_database_what_the_first_one_costs(
    seeded: Seeded, sort: Sequence[str]
) -> None:

    def fetch_at(start: list[str] | None) -> Fetch:
        async def fetch() -> int:
            async with seeded.database.read() as work:
                visible = work.items.owned_by(seeded.owner_id)
                keys = work.items.sort_keys(sort)
                page = await work.items.list_page(visible, sort=keys, start=start, limit=LIMIT)
            return len(page.rows)

        return fetch

    start = await seeded.page_after(sort, seeded.count - LIMIT)
    found, first, deep = await ratio(fetch_at(None), fetch_at(start))

    figures.record(
        f"page {seeded.count // LIMIT:,} of {seeded.name}: {', '.join(sort)}",
        f"{deep:.1f} ms, page 1 {first:.1f} ms (x {found:.2f})",
    )
    assert found <= MOST


async def test_a_deep_page_costs_a_client_what_the_first_one_costs(seeded: Seeded) -> None:
    resources = seeded.app.state.resources
    filters = dict.fromkeys(("sort", "status", "created_after", "created_before"))
    query = ListQuery(operation=OPERATIONS["listItems"], reader=seeded.owner_id, filters=filters)
    start = await seeded.page_after(DEFAULT, seeded.count - LIMIT)
    cursor = resources.cursors.encode(start, query.scope)

    transport = httpx2.ASGITransport(app=seeded.app)
    async with httpx2.AsyncClient(transport=transport, base_url=f"http://test{PREFIX}") as client:
        form = {"grant_type": "password", "username": "ada@example.com", "password": PASSWORD}
        token = (await client.post("/auth/token", data=form)).json()["access_token"]
        headers = {"Authorization": f"Bearer {token}"}

        def fetch_at(path: str) -> Fetch:
            async def fetch() -> int:
                answer = await client.get(path, headers=headers)
                assert answer.status_code == 200, answer.text
                return len(answer.json()["items"])

            return fetch

        path = f"/items?limit={LIMIT}"
        found, first, deep = await ratio(fetch_at(path), fetch_at(f"{path}&cursor={cursor}"))

    figures.record(
        f"page {seeded.count // LIMIT:,} of {seeded.name}: GET /items",
        f"{deep:.1f} ms, page 1 {first:.1f} ms (x {found:.2f})",
    )
    assert found <= MOST
