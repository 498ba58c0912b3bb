"""The contract's `x-rate-limit`, enforced per caller before a request's body is read."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any, cast
from uuid import UUID

from fastapi import Request

from app.api.deps import resources
from app.api.request.response import OPERATION
from app.core.config import Settings
from app.core.exceptions import ServiceUnavailable, TooManyRequests
from app.core.rate_limit import Decision, Policy
from app.core.redis import RedisUnavailable
from app.core.security import Principal
from app.schemas.operation import Operation
from app.telemetry.metrics import RATE_LIMITED

_UNKNOWN = IPv4Address(0)
_COUNT = "contract.count"


@dataclass(frozen=True, slots=True)
class RateLimit:
    """The limit of one operation: `bucket` says which operations share it."""

    bucket: str
    policies: tuple[Policy, ...]
    per_address: bool
    refuse_without_redis: bool


def rate_limits(operations: Iterable[Operation], settings: Settings) -> dict[str, RateLimit]:
    """Return the limit of each operation by its id: its own, its tag's, or that of the settings."""
    return {operation.operation_id: _rate_limit(operation, settings) for operation in operations}


def _rate_limit(operation: Operation, settings: Settings) -> RateLimit:
    default = [
        {"name": "second", "requests": settings.rate_limit_per_second, "seconds": 1},
        {"name": "minute", "requests": settings.rate_limit_per_minute, "seconds": 60},
    ]
    stated = cast("Mapping[str, Any]", operation.extensions.get("x-rate-limit", {}))
    policies: Sequence[Mapping[str, Any]] = stated.get("policies", default)
    return RateLimit(
        bucket=stated.get("bucket", "default"),
        policies=tuple(
            Policy(
                policy["name"],
                max(1, round(policy["requests"] * settings.rate_limit_scale)),
                policy["seconds"],
            )
            for policy in policies
        ),
        per_address=stated.get("per") == "address",
        refuse_without_redis=stated.get("without_redis") == "refuse",
    )


def _limit_of(request: Request, operation: Operation) -> RateLimit:
    limits: Mapping[str, RateLimit] = request.app.state.rate_limits
    return limits[operation.operation_id]


@dataclass(frozen=True, slots=True)
class _Count:
    """A request that was counted, and for whom."""

    key: str
    decision: Decision


async def count_unchecked(request: Request, user_id: UUID | None) -> None:
    """Count a request before its credentials are looked up in the database.

    Else made-up credentials would cost a query each, however many are refused. `enforce` counts for
    another caller where the query tells so.

    Args:
        request: The request.
        user_id: Who had these credentials a moment ago; for None the address is counted.

    Raises:
        TooManyRequests: The quota is used up.
        ServiceUnavailable: The contract wants no answer without a count that all processes share.
    """
    if _COUNT not in request.scope:
        await _count(request, request.scope[OPERATION], user_id, None)


async def enforce(
    request: Request, operation: Operation, principal: Principal | None, read_along: str | None
) -> Decision:
    """Count the request, and read in the same round trip what is known of its session.

    Raises:
        TooManyRequests: The quota is used up.
        ServiceUnavailable: The contract wants no answer without a count that all processes share.
    """
    user_id = principal.user_id if principal else None
    counted: _Count | None = request.scope.get(_COUNT)
    if counted is None:
        return await _count(request, operation, user_id, read_along)
    limit = _limit_of(request, operation)
    if counted.key == _key(request, limit, user_id):
        return counted.decision
    await resources(request).limiter.take_back(counted.key, limit.policies, counted.decision)
    return await _count(request, operation, user_id, read_along)


async def _count(
    request: Request, operation: Operation, user_id: UUID | None, read_along: str | None
) -> Decision:
    limit = _limit_of(request, operation)
    if not limit.policies and read_along is None:
        return Decision(allowed=True, quotas=())
    key = _key(request, limit, user_id)
    limiter = resources(request).limiter
    hit = limiter.hit_shared if limit.refuse_without_redis else limiter.hit
    try:
        decision = await hit(key, limit.policies, read_along=read_along)
    except RedisUnavailable as error:
        raise ServiceUnavailable("The rate limit cannot be checked.") from error
    if not decision.allowed:
        RATE_LIMITED.labels(operation.operation_id).inc()
        refusal = TooManyRequests(decision.retry_after_seconds)
        refusal.headers |= decision.headers()
        raise refusal
    request.scope[_COUNT] = _Count(key, decision)
    return decision


def _key(request: Request, limit: RateLimit, user_id: UUID | None) -> str:
    if user_id is not None and not limit.per_address:
        return f"{limit.bucket}:user:{user_id}"
    return f"{limit.bucket}:address:{client_network(request)}"


def client_network(request: Request) -> str:
    """Return the client's address, or the /64 network of an IPv6 client, which owns all of it.

    X-Forwarded-For is read from the right, as far as the hops are trusted proxies: what lies to the
    left of the first untrusted hop may be made up.
    """
    trusted = request.app.state.settings.trusted_proxies
    # A proxy may append to the client's field, or add a field of its own below it.
    hops = ",".join(request.headers.getlist("x-forwarded-for")).split(",")
    address = _parse(request.client.host if request.client else "")
    while hops and any(address in network for network in trusted):
        forwarded = _parse(hops.pop().strip())
        if forwarded == _UNKNOWN:
            break
        address = forwarded
    if isinstance(address, IPv6Address):
        return str(ip_network((address, 64), strict=False))
    return str(address)


def _parse(text: str) -> IPv4Address | IPv6Address:
    try:
        address = ip_address(text)
    except ValueError:
        return _UNKNOWN
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address
