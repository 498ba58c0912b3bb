"""The limiters without HTTP: one suite for the counts in memory and on Redis."""

import random
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from uuid import uuid4

import pytest
from limits import RateLimitItem, RateLimitItemPerMinute, RateLimitItemPerSecond
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from redis.asyncio import Redis

from app.core.rate_limit import HIT_SCRIPT, Decision, MemoryLimiter, Policy, RedisLimiter
from tests import backends, figures
from tests.redis_server import needs_redis_server, redis_server

SECOND = 1_000_000
BURST = Policy("burst", 3, 1)
SUSTAINED = Policy("sustained", 5, 60)
ITEM = re.compile(r'"(?P<name>[a-z]+)";r=(?P<r>\d+);t=(?P<t>\d+)')

needs_redis = pytest.mark.skipif(not backends.HAS_REDIS, reason="there is no Redis server")


@dataclass
class Lab:
    """A limiter whose clock the test moves; `now` is in microseconds."""

    limiter: MemoryLimiter | RedisLimiter
    tell: Callable[[int], Awaitable[object]]
    now: int = 1_800_000_000 * SECOND

    async def hit(self, *policies: Policy, key: str = "ada") -> Decision:
        """Send a request now."""
        return await self.limiter.hit(key, policies)

    async def advance(self, microseconds: float) -> None:
        """Let time pass."""
        self.now += round(microseconds)
        await self.tell(self.now)


async def in_memory() -> AsyncIterator[Lab]:
    async def tell(now: int) -> None:
        """The limiter asks for the time by itself."""

    memory = Lab(MemoryLimiter(clock=lambda: memory.now * 1_000), tell)
    yield memory


async def on_redis() -> AsyncIterator[Lab]:
    prefix = f"test:{uuid4().hex}:"
    async with Redis.from_url(backends.REDIS_URL) as redis:
        clock, script = f"{prefix}clock", HIT_SCRIPT
        for real, told in {
            "redis.call('TIME')": f"{{0, redis.call('GET', '{clock}')}}",
            # What the server forgets by its own clock would be missing by the told one.
            "math.ceil(tonumber(ARGV[2 * i]) / 1000)": "600000",
        }.items():
            assert real in script
            script = script.replace(real, told)
        lab = Lab(RedisLimiter(redis, prefix, script), lambda now: redis.set(clock, now, ex=600))
        await lab.advance(0)
        yield lab


@pytest.fixture(params=[in_memory, pytest.param(on_redis, marks=needs_redis)])
async def lab(request: pytest.FixtureRequest) -> AsyncIterator[Lab]:
    """Give a limiter of each kind."""
    async for one in request.param():
        yield one


def left(decision: Decision) -> list[tuple[int, int]]:
    return [(quota.remaining, quota.reset_seconds) for quota in decision.quotas]


def worst_window(moments: Sequence[int], seconds: int) -> int:
    """Return the largest number of moments in any half-open window."""
    worst = first = 0
    for last, moment in enumerate(moments):
        while moments[first] <= moment - seconds * SECOND:
            first += 1
        worst = max(worst, last - first + 1)
    return worst


def schedule(seed: int, steps: int) -> list[int]:
    """Return pauses in microseconds: bursts, a trickle, and silences, in no pattern."""
    chance = random.Random(seed)
    longest = [0, 1_000, 400_000, 3 * SECOND, 70 * SECOND]
    return [chance.randint(0, chance.choices(longest, [4, 4, 4, 2, 0.1])[0]) for _ in range(steps)]


async def test_a_look_counts_nothing(lab: Lab) -> None:
    looks = [await lab.limiter.peek("ada", [BURST]) for _ in range(5)]
    hit = await lab.hit(BURST)
    look = await lab.limiter.peek("ada", [BURST])

    assert [left(one) for one in (*looks, hit, look)] == [[(3, 1)]] * 5 + [[(2, 1)]] * 2


async def test_a_look_tells_what_a_hit_would_find(lab: Lab) -> None:
    for _ in range(3):
        await lab.hit(BURST)

    look = await lab.limiter.peek("ada", [BURST, SUSTAINED])

    assert (look.allowed, left(look)) == (False, [(0, 1), (5, 60)])


async def test_as_many_as_the_limit_are_let_through(lab: Lab) -> None:
    decisions = [await lab.hit(BURST) for _ in range(5)]

    assert [decision.allowed for decision in decisions] == [True, True, True, False, False]
    assert [decision.quotas[0].remaining for decision in decisions] == [2, 1, 0, 0, 0]


