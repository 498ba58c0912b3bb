"""What limiters have in common."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

MICROSECONDS = 1_000_000


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
    """Whether a request may go on, and the state of each policy after it.

    Attributes:
        moment: When the request was counted, by the clock of who counted it.
        note: The value under the key that was to be read along.
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
        self, key: str, policies: Sequence[Policy], *, read_along: str | None = None
    ) -> Decision:
        """Count one request of `key` if every policy has room for it.

        Args:
            key: Who is counted.
            policies: What has to have room.
            read_along: A key in Redis whose value comes with the answer, at no further round trip.
        """
        ...

    async def peek(self, key: str, policies: Sequence[Policy]) -> Decision:
        """Tell what `hit` would decide now, and count nothing."""
        ...

    async def hit_shared(
        self, key: str, policies: Sequence[Policy], *, read_along: str | None = None
    ) -> Decision:
        """Count as `hit` does, but never for one of several processes alone.

        Raises:
            RedisUnavailable: The count that all processes share cannot be reached.
        """
        ...

    async def take_back(self, key: str, policies: Sequence[Policy], decision: Decision) -> None:
        """Do as if the request that was decided on had not been counted."""
        ...


def make_quota(policy: Policy, remaining: int, reset_microseconds: int) -> Quota:
    """Return the state of a policy; negative numbers do not leave the limiter."""
    return Quota(policy, max(0, remaining), math.ceil(reset_microseconds / MICROSECONDS))
