"""Limits that all processes share, on Redis."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any, cast

from redis.asyncio import Redis

from app.core.rate_limit.memory import MemoryLimiter
from app.core.rate_limit.policies import MICROSECONDS, Decision, Policy, make_quota
from app.core.redis import Breaker, RedisUnavailable

_HIT = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local allowed = 1
local result = {}
local policies = (#ARGV - 1) / 2
for i = 1, policies do
  local key = KEYS[i]
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
  result[2 * i + 2] = requests - used
  result[2 * i + 3] = oldest and (tonumber(oldest) + window - now) or window
end
if allowed == 1 and ARGV[#ARGV] == '1' then
  for i = 1, policies do
    local key = KEYS[i]
    redis.call('LPUSH', key, string.format('%d', now))
    redis.call('PEXPIRE', key, math.ceil(tonumber(ARGV[2 * i]) / 1000))
    result[2 * i + 2] = result[2 * i + 2] - 1
  end
end
result[1] = allowed
result[2] = now
result[3] = KEYS[policies + 1] and redis.call('GET', KEYS[policies + 1]) or false
return result
"""


class RedisLimiter:
    """Counts for all processes, by the server's clock, in one round trip."""

    def __init__(self, redis: Redis, prefix: str) -> None:
        self._redis = redis
        self._prefix = prefix
        self._script = redis.register_script(_HIT)

    async def hit(
        self, key: str, policies: Sequence[Policy], *, read_along: str | None = None
    ) -> Decision:
        """Count one request of `key` if every policy has room for it."""
        return await self._decide(key, policies, read_along, counts=True)

    async def peek(self, key: str, policies: Sequence[Policy]) -> Decision:
        """Tell what `hit` would decide now, and count nothing."""
        return await self._decide(key, policies, None, counts=False)

    async def _decide(
        self, key: str, policies: Sequence[Policy], read_along: str | None, *, counts: bool
    ) -> Decision:
        keys = self._names(key, policies)
        arguments = [
            number
            for policy in policies
            for number in (policy.requests, policy.seconds * MICROSECONDS)
        ]
        arguments.append(int(counts))
        if read_along is not None:
            keys.append(read_along)
        answer = cast("list[Any]", await self._script(keys=keys, args=arguments))
        allowed, moment, note, *state = answer
        quotas = zip(policies, state[0::2], state[1::2], strict=True)
        return Decision(bool(allowed), tuple(make_quota(*quota) for quota in quotas), moment, note)

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
        self, key: str, policies: Sequence[Policy], *, read_along: str | None = None
    ) -> Decision:
        """Count one request of `key` if every policy has room for it."""
        try:
            return await self.hit_shared(key, policies, read_along=read_along)
        except RedisUnavailable:
            return await self._memory.hit(key, policies)

    async def hit_shared(
        self, key: str, policies: Sequence[Policy], *, read_along: str | None = None
    ) -> Decision:
        """Count on Redis or not at all."""
        return await self._breaker.ask(self._redis.hit, key, policies, read_along=read_along)

    async def peek(self, key: str, policies: Sequence[Policy]) -> Decision:
        """Tell what `hit` would decide now, and count nothing."""
        try:
            return await self._breaker.ask(self._redis.peek, key, policies)
        except RedisUnavailable:
            return await self._memory.peek(key, policies)

    async def take_back(self, key: str, policies: Sequence[Policy], decision: Decision) -> None:
        """Do as if the request that was decided on had not been counted, whoever counted it."""
        await self._memory.take_back(key, policies, decision)
        with suppress(RedisUnavailable):
            await self._breaker.ask(self._redis.take_back, key, policies, decision)
