"""A replica takes over for the primary of a Redis Cluster, or behind Sentinel."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr
from redis.asyncio.cluster import RedisCluster
from redis.exceptions import RedisError

from app.core.config import Settings
from app.core.rate_limit import FallbackLimiter, MemoryLimiter, Policy, RedisLimiter
from app.core.redis import Breaker, RedisUnavailable, close, connect, make_cluster
from app.main import create_app
from tests import figures
from tests.apps import changed, started
from tests.clients import sign_up
from tests.redis_cluster import Servers, redis_cluster, redis_sentinel
from tests.redis_server import needs_redis_server
from tests.waiting import until

pytestmark = [pytest.mark.fault, needs_redis_server]

CALLERS = 20
KEY_OF_FIRST_NODE = "b"
MINUTE = Policy("minute", 40, 60)


@pytest.fixture(params=["cluster", "sentinel"])
def mode(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def servers(mode: str, tmp_path: Path) -> Iterator[Servers]:
    opened = redis_cluster(tmp_path) if mode == "cluster" else redis_sentinel(tmp_path, "main")
    with opened as servers:
        yield servers


@pytest.fixture
def failing_settings(settings: Settings, servers: Servers, mode: str) -> Settings:
    """Settings with the time limit of production."""
    return changed(
        settings,
        redis_url=SecretStr(servers.url),
        redis_mode=mode,
        redis_sentinel_service="main",
        redis_timeout_seconds=0.05,
    )


async def test_limits_are_exact_again_after_a_failover(
    failing_settings: Settings, servers: Servers
) -> None:
    redis = connect(failing_settings)
    breaker = Breaker(lambda _: None, timeout_seconds=failing_settings.redis_timeout_seconds)
    limiter = FallbackLimiter(RedisLimiter(redis, "test:"), MemoryLimiter(processes=4), breaker)

    async def all_are_counted_on_redis() -> bool:
        try:
            for caller in range(CALLERS):
                await limiter.hit(f"early:{caller}", [Policy("m", 10_000, 60)], shared=True)
        except RedisUnavailable:
            return False
        return True

    await until(all_are_counted_on_redis)
    await asyncio.to_thread(servers.fail_over)
    await until(all_are_counted_on_redis)
    hits = [f"late:{n % CALLERS}" for n in range(CALLERS * 60)]
    decisions = [await limiter.hit(caller, [MINUTE]) for caller in hits]
    await close(redis)

    assert sum(decision.allowed for decision in decisions) == CALLERS * MINUTE.requests


async def test_every_request_is_answered_during_a_failover(
    failing_settings: Settings, servers: Servers, mode: str
) -> None:
    statuses = list[int]()
    async with started(create_app(failing_settings)) as client:
        callers = [await sign_up(client, f"User{n}") for n in range(5)]

        async def call() -> None:
            while not failed_over.done():
                answers = await asyncio.gather(*(caller.get("/users/me") for caller in callers))
                statuses.extend(answer.status_code for answer in answers)

        failed_over = asyncio.ensure_future(asyncio.to_thread(servers.fail_over))
        await call()
        await failed_over
        ended = await callers[0].delete("/users/me/sessions")
        refused = await callers[0].get("/users/me")

    figures.record(f"requests during a failover, Redis {mode}", f"{len(statuses)}, all 200")
    assert set(statuses) == {200}
    assert (ended.status_code, refused.status_code) == (204, 401)


async def test_a_client_that_lost_a_node_closes_its_connections_to_the_others(
    tmp_path: Path,
) -> None:
    with redis_cluster(tmp_path) as servers:
        before = servers.clients_of_replica()
        client = make_cluster(servers.url)
        await client.ping(target_nodes=RedisCluster.ALL_NODES)
        servers.kill_primary()
        with pytest.raises(RedisError):
            await client.get(KEY_OF_FIRST_NODE)

        await close(client)

        await until(lambda: servers.clients_of_replica() == before)
