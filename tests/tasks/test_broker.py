"""How workers hear of new tasks: in this process, or through Redis."""

import asyncio
from uuid import uuid4

import pytest
from pydantic import SecretStr
from redis.asyncio import Redis

from app.core.config import Settings
from app.tasks.broker import Bell, make_listener
from tests import backends
from tests.apps import make_settings
from tests.waiting import LIMIT_SECONDS
from tests.workers import receiving

needs_redis = pytest.mark.skipif(not backends.HAS_REDIS, reason="Redis left out: no server")


@pytest.fixture
def with_redis() -> Settings:
    """Settings whose messages nobody else hears."""
    prefix = f"test:{uuid4().hex}:"
    return make_settings(redis_url=SecretStr(backends.REDIS_URL), redis_prefix=prefix)


async def answer_nothing() -> None:
    """Do not look for tasks."""


async def test_without_redis_this_process_is_told() -> None:
    told = asyncio.Event()

    async def look() -> None:
        told.set()

    bell = Bell(make_settings(redis_url=None), look)
    async with bell.serving(), asyncio.timeout(LIMIT_SECONDS):
        bell.ring()
        await told.wait()


@needs_redis
async def test_with_redis_a_listener_is_told(with_redis: Settings) -> None:
    told = asyncio.Event()

    async def look() -> None:
        told.set()

    bell = Bell(with_redis, answer_nothing)
    async with (
        receiving(make_listener(with_redis, look)),
        bell.serving(),
        asyncio.timeout(LIMIT_SECONDS),
    ):
        bell.ring()
        await told.wait()


@needs_redis
async def test_many_rings_are_few_messages_and_the_last_is_sent_before_the_end(
    with_redis: Settings,
) -> None:
    bell = Bell(with_redis, answer_nothing)
    async with bell.serving():
        for _ in range(100):
            bell.ring()

    async with Redis.from_url(backends.REDIS_URL) as redis:
        assert await redis.llen(f"{with_redis.redis_prefix}tasks") == 1


@needs_redis
async def test_messages_that_no_worker_takes_do_not_fill_redis(with_redis: Settings) -> None:
    bell = Bell(with_redis, answer_nothing)
    async with bell.serving():
        for _ in range(150):
            await bell._send()

    async with Redis.from_url(backends.REDIS_URL) as redis:
        assert await redis.llen(f"{with_redis.redis_prefix}tasks") == 100


async def test_a_redis_that_is_gone_keeps_nobody_from_ringing_and_ending() -> None:
    bell = Bell(make_settings(redis_url=SecretStr("redis://127.0.0.1:1")), answer_nothing)
    async with asyncio.timeout(LIMIT_SECONDS), bell.serving():
        bell.ring()
        await asyncio.sleep(0)
        bell.ring()
