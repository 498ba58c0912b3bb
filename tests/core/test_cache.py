"""The cache without HTTP: one suite for values in memory and on Redis."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from types import SimpleNamespace
from typing import Any, ParamSpec, TypeVar
from uuid import uuid4

import pytest
from pydantic import BaseModel
from redis.asyncio import Redis

from app.core import cache as module
from app.core.cache import Cache, MemoryStore, RedisStore, Store
from app.core.redis import Breaker, RedisUnavailable, make_redis
from tests import backends
from tests.waiting import LIMIT_SECONDS, until

P = ParamSpec("P")
T = TypeVar("T")

needs_redis = pytest.mark.skipif(not backends.HAS_REDIS, reason="there is no Redis server")


class Text(BaseModel):
    """What is kept."""

    text: str


class Wrapped(BaseModel):
    """What another release of the same contract keeps."""

    text: dict[str, str]


def ignore(up: bool) -> None:  # noqa: FBT001 - the signature that Breaker calls
    """Ignore the state."""


class Outage(Breaker):
    """A breaker that the test opens."""

    down = False

    async def ask(
        self, question: Callable[P, Awaitable[T]], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        if self.down:
            raise RedisUnavailable
        return await super().ask(question, *args, **kwargs)


class Source:
    """What the cache stands before: one value, and how often it was read."""

    def __init__(self, value: str | None = "old") -> None:
        self.value = value
        self.loads = 0
        self.read = asyncio.Event()
        self.go_on = asyncio.Event()
        self.go_on.set()

    async def load(self) -> Text | None:
        """Read the value, and hand it over when the test lets it."""
        self.loads += 1
        value = self.value
        self.read.set()
        await self.go_on.wait()
        return None if value is None else Text(text=value)

    def slow_down(self) -> None:
        """Let readers wait between reading and handing over."""
        self.read.clear()
        self.go_on.clear()


@pytest.fixture
async def redis() -> AsyncIterator[Redis]:
    async with make_redis(backends.REDIS_URL) as client:
        yield client


@pytest.fixture(params=["memory", pytest.param("redis", marks=needs_redis)])
async def store(request: pytest.FixtureRequest) -> AsyncIterator[Store]:
    if request.param == "memory":
        yield MemoryStore(size=1_000)
        return
    async with make_redis(backends.REDIS_URL) as client:
        yield RedisStore(client, Breaker(ignore, timeout_seconds=LIMIT_SECONDS))


def make_cache(store: Store, **changes: object) -> Cache:
    fields: dict[str, Any] = {
        "prefix": f"test:{uuid4().hex}:",
        "release": "1",
        "life_seconds": 60,
        "absent_seconds": 60,
    }
    return Cache(store, **fields | changes)


async def read(cache: Cache, source: Source, key: str = "k") -> str | None:
    found = await cache.read(key, Text, source.load)
    return None if found is None else found.text


@pytest.fixture
def cache(store: Store) -> Cache:
    return make_cache(store)


@pytest.fixture
def source() -> Source:
    return Source()


@pytest.mark.parametrize("value", ["old", "", "-", "a\nb", "0", "Größe ✓", None], ids=repr)
async def test_a_value_is_loaded_once_also_one_that_is_not_there(
    cache: Cache, value: str | None
) -> None:
    source = Source(value)

    assert [await read(cache, source) for _ in range(3)] == [value] * 3
    assert source.loads == 1


async def test_keys_are_kept_apart(cache: Cache, source: Source) -> None:
    await read(cache, source, "item:1")
    source.value = "another"

    assert await read(cache, source, "item:2") == "another"


async def test_a_change_of_one_key_leaves_the_others(cache: Cache, source: Source) -> None:
    await read(cache, source, "other")
    async with cache.changing("k"):
        source.value = "new"

    assert await read(cache, source, "other") == "old"


@pytest.mark.parametrize(("value", "seconds"), [("old", 600), (None, 300)])
async def test_a_value_expires_when_the_settings_say(value: str | None, seconds: int) -> None:
    now = 0.0
    store = MemoryStore(size=10, clock=lambda: now)
    cache, source = make_cache(store, life_seconds=600, absent_seconds=300), Source(value)
    await read(cache, source)

    now = seconds - 0.1
    await read(cache, source)
    assert source.loads == 1
    now = seconds + 0.1
    await read(cache, source)
    assert source.loads == 2


@needs_redis
async def test_redis_forgets_values_and_versions_by_itself(redis: Redis) -> None:
    store = RedisStore(redis, Breaker(ignore, timeout_seconds=LIMIT_SECONDS))
    prefix = f"test:{uuid4().hex}:"
    cache = make_cache(store, prefix=prefix, life_seconds=600)
    async with cache.changing("k"):
        pass
    await read(cache, Source())

    lives = {key: await redis.ttl(key) async for key in redis.scan_iter(f"{prefix}*")}
    assert len(lives) == 2
    assert 600 - LIMIT_SECONDS < lives[f"{prefix}cache:k:1".encode()] <= 600
    assert 1200 - LIMIT_SECONDS < lives[f"{prefix}cache:k".encode()] <= 1200


async def test_of_many_callers_one_loads(store: Store, source: Source) -> None:
    outcomes: list[str] = []
    cache = make_cache(store, on_read=outcomes.append)
    source.slow_down()
    callers = [asyncio.ensure_future(read(cache, source)) for _ in range(200)]
    await until(lambda: outcomes == ["miss"] * 200)
    source.go_on.set()

    assert await asyncio.gather(*callers) == ["old"] * 200
    assert source.loads == 1


async def test_a_failed_load_is_not_kept_and_the_next_caller_loads(
    cache: Cache, source: Source
) -> None:
    async def fail() -> Text | None:
        raise ConnectionError("database is gone")

    results = await asyncio.gather(
        *(cache.read("k", Text, fail) for _ in range(5)), return_exceptions=True
    )

    assert {type(result) for result in results} == {ConnectionError}
    assert await read(cache, source) == "old"


async def test_a_caller_that_gives_up_leaves_the_load_to_the_others(
    store: Store, source: Source
) -> None:
    outcomes: list[str] = []
    cache = make_cache(store, on_read=outcomes.append)
    source.slow_down()
    first, second = [asyncio.ensure_future(read(cache, source)) for _ in range(2)]
    await until(lambda: outcomes == ["miss"] * 2)
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    source.go_on.set()

    assert await second == "old"
    assert source.loads == 1


async def test_a_change_is_seen_at_once(cache: Cache, source: Source) -> None:
    await read(cache, source)
    async with cache.changing("k"):
        source.value = "new"

    assert await read(cache, source) == "new"


async def test_a_slow_reader_does_not_bring_back_what_it_read_before_the_change(
    cache: Cache, source: Source
) -> None:
    source.slow_down()
    slow = asyncio.ensure_future(read(cache, source))
    await source.read.wait()
    async with cache.changing("k"):
        source.value = "new"
    source.go_on.set()

    assert await slow == "old"
    assert await read(cache, source) == "new"


async def test_who_comes_after_a_change_does_not_join_a_load_from_before(
    cache: Cache, source: Source
) -> None:
    source.slow_down()
    slow = asyncio.ensure_future(read(cache, source))
    await source.read.wait()
    async with cache.changing("k"):
        source.value = "new"

    source.read.clear()
    late = asyncio.ensure_future(read(cache, source))
    await source.read.wait()
    source.go_on.set()
    assert [await slow, await late] == ["old", "new"]


async def test_a_reader_that_took_too_long_keeps_nothing(
    cache: Cache, source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The version of a change in the meantime may have expired by then."""
    now = 0.0
    monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: now))
    source.slow_down()
    slow = asyncio.ensure_future(read(cache, source))
    await source.read.wait()
    now = 60.0
    source.go_on.set()
    await slow
    source.value = "new"

    assert await read(cache, source) == "new"


