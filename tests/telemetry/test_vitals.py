"""What a process reports about itself: event loop, connections, queue, cache and limits."""

import asyncio
from typing import ClassVar

from prometheus_client import REGISTRY
from sqlalchemy import delete, update

from app.core.config import Settings
from app.core.resources import open_resources
from app.db.base import DatabaseNow
from app.db.models.tasks import Task
from app.services.support.outbox import Payload, enqueue
from app.tasks.engine.process import open_process
from app.telemetry.vitals import Backlog, watching
from tests.clients import Caller
from tests.items import create
from tests.waiting import until


def read(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


class Unknown(Payload):
    """A task that no worker knows."""

    task: ClassVar = "unknown_to_all_workers"


async def test_the_queue_is_counted_with_the_age_of_its_oldest_task(settings: Settings) -> None:
    long_ago = update(Task).where(Task.name == Unknown.task).values(run_at=DatabaseNow(-60))
    async with open_resources(settings) as resources, resources.database.write() as work:
        await enqueue(work, Unknown())
        await work.session.execute(long_ago)

        due, oldest, dead = await work.tasks.backlog()

        await work.session.execute(delete(Task).where(Task.name == Unknown.task))

    assert due >= 1
    assert oldest >= 60
    assert dead >= 0


async def test_a_read_of_the_queue_finishes_before_the_block_ends(settings: Settings) -> None:
    started, finished = asyncio.Event(), asyncio.Event()

    async def read_backlog() -> Backlog:
        started.set()
        await asyncio.sleep(0)
        finished.set()
        return Backlog(due=0, oldest_seconds=0, dead=0)

    async with (
        open_resources(settings) as resources,
        watching(resources.database.engine, read_backlog),
    ):
        await started.wait()

    assert finished.is_set()


async def test_a_process_reports_loop_connections_and_queue(settings: Settings) -> None:
    lags = read("event_loop_lag_seconds_count")

    async with open_process(settings):
        await until(lambda: read("event_loop_lag_seconds_count") > lags)

        limit = settings.database_pool_size + settings.database_max_overflow
        assert read("database_pool_limit") == limit
        assert read("database_pool_connections", state="used") >= 0


# part example
async def test_decisions_of_limits_and_reads_of_the_cache_are_counted(ada: Caller) -> None:
    item = await create(ada, name="Oak")
    path = f"/items/{item['id']}"
    await ada.get(path)
    hits = read("cache_reads_total", result="hit")
    allowed = read("rate_limit_decisions_total", operation="getItem", decision="allowed")

    await ada.get(path)

    assert read("cache_reads_total", result="hit") == hits + 1
    found = read("rate_limit_decisions_total", operation="getItem", decision="allowed")
    assert found == allowed + 1


# end part
