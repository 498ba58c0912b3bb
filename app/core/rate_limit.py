"""Rate limits that are exact in every window, on Redis for all processes or in memory for one.

A limiter keeps the moments of the accepted requests of each key, so at most `requests` of them lie
in any window, wherever it starts. (A counter per window lets twice as many through at its edge.)
"""

import math
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, cast

from redis.asyncio import Redis

from app.core.redis import Breaker, RedisUnavailable

Clock = Callable[[], int]

_MICROSECONDS = 1_000_000

_HIT = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local allowed = 1
local result = {}
for i, key in ipairs(KEYS) do
  local requests = tonumber(ARGV[2 * i - 1])
  local window = tonumber(ARGV[2 * i])
  local oldest = redis.call('LINDEX', key, -1)
  while oldest and tonumber(oldest) <= now - window do
    redis.call('RPOP', key)
    oldest = redis.call('LINDEX', key, -1)
  end
  local used = redis.call('LLEN', key)
  if used >= requests then allowed = 0 end
  -- Above a limit that was lowered, more than the oldest have to leave before there is room.
  if used > requests then oldest = redis.call('LINDEX', key, requests - used - 1) end
  result[2 * i] = requests - used
  result[2 * i + 1] = oldest and (tonumber(oldest) + window - now) or window
end
if allowed == 1 then
  for i, key in ipairs(KEYS) do
    redis.call('LPUSH', key, string.format('%d', now))
    redis.call('PEXPIRE', key, math.ceil(tonumber(ARGV[2 * i]) / 1000))
    result[2 * i] = result[2 * i] - 1
  end
end
result[1] = allowed
return result
"""


@dataclass(frozen=True, slots=True)
class Policy:
    """At most `requests` accepted requests in any `seconds` seconds."""

    name: str
    requests: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Quota:
    """What is left of a policy, and the seconds until there is more: never too few."""

    policy: Policy
    remaining: int
    reset_seconds: int


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether a request may go on, and the state of each policy after it."""

    allowed: bool
    quotas: tuple[Quota, ...]

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

    async def hit(self, key: str, policies: Sequence[Policy]) -> Decision:
        """Count one request of `key` if every policy has room for it."""
        ...

    async def hit_shared(self, key: str, policies: Sequence[Policy]) -> Decision:
        """Count as `hit` does, but never for one of several processes alone.

        Raises:
            RedisUnavailable: The count that all processes share cannot be reached.
        """
        ...


class MemoryLimiter:
    """Counts in this process.

    Args:
        processes: How many processes share each limit; this one gets an equal part.
        max_keys: Keys to remember (1 kB each); the one that was quiet longest is forgotten first.
        clock: Tells the time in nanoseconds.
    """

    def __init__(
        self, *, processes: int = 1, max_keys: int = 50_000, clock: Clock = time.monotonic_ns
    ) -> None:
        self._processes = processes
        self._max_keys = max_keys
        self._clock = clock
        self._logs: OrderedDict[tuple[str, str], deque[int]] = OrderedDict()

    async def hit(self, key: str, policies: Sequence[Policy]) -> Decision:
        """Count one request of `key` if every policy has room for it."""
        now = self._clock() // 1000
        logs = [self._log(key, policy, now) for policy in policies]
        limits = [max(1, policy.requests // self._processes) for policy in policies]
        allowed = all(len(log) < limit for log, limit in zip(logs, limits, strict=True))
        quotas: list[Quota] = []
        for policy, limit, log in zip(policies, limits, logs, strict=True):
            if allowed:
                log.append(now)
            first = log[max(0, len(log) - limit)] if log else now
            reset = first + policy.seconds * _MICROSECONDS - now
            quotas.append(_quota(policy, limit - len(log), reset))
        return Decision(allowed, tuple(quotas))

    hit_shared = hit

    def _log(self, key: str, policy: Policy, now: int) -> deque[int]:
        name = (key, policy.name)
        log = self._logs.setdefault(name, deque())
        self._logs.move_to_end(name)
        if len(self._logs) > self._max_keys:
            self._logs.popitem(last=False)
        while log and log[0] <= now - policy.seconds * _MICROSECONDS:
            log.popleft()
        return log


class RedisLimiter:
    """Counts for all processes, by the server's clock, in one round trip."""

    def __init__(self, redis: Redis, prefix: str) -> None:
        self._prefix = prefix
        self._script = redis.register_script(_HIT)

    async def hit(self, key: str, policies: Sequence[Policy]) -> Decision:
        """Count one request of `key` if every policy has room for it."""
        keys = [f"{self._prefix}limit:{{{key}}}:{policy.name}" for policy in policies]
        arguments = [
            number
            for policy in policies
            for number in (policy.requests, policy.seconds * _MICROSECONDS)
        ]
        allowed, *state = cast("list[int]", await self._script(keys=keys, args=arguments))
        quotas = zip(policies, state[0::2], state[1::2], strict=True)
        return Decision(bool(allowed), tuple(_quota(*quota) for quota in quotas))


class FallbackLimiter:
    """Counts on Redis, and in this process's own share while Redis does not answer."""

    def __init__(self, redis: RedisLimiter, memory: MemoryLimiter, breaker: Breaker) -> None:
        self._redis = redis
        self._memory = memory
        self._breaker = breaker

    async def hit(self, key: str, policies: Sequence[Policy]) -> Decision:
        """Count one request of `key` if every policy has room for it."""
        try:
            return await self.hit_shared(key, policies)
        except RedisUnavailable:
            return await self._memory.hit(key, policies)

    async def hit_shared(self, key: str, policies: Sequence[Policy]) -> Decision:
        """Count on Redis or not at all."""
        return await self._breaker.ask(self._redis.hit, key, policies)


def _quota(policy: Policy, remaining: int, reset_microseconds: int) -> Quota:
    return Quota(policy, max(0, remaining), math.ceil(reset_microseconds / _MICROSECONDS))