@pytest.mark.parametrize("error", [KeyError("inside"), asyncio.CancelledError()], ids=repr)
async def test_a_change_that_failed_invalidates_too(
    cache: Cache, source: Source, error: BaseException
) -> None:
    """Its commit may have been done, and only the answer to it lost."""

    async def change() -> None:
        async with cache.changing("k"):
            source.value = "new"
            raise error

    await read(cache, source)
    with pytest.raises(type(error)):
        await change()

    assert await read(cache, source) == "new"


@needs_redis
async def test_without_redis_everybody_loads(redis: Redis, source: Source) -> None:
    outage = Outage(ignore, timeout_seconds=LIMIT_SECONDS)
    cache = make_cache(RedisStore(redis, outage))
    await read(cache, source)
    outage.down = True
    source.value = "new"

    assert [await read(cache, source) for _ in range(3)] == ["new"] * 3
    assert source.loads == 4


@needs_redis
async def test_what_changed_without_redis_is_invalidated_before_anything_is_read_from_it(
    redis: Redis, source: Source
) -> None:
    outage = Outage(ignore, timeout_seconds=LIMIT_SECONDS)
    here, there = [make_cache(RedisStore(redis, outage), prefix=p) for p in [uuid4().hex] * 2]
    await read(here, source)
    outage.down = True
    async with here.changing("k"):
        source.value = "new"
    outage.down = False

    assert await read(here, source) == "new"
    assert await read(there, source) == "new"
    source.value = "unused"
    assert [await read(cache, source) for cache in (here, there)] == ["new"] * 2


@needs_redis
async def test_redis_that_fails_during_the_load_costs_no_second_load(
    redis: Redis, source: Source
) -> None:
    outage = Outage(ignore, timeout_seconds=LIMIT_SECONDS)
    cache = make_cache(RedisStore(redis, outage))

    async def load() -> Text | None:
        outage.down = True
        return await source.load()

    assert await cache.read("k", Text, load) == Text(text="old")
    assert source.loads == 1


async def test_releases_share_changes_and_no_values(store: Store) -> None:
    prefix = f"test:{uuid4().hex}:"
    old, new = [make_cache(store, prefix=prefix, release=release) for release in ("1", "2")]
    await read(old, Source("old format"))

    assert await read(new, Source("new format")) == "new format"
    assert await read(old, Source("unused")) == "old format"
    async with new.changing("k"):
        pass
    assert await read(old, Source("changed")) == "changed"


async def test_a_value_of_another_model_is_loaded_again(cache: Cache, source: Source) -> None:
    async def load() -> Wrapped:
        return Wrapped(text={"en": "old"})

    await cache.read("k", Wrapped, load)

    assert [await read(cache, source) for _ in range(2)] == ["old"] * 2
    assert source.loads == 1


async def test_nothing_is_kept_where_there_is_no_room(source: Source) -> None:
    cache = make_cache(MemoryStore(size=0))

    assert [await read(cache, source) for _ in range(3)] == ["old"] * 3
    assert source.loads == 3


async def test_memory_is_bounded(source: Source) -> None:
    store = MemoryStore(size=10)
    cache = make_cache(store, prefix="")
    for n in range(100):
        await read(cache, source, f"k{n}")

    names = [f"cache:k{n}:1" for n in range(100)]
    assert sum(value is not None for value in await store.read(names)) == 10
