"""The cache without HTTP: one suite for values in memory and on Redis."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, ParamSpec, TypeVar
from uuid import uuid4

import cashews
import pytest

from app.core import cache as module
from app.core.cache import Cache, make_cache_backend
from app.core.redis import Breaker, RedisUnavailable
from tests import backends
from tests.waiting import LIMIT_SECONDS, until

SECRET = b"secret of the tests"
P = ParamSpec("P")
T = TypeVar("T")

needs_redis = pytest.mark.skipif(not backends.HAS_REDIS, reason="there is no Redis server")
on_redis = pytest.param("redis", marks=needs_redis)


def ignore(up: bool) -> None:  # noqa: FBT001 - the signature that Breaker calls
    """Ignore the state."""


class Source:
    """The source of the cached value, which counts its reads."""

    def __init__(self, value: str | None = "old") -> None:
        self.value = value
        self.loads = 0
        self.read = asyncio.Event()
        self.go_on = asyncio.Event()
        self.go_on.set()

    async def load(self) -> str | None:
        """Read the value, and hand it over when the test lets it."""
        self.loads += 1
        value = self.value
        self.read.set()
        await self.go_on.wait()
        return value

    def slow_down(self) -> None:
        """Let readers wait between reading and handing over."""
        self.read.clear()
        self.go_on.clear()


@pytest.fixture(params=["memory", on_redis])
def url(request: pytest.FixtureRequest) -> str | None:
    return backends.REDIS_URL if request.param == "redis" else None


@pytest.fixture
async def backend(url: str | None) -> AsyncIterator[cashews.Cache]:
    backend = make_cache_backend(url, size=1_000)
    yield backend
    await backend.close()


def make_cache(backend: cashews.Cache, **changes: object) -> Cache:
    fields: dict[str, Any] = {
        "prefix": f"test:{uuid4().hex}:",
        "secret": SECRET,
        "life_seconds": 60,
        "absent_seconds": 60,
    }
    breaker = Breaker(ignore, timeout_seconds=LIMIT_SECONDS)
    return Cache(backend, breaker, **fields | changes)


@pytest.fixture
def cache(backend: cashews.Cache) -> Cache:
    return make_cache(backend)


@pytest.fixture
def source() -> Source:
    return Source()


@pytest.mark.parametrize("value", ["old", "", "-", "changing", "0", "Größe ✓", None], ids=repr)
async def test_a_value_is_loaded_once_also_one_that_is_not_there(
    cache: Cache, value: str | None
) -> None:
    source = Source(value)

    assert [await cache.get_or_load("k", source.load) for _ in range(3)] == [value] * 3
    assert source.loads == 1


async def test_keys_are_kept_apart(cache: Cache, source: Source) -> None:
    await cache.get_or_load("item:ada:1", source.load)
    source.value = "another"

    assert await cache.get_or_load("item:bob:1", source.load) == "another"


@pytest.mark.parametrize(("value", "seconds"), [("old", 600), (None, 300)])
async def test_a_value_expires_when_the_settings_say(
    backend: cashews.Cache, value: str | None, seconds: int
) -> None:
    cache = make_cache(backend, life_seconds=600, absent_seconds=300)

    await cache.get_or_load("k", Source(value).load)

    left = await backend.get_expire(f"{cache._prefix}cache:k")
    assert seconds - LIMIT_SECONDS < left <= seconds


async def test_a_value_that_has_expired_is_loaded_again(backend: cashews.Cache) -> None:
    cache, source = make_cache(backend, life_seconds=1), Source("old")
    await cache.get_or_load("k", source.load)
    source.value = "new"

    async def is_new() -> bool:
        return await cache.get_or_load("k", source.load) == "new"

    await until(is_new)


async def test_of_many_callers_one_loads(cache: Cache, source: Source) -> None:
    source.slow_down()
    callers = [asyncio.ensure_future(cache.get_or_load("k", source.load)) for _ in range(200)]
    await source.read.wait()
    source.go_on.set()

    assert await asyncio.gather(*callers) == ["old"] * 200
    assert source.loads == 1


async def test_a_failed_load_is_not_kept_and_the_next_caller_loads(
    cache: Cache, source: Source
) -> None:
    async def fail() -> str | None:
        raise ConnectionError("database is gone")

    results = await asyncio.gather(
        *(cache.get_or_load("k", fail) for _ in range(5)), return_exceptions=True
    )

    assert {type(result) for result in results} == {ConnectionError}
    assert await cache.get_or_load("k", source.load) == "old"


async def test_a_cancelled_load_lets_the_next_caller_load(cache: Cache, source: Source) -> None:
    source.slow_down()
    caller = asyncio.ensure_future(cache.get_or_load("k", source.load))
    await source.read.wait()
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    source.go_on.set()

    assert not await cache._backend.is_locked(f"{cache._prefix}cache:k:lock")
    assert await cache.get_or_load("k", source.load) == "old"


@needs_redis
async def test_callers_wait_no_longer_than_the_lock_of_a_process_that_died(
    source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Only the end of the lock ends the wait.
    monkeypatch.setattr(module, "_LOAD_SECONDS", 2 * LIMIT_SECONDS)
    backend = make_cache_backend(backends.REDIS_URL, size=0)
    cache = make_cache(backend)
    await backend.set_lock(f"{cache._prefix}cache:k:lock", "its token", expire=0.2)

    async with asyncio.timeout(LIMIT_SECONDS):
        assert await cache.get_or_load("k", source.load) == "old"
    await backend.close()


@needs_redis
async def test_the_lock_of_a_process_that_dies_now_ends_by_itself(source: Source) -> None:
    backend = make_cache_backend(backends.REDIS_URL, size=0)
    cache = make_cache(backend)
    source.slow_down()
    caller = asyncio.ensure_future(cache.get_or_load("k", source.load))
    await source.read.wait()

    left = await backend.get_expire(f"{cache._prefix}cache:k:lock")
    source.go_on.set()
    await caller
    await backend.close()

    assert left != -1, "the lock never ends"
    assert left <= module._LOCK_SECONDS


async def test_callers_stop_waiting_for_a_load_without_end(
    cache: Cache, source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_LOAD_SECONDS", 0.05)
    source.slow_down()
    endless = asyncio.ensure_future(cache.get_or_load("k", source.load))
    await source.read.wait()

    assert await cache.get_or_load("k", Source("mine").load) == "mine"
    source.go_on.set()
    assert await endless == "old"


async def test_a_change_is_seen_at_once(cache: Cache, source: Source) -> None:
    await cache.get_or_load("k", source.load)
    async with cache.changing("k"):
        source.value = "new"

    assert await cache.get_or_load("k", source.load) == "new"


async def test_during_a_change_nothing_is_kept(cache: Cache, source: Source) -> None:
    async with cache.changing("k"):
        assert await cache.get_or_load("k", source.load) == "old"
        source.value = "new"
        assert await cache.get_or_load("k", source.load) == "new"

    assert source.loads == 2


async def test_a_slow_reader_does_not_bring_back_what_it_read_before_the_change(
    cache: Cache, source: Source
) -> None:
    source.slow_down()
    slow = asyncio.ensure_future(cache.get_or_load("k", source.load))
    await source.read.wait()
    async with cache.changing("k"):
        source.value = "new"
    source.go_on.set()

    assert await slow == "old"
    assert await cache.get_or_load("k", source.load) == "new"


async def test_a_reader_that_took_too_long_keeps_nothing(
    cache: Cache, source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The mark of a change in the meantime may be gone by then."""
    monkeypatch.setattr(module, "_LOAD_SECONDS", 0)
    await cache.get_or_load("k", source.load)
    source.value = "new"

    assert await cache.get_or_load("k", source.load) == "new"


