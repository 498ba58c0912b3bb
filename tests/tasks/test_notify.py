"""How workers learn of new tasks: in this process, or through Redis."""

import asyncio
from uuid import uuid4

import pytest
from pydantic import SecretStr
from redis.asyncio import Redis

from app.core.config import Settings
from app.tasks.engine.notify import listening, notifying
from app.telemetry.metrics import TASK_NOTIFICATIONS_UP
from tests import backends
from tests.apps import make_settings
from tests.metrics import value_of
from tests.redis_server import RedisServer, needs_redis_server, redis_server
from tests.waiting import LIMIT_SECONDS

needs_redis = pytest.mark.skipif(not backends.HAS_REDIS, reason="Redis left out: no server")


def settings_of(url: str) -> Settings:
    """Return settings whose channel no other test uses."""
    return make_settings(redis_url=SecretStr(url), redis_prefix=f"test:{uuid4().hex}:")


async def woken(wake: asyncio.Event) -> None:
    """Wait for a notification, and forget it."""
    await asyncio.wait_for(wake.wait(), LIMIT_SECONDS)
    wake.clear()


async def test_without_redis_this_process_is_notified() -> None:
    wake = asyncio.Event()

    async with notifying(make_settings(redis_url=None), wake) as notify:
        notify()

    assert wake.is_set()


@needs_redis
async def test_with_redis_every_listener_is_notified() -> None:
    settings, wakes = settings_of(backends.REDIS_URL), [asyncio.Event(), asyncio.Event()]
    async with listening(settings, wakes[0]), listening(settings, wakes[1]):
        # A listener that has just subscribed looks once for what was sent before.
        await asyncio.gather(*map(woken, wakes))

        async with notifying(settings, asyncio.Event()) as notify:
            notify()

        await asyncio.gather(*map(woken, wakes))


@needs_redis
async def test_many_notifications_become_few_messages_and_the_last_is_sent_before_the_end() -> None:
    settings = settings_of(backends.REDIS_URL)
    async with Redis.from_url(backends.REDIS_URL) as redis, redis.pubsub() as subscription:
        await subscription.subscribe(f"{settings.redis_prefix}tasks")
        await subscription.get_message(timeout=LIMIT_SECONDS)

        async with notifying(settings, asyncio.Event()) as notify:
            for _ in range(100):
                notify()

        await subscription.ping()
        kinds: list[str] = []
        while kinds[-1:] != ["pong"]:
            message = await subscription.get_message(timeout=LIMIT_SECONDS)
            kinds.append(message["type"])
        assert kinds == ["message", "pong"]
        assert await redis.keys(f"{settings.redis_prefix}*") == []


async def test_without_an_answer_of_redis_a_process_notifies_and_ends_all_the_same() -> None:
    settings = settings_of("redis://127.0.0.1:1")

    async with asyncio.timeout(LIMIT_SECONDS), notifying(settings, asyncio.Event()) as notify:
        notify()
        await asyncio.sleep(0)
        notify()


@needs_redis_server
async def test_after_a_restart_of_redis_a_listener_is_notified_again() -> None:
    with redis_server() as server:
        settings, wake = settings_of(server.url), asyncio.Event()
        async with listening(settings, wake):
            await woken(wake)
            await restart(server)
            await woken(wake)

            async with notifying(settings, asyncio.Event()) as notify:
                notify()

            await woken(wake)


async def restart(server: RedisServer) -> None:
    await asyncio.to_thread(server.stop)
    await asyncio.to_thread(server.start)


async def test_the_metric_tells_from_the_start_that_workers_are_notified() -> None:
    TASK_NOTIFICATIONS_UP.set(0)

    async with notifying(settings_of("redis://127.0.0.1:1"), asyncio.Event()):
        assert value_of(TASK_NOTIFICATIONS_UP) == 1
