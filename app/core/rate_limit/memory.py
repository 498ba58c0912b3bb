"""Limits within one process."""

import time
from collections import OrderedDict, deque
from collections.abc import Callable, Sequence

from app.core.rate_limit.policies import MICROSECONDS, Decision, Policy, Quota, make_quota

Clock = Callable[[], int]


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

    async def hit(
        self, key: str, policies: Sequence[Policy], *, read_along: str | None = None
    ) -> Decision:
        """Count one request of `key` if every policy has room for it."""
        return self._decide(key, policies, counts=True)

    hit_shared = hit

    async def peek(self, key: str, policies: Sequence[Policy]) -> Decision:
        """Tell what `hit` would decide now, and count nothing."""
        return self._decide(key, policies, counts=False)

    def _decide(self, key: str, policies: Sequence[Policy], *, counts: bool) -> Decision:
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
        return Decision(allowed, tuple(quotas), now)

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