async def test_a_mark_outlives_every_reader_that_may_store() -> None:
    assert module._MARK_SECONDS >= 2 * module._LOAD_SECONDS


@pytest.mark.parametrize("error", [KeyError("inside"), asyncio.CancelledError()], ids=repr)
async def test_a_change_that_failed_is_marked_too(
    cache: Cache, source: Source, error: BaseException
) -> None:
    """Its commit may have been done, and only the answer to it lost."""

    async def change() -> None:
        async with cache.changing("k"):
            await cache._backend.delete(f"{cache._prefix}cache:k")  # the first mark has died
            assert await cache.get_or_load("k", source.load) == "old"
            source.value = "new"
            raise error

    with pytest.raises(type(error)):
        await change()

    assert await cache.get_or_load("k", source.load) == "new"


class Outage(Breaker):
    """A breaker that the test opens."""

    down = False

    async def ask(
        self, question: Callable[P, Awaitable[T]], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        if self.down:
            raise RedisUnavailable
        return await super().ask(question, *args, **kwargs)


async def test_without_redis_everybody_loads(backend: cashews.Cache, source: Source) -> None:
    cache = make_cache(backend)
    cache._breaker = outage = Outage(ignore)
    await cache.get_or_load("k", source.load)
    outage.down = True
    source.value = "new"

    assert [await cache.get_or_load("k", source.load) for _ in range(3)] == ["new"] * 3
    assert source.loads == 4


async def test_what_changed_without_redis_is_marked_before_anything_is_read_from_it(
    backend: cashews.Cache, source: Source
) -> None:
    cache = make_cache(backend)
    cache._breaker = outage = Outage(ignore)
    for key in ("k", "other"):
        await cache.get_or_load(key, source.load)
    outage.down = True
    async with cache.changing("k"):
        source.value = "new"
    outage.down = False

    assert await cache.get_or_load("other", source.load) == "old"
    another_process = make_cache(backend, prefix=cache._prefix)
    assert await another_process.get_or_load("k", source.load) == "new"
    assert cache._missed == {}


async def test_redis_that_fails_during_the_load_costs_no_second_load(
    backend: cashews.Cache, source: Source
) -> None:
    cache = make_cache(backend)
    cache._breaker = outage = Outage(ignore)

    async def load() -> str | None:
        outage.down = True
        return await source.load()

    assert await cache.get_or_load("k", load) == "old"
    assert source.loads == 1


async def test_changes_of_a_long_outage_are_forgotten_when_their_values_have_died(
    backend: cashews.Cache,
) -> None:
    cache = make_cache(backend, life_seconds=0, absent_seconds=0)
    cache._breaker = outage = Outage(ignore)
    outage.down = True
    for n in range(100):
        async with cache.changing(f"k{n}"):
            pass

    assert len(cache._missed) == 1


async def test_another_format_is_neither_used_nor_replaced(backend: cashews.Cache) -> None:
    old = make_cache(backend)
    new = make_cache(backend, prefix=old._prefix, secret=b"of another release")
    await old.get_or_load("k", Source("old format").load)

    assert await new.get_or_load("k", Source("new format").load) == "new format"
    assert await old.get_or_load("k", Source("unused").load) == "old format"
    async with new.changing("k"):
        pass
    assert await old.get_or_load("k", Source("changed").load) == "changed"


async def test_nothing_is_kept_where_there_is_no_room() -> None:
    backend = make_cache_backend(None, size=0)
    cache, source = make_cache(backend), Source()

    assert [await cache.get_or_load("k", source.load) for _ in range(3)] == ["old"] * 3
    assert source.loads == 3
    await backend.close()


async def test_memory_is_bounded() -> None:
    backend = make_cache_backend(None, size=10)
    cache, load = make_cache(backend), Source().load
    for n in range(100):
        await cache.get_or_load(f"k{n}", load)

    assert await backend.get_keys_count() <= 10
    await backend.close()