async def test_a_request_leaves_its_window_to_the_microsecond(lab: Lab) -> None:
    for _ in range(3):
        assert (await lab.hit(BURST)).allowed
        await lab.advance(200_000)

    await lab.advance(399_999)
    assert not (await lab.hit(BURST)).allowed
    await lab.advance(1)
    assert (await lab.hit(BURST)).allowed
    assert not (await lab.hit(BURST)).allowed


async def test_the_edge_of_a_clocks_second_lets_no_more_through(lab: Lab) -> None:
    """A counter per calendar second lets twice the limit through here."""
    await lab.advance(SECOND - lab.now % SECOND - 1)
    before = [(await lab.hit(BURST)).allowed for _ in range(3)]
    await lab.advance(2)
    after = [(await lab.hit(BURST)).allowed for _ in range(3)]

    assert (before, after) == ([True] * 3, [False] * 3)


async def test_every_policy_has_to_have_room(lab: Lab) -> None:
    accepted = []
    for _ in range(4):
        accepted.append(sum([(await lab.hit(BURST, SUSTAINED)).allowed for _ in range(4)]))
        await lab.advance(SECOND)

    assert accepted == [3, 2, 0, 0]


async def test_a_refused_request_counts_for_no_policy(lab: Lab) -> None:
    decisions = [await lab.hit(BURST, SUSTAINED) for _ in range(9)]

    assert decisions[-1].quotas[1].remaining == SUSTAINED.requests - BURST.requests


async def test_callers_and_policies_are_counted_apart(lab: Lab) -> None:
    for _ in range(3):
        await lab.hit(BURST)

    assert not (await lab.hit(BURST)).allowed
    assert (await lab.hit(BURST, key="bob")).allowed
    assert (await lab.hit(SUSTAINED)).allowed


async def test_without_policies_everything_is_let_through(lab: Lab) -> None:
    decision = await lab.hit()

    assert (decision.allowed, decision.quotas, decision.headers()) == (True, (), {})


async def test_what_is_left_is_told_after_the_request(lab: Lab) -> None:
    assert left(await lab.hit(BURST, SUSTAINED)) == [(2, 1), (4, 60)]
    await lab.advance(900_000)
    assert left(await lab.hit(BURST, SUSTAINED)) == [(1, 1), (3, 60)]
    await lab.advance(SECOND)
    assert left(await lab.hit(BURST, SUSTAINED)) == [(2, 1), (2, 59)]


async def test_a_caller_waits_for_the_last_policy_that_has_no_room(lab: Lab) -> None:
    for _ in range(2):
        for _ in range(3):
            await lab.hit(BURST, SUSTAINED)
        await lab.advance(SECOND)
    await lab.advance(-500_000)
    refused = await lab.hit(BURST, SUSTAINED)

    assert left(refused) == [(1, 1), (0, 59)]
    assert refused.retry_after_seconds == 59


async def test_a_limit_that_was_lowered_counts_what_was_let_through_before(lab: Lab) -> None:
    for _ in range(6):
        await lab.hit(Policy("burst", 6, 10))
        await lab.advance(SECOND)
    lowered = Policy("burst", 2, 10)
    refused = await lab.hit(lowered)

    assert left(refused) == [(0, 8)]
    await lab.advance(8 * SECOND - 1)
    assert not (await lab.hit(lowered)).allowed
    await lab.advance(1)
    assert (await lab.hit(lowered)).allowed


@pytest.mark.parametrize("seed", range(3))
async def test_no_window_holds_more_than_its_limit(lab: Lab, seed: int) -> None:
    accepted, policies = [], (Policy("burst", 4, 1), Policy("sustained", 9, 5))
    for pause in schedule(seed, 600):
        await lab.advance(pause)
        if (await lab.hit(*policies)).allowed:
            accepted.append(lab.now)

    assert [worst_window(accepted, p.seconds) for p in policies] == [4, 9]


@pytest.mark.parametrize("seed", range(3))
async def test_what_is_told_comes_true_and_not_a_second_late(lab: Lab, seed: int) -> None:
    accepted: list[int] = []
    policies = (BURST, SUSTAINED)

    def used(policy: Policy, at: int) -> int:
        return sum(at - policy.seconds * SECOND < moment <= at for moment in accepted)

    def has_room(at: int) -> bool:
        return all(used(policy, at) < policy.requests for policy in policies)

    refused = 0
    for pause in schedule(seed, 300):
        await lab.advance(pause)
        decision = await lab.hit(*policies)
        accepted += [lab.now] * decision.allowed
        for policy, quota in zip(policies, decision.quotas, strict=True):
            assert quota.remaining == policy.requests - used(policy, lab.now)
            then = lab.now + quota.reset_seconds * SECOND
            if used(policy, lab.now):
                assert used(policy, then) < used(policy, then - SECOND) == used(policy, lab.now)
        if not decision.allowed:
            refused += 1
            then = lab.now + decision.retry_after_seconds * SECOND
            assert has_room(then)
            assert not has_room(then - SECOND)

    assert refused > 100


