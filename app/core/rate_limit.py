"""Rate limits that are exact in every window, on Redis for all processes or in memory for one.

A limiter keeps the moments of the accepted requests of each key, so at most `requests` of them lie
in any window, wherever it starts. (A counter per window lets twice as many through at its edge.)
"""

import asyncio
import math
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Protocol, cast

from redis.asyncio.cluster import RedisCluster

from app.core.redis import AnyRedis, Breaker, RedisUnavailable

MICROSECONDS = 1_000_000


@dataclass(frozen=True, slots=True)
class Policy:
    """At most `requests` accepted requests in any `seconds` seconds."""

    name: str
    requests: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Quota:
    """The remaining requests of a policy, and the seconds until there are more, rounded up."""

    policy: Policy
    remaining: int
    reset_seconds: int


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether a request may go on, and the state of each policy after it.

    Attributes:
        moment: When the request was counted, by the clock of who counted it.
        note: The value that was read along.
    """

    allowed: bool
    quotas: tuple[Quota, ...]
    moment: int = 0
    note: bytes | None = None

    @property
    def retry_after_seconds(self) -> int:
        """Seconds until every policy has room again."""
        return max((quota.reset_seconds for quota in self.quotas if not quota.remaining), default=0)

    def headers(self) -> dict[str, str]:
        """Return the fields of draft-ietf-httpapi-ratelimit-headers-11."""
        if not self.quotas:
            return {}
        return {
            "RateLimit-Policy": ", ".join(
                f'"{q.policy.name}";q={q.policy.requests};w={q.policy.seconds}' for q in self.quotas
            ),
            "RateLimit": ", ".join(
                f'"{q.policy.name}";r={q.remaining};t={q.reset_seconds}' for q in self.quotas
            ),
        }


class Limiter(Protocol):
    """Counts requests."""

    async def hit(
        self,
        key: str,
        policies: Sequence[Policy],
        *,
        read_along: str | None = None,
        shared: bool = False,
    ) -> Decision:
        """Count one request of `key` if every policy has room for it.

        Args:
            key: Who is counted.
            policies: What has to have room.
            read_along: Name of a value that comes with the answer, at no further round trip.
            shared: Never count in one of several processes alone.

        Raises:
            RedisUnavailable: `shared`, and the count that all processes share cannot be reached.
        """
        ...

    async def peek(self, key: str, policies: Sequence[Policy]) -> Decision:
        """Return what `hit` would decide now, without counting."""
        ...

    async def take_back(self, key: str, policies: Sequence[Policy], decision: Decision) -> None:
        """Do as if the request that was decided on had not been counted."""
        ...


def make_quota(policy: Policy, remaining: int, reset_microseconds: int) -> Quota:
    """Return the state of a policy; a negative number of remaining requests becomes 0."""
    return Quota(policy, max(0, remaining), math.ceil(reset_microseconds / MICROSECONDS))


class MemoryLimiter:
    """Counts in this process.

    Args:
        processes: How many processes share each limit; this one gets an equal part.
        max_keys: Number of keys to keep (1 kB each); the one used least recently is removed first.
        clock: Tells the time in nanoseconds.
        read: Returns the values that are read along.
    """

    def __init__(
        self,
        *,
        processes: int = 1,
        max_keys: int = 50_000,
        clock: Callable[[], int] = time.monotonic_ns,
        read: Callable[[str], bytes | None] = lambda _: None,
    ) -> None:
        self._processes = processes
        self._read = read
        self._max_keys = max_keys
        self._clock = clock
        self._logs: OrderedDict[tuple[str, str], deque[int]] = OrderedDict()

    async def hit(
        self,
        key: str,
        policies: Sequence[Policy],
        *,
        read_along: str | None = None,
        shared: bool = False,
        counts: bool = True,
    ) -> Decision:
        """Count one request of `key` if every policy has room for it."""
        now = self._clock() // 1000
        logs = [self._log(key, policy, now) for policy in policies]
        limits = [max(1, policy.requests // self._processes) for policy in policies]
        allowed = all(len(log) < limit for log, limit in zip(logs, limits, strict=True))
        quotas: list[Quota] = []
        for policy, limit, log in zip(policies, limits, logs, strict=True):
            if allowed and counts:
                log.append(now)
            first = log[max(0, len(log) - limit)] if log else now
            reset = first + policy.seconds * MICROSECONDS - now
            quotas.append(make_quota(policy, limit - len(log), reset))
        note = None if read_along is None else self._read(read_along)
        return Decision(allowed, tuple(quotas), now, note)

    async def peek(self, key: str, policies: Sequence[Policy]) -> Decision:
        """Return what `hit` would decide now, without counting."""
        return await self.hit(key, policies, counts=False)

    async def take_back(self, key: str, policies: Sequence[Policy], decision: Decision) -> None:
        """Do as if the request that was decided on had not been counted."""
        for policy in policies:
            log = self._logs.get((key, policy.name), deque())
            if decision.moment in log:
                log.remove(decision.moment)

    def _log(self, key: str, policy: Policy, now: int) -> deque[int]:
        name = (key, policy.name)
        log = self._logs.setdefault(name, deque())
        self._logs.move_to_end(name)
        if len(self._logs) > self._max_keys:
            self._logs.popitem(last=False)
        while log and log[0] <= now - policy.seconds * MICROSECONDS:
            log.popleft()
        return log


HIT_SCRIPT = (files("app.core") / "rate_limit.lua").read_text(encoding="utf-8")


class RedisLimiter:
    """Counts for all processes, by the server's clock, in one round trip.

    In a cluster the value that is read along may be on another node: two calls run side by side.

    Args:
        redis: The server.
        prefix: Start of the names of all keys.
        script: The Lua code that counts a request.
    """

    def __init__(self, redis: AnyRedis, prefix: str, script: str = HIT_SCRIPT) -> None:
        self._redis = redis
        self._prefix = prefix
        self._script = redis.register_script(script)

    async def hit(
        self,
        key: str,
        policies: Sequence[Policy],
        *,
        read_along: str | None = None,
        counts: bool = True,
    ) -> Decision:
        """Count one request of `key` if every policy has room for it."""
        keys = self._names(key, policies)
        arguments = [
            number
            for policy in policies
            for number in (policy.requests, policy.seconds * MICROSECONDS)
        ]
        arguments.append(int(counts))
        along = None if read_along is None else self._prefix + read_along
        if along is not None and isinstance(self._redis, RedisCluster):
            answer, mark = await asyncio.gather(
                self._script(keys=keys, args=arguments), self._redis.get(along)
            )
            answer[2] = mark
        else:
            keys += [] if along is None else [along]
            answer = await self._script(keys=keys, args=arguments)
        allowed, moment, note, *state = cast("list[Any]", answer)
        quotas = zip(policies, state[0::2], state[1::2], strict=True)
        return Decision(bool(allowed), tuple(make_quota(*quota) for quota in quotas), moment, note)

    async def peek(self, key: str, policies: Sequence[Policy]) -> Decision:
        """Return what `hit` would decide now, without counting."""
        return await self.hit(key, policies, counts=False)

    async def take_back(self, key: str, policies: Sequence[Policy], decision: Decision) -> None:
        """Do as if the request that was decided on had not been counted."""
        async with self._redis.pipeline(transaction=False) as pipeline:
            for name in self._names(key, policies):
                pipeline.lrem(name, 1, str(decision.moment))
            await pipeline.execute()

    def _names(self, key: str, policies: Sequence[Policy]) -> list[str]:
        return [f"{self._prefix}limit:{{{key}}}:{policy.name}" for policy in policies]


class FallbackLimiter:
    """Counts on Redis, and in this process's own share while Redis does not answer."""

    def __init__(self, redis: RedisLimiter, memory: MemoryLimiter, breaker: Breaker) -> None:
        self._redis = redis
        self._memory = memory
        self._breaker = breaker

    async def hit(
        self,
        key: str,
        policies: Sequence[Policy],
        *,
        read_along: str | None = None,
        shared: bool = False,
    ) -> Decision:
        """Count one request of `key` if every policy has room for it."""
        try:
            return await self._breaker.ask(self._redis.hit, key, policies, read_along=read_along)
        except RedisUnavailable:
            if shared:
                raise
            return await self._memory.hit(key, policies)

    async def peek(self, key: str, policies: Sequence[Policy]) -> Decision:
        """Return what `hit` would decide now, without counting."""
        try:
            return await self._breaker.ask(self._redis.peek, key, policies)
        except RedisUnavailable:
            return await self._memory.peek(key, policies)

    async def take_back(self, key: str, policies: Sequence[Policy], decision: Decision) -> None:
        """Take back the count of a request, on Redis or in this process."""
        await self._memory.take_back(key, policies, decision)
        with suppress(RedisUnavailable):
            await self._breaker.ask(self._redis.take_back, key, policies, decision)
