"""Limits, sessions, cache and notifications on Redis Cluster, and behind Sentinel."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr
from redis.asyncio.cluster import RedisCluster

from app.core.cache import RedisStore
from app.core.config import Settings
from app.core.rate_limit import Policy, RedisLimiter
from app.core.redis import Breaker, connect
from app.core.session_marks import ALIVE, MARK
from app.main import create_app
from app.tasks.engine.notify import listening, notifying
from tests.apps import changed, make_settings, started
from tests.clients import sign_up
from tests.redis_cluster import redis_cluster, redis_sentinel
from tests.redis_server import needs_redis_server

pytestmark = needs_redis_server

POLICIES = [Policy("second", 5, 10), Policy("minute", 50, 60)]


@pytest.fixture(scope="module", params=["cluster", "sentinel"])
def modes(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, object]]:
    """Give the settings of a cluster, then those of a Sentinel."""
    folder: Path = tmp_path_factory.mktemp("redis")
    opened = redis_cluster(folder) if request.param == "cluster" else redis_sentinel(folder, "main")
    with opened as servers:
        yield {
            "redis_url": SecretStr(servers.url),
            "redis_mode": request.param,
            "redis_sentinel_service": "main",
        }


async def test_the_limit_is_exact_for_callers_on_all_nodes(modes: dict[str, object]) -> None:
    redis = connect(make_settings(**modes))
    limiter, breaker = RedisLimiter(redis, "test:"), Breaker(lambda _: None, timeout_seconds=60)

    decisions = await asyncio.gather(
        *(breaker.ask(limiter.hit, f"user:{n % 30}", POLICIES) for n in range(30 * 8))
    )
    first = await limiter.hit("user:other", POLICIES)
    await limiter.take_back("user:other", POLICIES, first)
    again = await limiter.peek("user:other", POLICIES)
    await redis.aclose()

    assert sum(decision.allowed for decision in decisions) == 30 * 5
    assert again.quotas[0].remaining == 5


async def test_the_first_calls_of_a_client_all_succeed(modes: dict[str, object]) -> None:
    redis = connect(make_settings(**modes))
    limiter, breaker = RedisLimiter(redis, "test:"), Breaker(lambda _: None, timeout_seconds=60)

    decisions = await asyncio.gather(
        *(
            breaker.ask(limiter.hit, f"user:new-{n}", POLICIES, read_along=f"{MARK}{n}")
            for n in range(64)
        )
    )
    await redis.aclose()

    assert {decision.quotas[0].remaining for decision in decisions} == {4}


async def test_a_session_is_read_along_wherever_its_mark_is(modes: dict[str, object]) -> None:
    redis = connect(make_settings(**modes))
    limiter = RedisLimiter(redis, "test:")
    sessions = [f"{MARK}{n}" for n in range(20)]
    for session in sessions:
        await redis.set(f"test:{session}", ALIVE)

    found = [await limiter.hit("user:ada", [], read_along=session) for session in sessions]
    none = await limiter.hit("user:ada", [], read_along=f"{MARK}unknown")
    await redis.aclose()

    assert {decision.note for decision in found} == {ALIVE}
    assert none.note is None


async def test_cached_values_are_read_from_all_nodes(modes: dict[str, object]) -> None:
    redis = connect(make_settings(**modes))
    store = RedisStore(redis, Breaker(lambda _: None, timeout_seconds=60))
    names = [f"test:value:{n}" for n in range(20)]
    for name in names:
        await store.write(name, name.encode(), 60)

    found = await store.read([*names, "test:absent"])
    await redis.aclose()

    assert found == [*(name.encode() for name in names), None]


async def test_workers_are_notified(modes: dict[str, object]) -> None:
    settings, wake = make_settings(**modes), asyncio.Event()

    async with listening(settings, wake), notifying(settings, asyncio.Event()) as notify:
        async with asyncio.timeout(60):
            await wake.wait()  # The subscription itself.
            wake.clear()
            notify()
            await wake.wait()


async def test_the_application_works(settings: Settings, modes: dict[str, object]) -> None:
    if settings.redis_url is None:
        pytest.skip("without Redis there is no mode")
    app = create_app(changed(settings, **modes))
    async with started(app) as client:
        ada = await sign_up(client, "Ada")
        answers = [await ada.get("/users/me") for _ in range(2)]
        await ada.delete("/users/me/sessions")
        refused = await ada.get("/users/me")

    assert [answer.status_code for answer in answers] == [200, 200]
    assert "RateLimit" in answers[0].headers
    assert refused.status_code == 401


async def test_the_keys_are_on_several_nodes(modes: dict[str, object]) -> None:
    redis = connect(make_settings(**modes))
    if not isinstance(redis, RedisCluster):
        pytest.skip("Sentinel has one primary")
    async with redis:
        for number in range(50):
            await redis.set(f"test:spread:{number}", b"")

        sizes = await redis.dbsize(target_nodes=RedisCluster.PRIMARIES)

    assert sizes >= 50
    assert len(redis.get_primaries()) == 3
