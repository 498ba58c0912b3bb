"""kill -9 of an API process between any two statements: the effect happens once, or not yet."""

import asyncio
import signal
from collections import Counter
from uuid import uuid4

import httpx2
import pytest
from fastapi import FastAPI
from sqlalchemy import select

from app.core.config import Settings
from app.db.models.idempotency_keys import IdempotencyKey
from app.db.models.items import Item
from app.main import create_app
from tests import figures
from tests.apps import changed, started
from tests.backends import kind_of
from tests.clients import Caller
from tests.faults import doomed
from tests.idempotency import age
from tests.versions import PREFIX
from tests.waiting import LIMIT_SECONDS

pytestmark = pytest.mark.fault


async def create(client: httpx2.AsyncClient, ada: Caller, key: str) -> httpx2.Response:
    headers = ada.headers | {"Idempotency-Key": key}
    return await client.post("/items", json={"name": key}, headers=headers)


async def count_moments(app: FastAPI, client: httpx2.AsyncClient, ada: Caller) -> int:
    """Return how many moments there are to die at."""
    # The first connection of a process has statements of its own.
    assert (await create(client, ada, str(uuid4()))).status_code == 201
    fuse = doomed.Fuse(app)
    remove = fuse.install()
    try:
        assert (await create(client, ada, str(uuid4()))).status_code == 201
    finally:
        remove()
    return fuse.moments


async def state_of(app: FastAPI, key: str) -> tuple[int, bool | None]:
    """Return how many items the request has made, and whether its answer is kept."""
    async with app.state.resources.database.read() as work:
        session = work.session
        items = await session.scalars(select(Item.id).where(Item.name == key))
        rows = await session.scalars(select(IdempotencyKey).where(IdempotencyKey.key == key))
        row = rows.one_or_none()
        return len(items.all()), None if row is None else row.answer is not None


class Life:
    """One process, its death, and what a client finds who tries again."""

    def __init__(self, app: FastAPI, client: httpx2.AsyncClient, ada: Caller) -> None:
        self._app = app
        self._client = client
        self._ada = ada
        self._key = str(uuid4())

    async def live(self, settings: Settings, dies_at: int) -> str:
        """Return the state after the kill."""
        process, port = await asyncio.to_thread(doomed.start, settings, dies_at)
        url = f"http://127.0.0.1:{port}{PREFIX}"
        async with httpx2.AsyncClient(
            base_url=url, timeout=LIMIT_SECONDS, trust_env=False
        ) as client:
            with pytest.raises(httpx2.TransportError):
                await create(client, self._ada, self._key)
        await asyncio.to_thread(process.join, LIMIT_SECONDS)
        assert process.exitcode == -signal.SIGKILL
        items, answered = await state_of(self._app, self._key)
        assert items == (1 if answered else 0)
        await self._try_again(waits=answered is False)
        left = {None: "nothing", False: "a claim", True: "both"}
        return left[answered]

    async def _create(self) -> httpx2.Response:
        return await create(self._client, self._ada, self._key)

    async def _try_again(self, *, waits: bool) -> None:
        """Repeat as a client does: once more when the claim of the dead process is over."""
        if waits:
            assert (await self._create()).status_code == 409
            await age(self._app, self._key, lease_until=-1)
        answer = await self._create()
        assert answer.status_code == 201, answer.text
        assert await state_of(self._app, self._key) == (1, True)
        replay = await self._create()
        assert replay.content == answer.content


async def test_a_killed_process_leaves_nothing_or_both(
    app: FastAPI, client: httpx2.AsyncClient, ada: Caller, settings: Settings
) -> None:
    # Without marks of sessions each process asks the same of the database.
    own = changed(settings, redis_url=None, processes=2)
    alike = create_app(own)
    async with started(alike) as other:
        moments = await count_moments(alike, other, Caller(ada.email, ada.headers, other))

    left = await asyncio.gather(
        *(Life(app, client, ada).live(own, moment) for moment in range(1, moments + 1))
    )

    counts = Counter(left)
    assert counts.keys() == {"nothing", "a claim", "both"}
    figures.record(
        f"kill -9 between any two statements [{kind_of(settings)}]",
        f"{moments} processes killed: left nothing {counts['nothing']}, a claim "
        f"{counts['a claim']}, item and answer {counts['both']}; after a repeat: 1 item each",
    )
