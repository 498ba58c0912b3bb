"""kill -9 of whatever makes or runs tasks: nothing is lost, and nothing is done twice."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any, Literal
from uuid import UUID, uuid4

import httpx2
import pytest
from pydantic import SecretStr
from sqlalchemy import Select, func, select

from app.core.config import Settings
from app.core.resources import Resources, open_resources
from app.db.base import DatabaseNow
from app.db.models.tasks import Task
from app.db.models.users import User
from tests import backends, figures
from tests.apps import make_settings
from tests.faults import chores
from tests.faults.conftest import needs_postgresql
from tests.redis_server import RedisServer, needs_redis_server, redis_server
from tests.users import new_user
from tests.waiting import LIMIT_SECONDS, until

pytestmark = pytest.mark.fault

LEASE_SECONDS = 2
AMOUNTS = pytest.mark.parametrize(
    ("tasks", "kills"), [(200, 6), pytest.param(1_000, 20, marks=pytest.mark.load)]
)


@dataclass
class Site:
    """Processes that can be killed and started again, and the database that outlives them."""

    settings: Settings
    resources: Resources
    owner: UUID
    workers: list[ForkServerProcess] = field(default_factory=list)
    api: ForkServerProcess | None = None
    port: int = 0
    made: set[UUID] = field(default_factory=set)

    async def start_api(self) -> None:
        self.api, self.port = await asyncio.to_thread(chores.start, chores.serve, self.settings)

    async def start_worker(self) -> None:
        process, _ = await asyncio.to_thread(chores.start, chores.work, self.settings)
        self.workers.append(process)

    async def kill_api(self) -> None:
        assert self.api is not None
        await kill(self.api)
        await self.start_api()

    async def kill_worker(self) -> None:
        """Kill the oldest, and start another one."""
        await kill(self.workers.pop(0))
        await self.start_worker()

    async def make(self, seconds: float | Literal["hang"]) -> UUID:
        """Make a task through the API, however often that takes.

        Args:
            seconds: How long an attempt takes; `hang`: the first one never ends.
        """
        while True:
            with suppress(httpx2.TransportError):
                url = f"http://127.0.0.1:{self.port}/chores/{self.owner}/{seconds}"
                async with httpx2.AsyncClient(trust_env=False, timeout=LIMIT_SECONDS) as client:
                    answer = await client.post(url)
                if answer.status_code == 200:
                    self.made.add(UUID(answer.text))
                    return UUID(answer.text)
            await asyncio.sleep(0.02)

    async def ask(self, question: Select[Any]) -> Any:  # noqa: ANN401 - as the question is
        """Return the first value that the database answers."""
        async with self.resources.database.read() as work:
            return await work.session.scalar(question)

    async def open_tasks(self) -> int:
        return int(await self.ask(select(func.count(Task.id)).where(Task.status != "done")))

    async def all_done(self) -> None:
        """Wait for the end of all tasks, as long as some end."""
        left = await self.open_tasks()

        async def some_ended() -> bool:
            return await self.open_tasks() < left

        while left:
            await until(some_ended)
            left = await self.open_tasks()

    async def verdict(self) -> tuple[int, int, int]:
        """Return how many tasks were lost, how many done twice, and how many begun again."""
        async with self.resources.database.read() as work:
            tasks = (await work.session.scalars(select(Task))).all()
            names = await work.session.scalars(select(User.display_name))
            effects = Counter(names.all())
        committed = {task.id for task in tasks if task.name == chores.AddUser.task}
        assert self.made <= committed, "a task that the API has confirmed is not there"
        lost = sum(effects[str(task_id)] == 0 for task_id in committed)
        doubled = sum(effects[str(task_id)] > 1 for task_id in committed)
        again = sum(task.attempt > 1 for task in tasks)
        return lost, doubled, again


async def kill(process: ForkServerProcess) -> None:
    process.kill()
    await asyncio.to_thread(process.join, LIMIT_SECONDS)


@asynccontextmanager
async def site(settings: Settings, workers: int) -> AsyncIterator[Site]:
    """Start an API, and workers."""
    async with AsyncExitStack() as stack:
        resources = await stack.enter_async_context(open_resources(settings))
        async with resources.database.write() as work:
            user = new_user()
            owner = (await work.users.add(user)).id
        place = Site(settings, resources, owner)
        await place.start_api()
        for _ in range(workers):
            await place.start_worker()
        try:
            yield place
        finally:
            for process in [place.api, *place.workers]:
                if process is not None:
                    await kill(process)


def hasty(url: str, redis_url: str | None) -> Settings:
    return make_settings(
        database_url=SecretStr(url),
        redis_url=None if redis_url is None else SecretStr(redis_url),
        redis_prefix=f"test:{uuid4().hex}:",
        task_lease_seconds=LEASE_SECONDS,
        task_retry_seconds=0.1,
        task_slots=8,
        log_level="ERROR",
    )


async def make_all(place: Site, count: int, longest: float) -> None:
    """Make tasks, some at once, that take up to `longest` seconds each."""
    left = iter(range(count))

    async def make_some() -> None:
        for _ in left:
            await place.make(round(random.uniform(0, longest), 3))
            await asyncio.sleep(random.uniform(0, 0.05))

    await asyncio.gather(*(make_some() for _ in range(8)))


@pytest.fixture
def redis() -> Iterator[RedisServer]:
    """Give a Redis that may be disturbed."""
    with redis_server() as server:
        yield server


@pytest.fixture
def full(redis: RedisServer, tmp_path: Path) -> Iterator[Settings]:
    """Settings with servers and workers."""
    with backends.migrated("postgresql", tmp_path) as url:
        yield hasty(url, redis.url)


@pytest.fixture
def embedded(tmp_path: Path) -> Iterator[Settings]:
    """Settings of an API that does all of it alone."""
    with backends.migrated("sqlite", tmp_path) as url:
        yield hasty(url, None)


@needs_postgresql
@needs_redis_server
@AMOUNTS
async def test_killed_workers_apis_and_a_restarted_redis_lose_nothing(
    full: Settings, redis: RedisServer, tasks: int, kills: int
) -> None:
    async with site(full, workers=2) as place:
        await attempt_begins(place, await place.make("hang"), 1)
        making = asyncio.create_task(make_all(place, tasks, longest=0.6))
        for number in range(kills):
            await asyncio.sleep(random.uniform(0.1, 0.5))
            await place.kill_worker()
            if number in {kills // 4, kills * 3 // 5}:
                await place.kill_api()
            if number == kills * 2 // 5:
                await restart(redis)
            if number == kills * 3 // 4:
                await asyncio.to_thread(redis.client.flushall)
        await making
        await place.all_done()
        lost, doubled, again = await place.verdict()

    figures.record(
        f"{tasks} tasks, workers killed {kills} times, API 2, Redis restarted and flushed",
        f"lost {lost}, doubled {doubled}; {again} begun again",
    )
    assert (lost, doubled) == (0, 0)
    assert again > 0, "the task that hangs was not begun again"


async def restart(redis: RedisServer) -> None:
    await asyncio.to_thread(redis.stop)
    await asyncio.sleep(0.5)
    await asyncio.to_thread(redis.start)


@AMOUNTS
async def test_an_api_that_runs_its_tasks_itself_loses_nothing_when_it_is_killed(
    embedded: Settings, tasks: int, kills: int
) -> None:
    async with site(embedded, workers=0) as place:
        await attempt_begins(place, await place.make("hang"), 1)
        making = asyncio.create_task(make_all(place, tasks, longest=0.2))
        for _ in range(kills):
            await asyncio.sleep(random.uniform(0.2, 0.6))
            await place.kill_api()
        await making
        await place.all_done()
        lost, doubled, again = await place.verdict()

    figures.record(
        f"{tasks} tasks on SQLite alone, API killed {kills} times",
        f"lost {lost}, doubled {doubled}; {again} begun again",
    )
    assert (lost, doubled) == (0, 0)
    assert again > 0, "the task that hangs was not begun again"


@needs_postgresql
@needs_redis_server
async def test_a_killed_workers_task_is_begun_again_when_its_lease_is_over(full: Settings) -> None:
    async with site(full, workers=1) as place:
        task_id = await place.make("hang")
        await attempt_begins(place, task_id, 1)
        killed_at = time.monotonic()
        await kill(place.workers.pop())
        lease_until = await place.ask(select(Task.lease_until).where(Task.id == task_id))
        await place.start_worker()
        await attempt_begins(place, task_id, 2)
        waited = time.monotonic() - killed_at
        assert await place.ask(select(DatabaseNow())) > lease_until

    figures.record("a killed worker's task is begun again", f"{waited:.1f} s after the kill")


async def attempt_begins(place: Site, task_id: UUID, number: int) -> None:
    async def has_begun() -> bool:
        return bool(await place.ask(select(Task.attempt >= number).where(Task.id == task_id)))

    await until(has_begun)