@pytest.mark.parametrize("seed", range(3))
async def test_it_decides_as_the_library_limits_does(
    lab: Lab, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = SimpleNamespace(time=lambda: lab.now / SECOND)
    monkeypatch.setattr("limits.storage.memory.time", clock)
    oracle = MovingWindowRateLimiter(MemoryStorage())
    items: list[RateLimitItem] = [RateLimitItemPerSecond(3), RateLimitItemPerMinute(20)]
    policies = [Policy("second", 3, 1), Policy("minute", 20, 60)]
    for pause in schedule(seed, 500):
        await lab.advance(pause)
        expected = all(oracle.test(item, "ada") for item in items)
        if expected:
            assert all(oracle.hit(item, "ada") for item in items)
        decision = await lab.hit(*policies)

        assert decision.allowed == expected
        remaining = [oracle.get_window_stats(item, "ada").remaining for item in items]
        assert [quota.remaining for quota in decision.quotas] == remaining

    name = f"limiter against the library limits [{type(lab.limiter).__name__}]"
    figures.record(name, "500 of 500 the same")


async def test_the_headers_are_those_of_the_draft(lab: Lab) -> None:
    """draft-ietf-httpapi-ratelimit-headers-11, sections 3 and 4."""
    headers = (await lab.hit(BURST, SUSTAINED)).headers()

    assert headers == {
        "RateLimit-Policy": '"burst";q=3;w=1, "sustained";q=5;w=60',
        "RateLimit": '"burst";r=2;t=1, "sustained";r=4;t=60',
    }
    assert [found.groupdict() for found in ITEM.finditer(headers["RateLimit"])] == [
        {"name": "burst", "r": "2", "t": "1"},
        {"name": "sustained", "r": "4", "t": "60"},
    ]


async def test_what_is_quiet_for_longest_is_forgotten_first() -> None:
    limiter, hour = MemoryLimiter(max_keys=10), [Policy("hour", 1_000, 3_600)]
    for n in range(100):
        for key in ("busy", f"stranger {n}"):
            await limiter.hit(key, hour)

    keys = ("busy", "stranger 91", "stranger 90")
    assert [left(await limiter.peek(key, hour))[0][0] for key in keys] == [900, 999, 1_000]


@pytest.mark.parametrize(("requests", "each"), [(100, 25), (7, 1), (4, 1), (3, 1)])
async def test_a_process_lets_through_its_part_alone(requests: int, each: int) -> None:
    limiter, policy = MemoryLimiter(processes=4), Policy("second", requests, 60)

    decisions = [await limiter.hit("ada", [policy]) for _ in range(requests)]

    assert sum(decision.allowed for decision in decisions) == each
    assert decisions[0].headers()["RateLimit-Policy"] == f'"second";q={requests};w=60'
    assert decisions[0].quotas[0].remaining == each - 1


@needs_redis
async def test_redis_counts_by_its_own_clock_and_forgets_by_itself() -> None:
    prefix = f"test:{uuid4().hex}:"
    policy = Policy("hour", 2, 3_600)
    async with Redis.from_url(backends.REDIS_URL) as redis:
        limiter = RedisLimiter(redis, prefix)
        before = await redis.time()
        decisions = [await limiter.hit("ada", [policy]) for _ in range(3)]
        after = await redis.time()
        [key] = [key async for key in redis.scan_iter(f"{prefix}*")]
        life_seconds = await redis.ttl(key)
        await redis.delete(key)

    assert [decision.allowed for decision in decisions] == [True, True, False]
    moments = [divmod(decision.moment, SECOND) for decision in decisions]
    assert [before, *moments, after] == sorted([before, *moments, after])
    assert 0 < life_seconds <= policy.seconds


@needs_redis_server
async def test_a_request_is_one_command_in_one_round_trip() -> None:
    policies = [Policy("second", 50, 1), Policy("minute", 1_000, 60)]
    with redis_server() as server:
        async with Redis.from_url(server.url) as redis:
            limiter = RedisLimiter(redis, "test:")
            await limiter.hit("warm", policies)
            await redis.config_resetstat()

            for n in range(20):
                await limiter.hit(f"user:{n}", policies)

            commands = await redis.info("commandstats")
            reads = (await redis.info("stats"))["total_reads_processed"]

    assert commands["cmdstat_evalsha"]["calls"] == 20
    assert reads < 30  # those, and the two questions for the counts
