"""The one step that admits a request: who calls, how often, and whether the session still lasts.

It comes before a byte of the body is read. One round trip to Redis counts the request and reads the
mark of the caller's session.
"""

from collections.abc import Collection
from functools import cache, lru_cache
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from uuid import UUID

from fastapi import Request
from prometheus_client import Counter
from starlette.types import Scope

from app.api.deps import resources
from app.api.request.exchange import EXCHANGE
from app.api.request.limits import RateLimit
from app.api.request.response import QUOTA_HEADERS
from app.api.request.rules import Rules
from app.api.request.security import authenticate, require_credentials
from app.core import context
from app.core.context import Client
from app.core.exceptions import (
    InsufficientScope,
    ServiceUnavailable,
    TooManyRequests,
    Unauthorized,
)
from app.core.rate_limit import Decision, Limiter
from app.core.redis import RedisUnavailable
from app.core.security import Principal, invalid_token
from app.core.session_marks import ALIVE, MARK
from app.schemas.operation import Operation
from app.telemetry.metrics import RATE_LIMIT_DECISIONS

_MAX_AGENT = 200
_UNKNOWN = IPv4Address(0), "0.0.0.0"  # noqa: S104 - no address at all
_UNLIMITED = Decision(allowed=True, quotas=())


async def admit(request: Request, operation: Operation, rules: Rules) -> Principal | None:
    """Return who calls; None for an operation without security.

    A caller who is refused is counted by address. An ended session is refused after the count, so
    that its token cannot cost a query more often than the quota allows.

    Raises:
        Unauthorized: No credentials are valid, or the session has ended.
        InsufficientScope: The credentials are valid, but lack a scope.
        TooManyRequests: The quota is used up.
        ServiceUnavailable: What decides cannot be reached.
    """
    agent = request.scope[EXCHANGE].fields.get(b"user-agent", b"").decode("latin-1")
    address = client_network(request.scope, rules.settings.trusted_proxies)
    context.client.set(Client(address, agent.replace("\0", "")[:_MAX_AGENT] or None))
    limit = rules.rate_limits[operation.operation_id]
    if not operation.security and not limit.policies:
        return None
    counter = _Counter(resources(request).limiter, limit, operation, address)
    principal, refusal = None, None
    try:
        if operation.operation_id in rules.mocked:
            require_credentials(request, operation)
        else:
            principal = await authenticate(request, operation, counter.count)
    except (Unauthorized, InsufficientScope) as error:
        refusal = error
    user_id, session_id = (principal.user_id, principal.session_id) if principal else (None, None)
    decision = await counter.count(user_id, session_id)
    request.scope[QUOTA_HEADERS] = [
        (name.lower().encode(), text.encode()) for name, text in decision.headers().items()
    ]
    if refusal is not None:
        raise refusal
    if user_id is not None and session_id is not None and decision.note != ALIVE:
        gate = resources(request).session_gate
        if decision.note is not None or not await gate.still_lasts(session_id, user_id):
            raise invalid_token()
    return principal


class _Counter:
    """Counts one request once, for the user or for the client's address."""

    def __init__(
        self, limiter: Limiter, limit: RateLimit, operation: Operation, address: str
    ) -> None:
        self._limiter = limiter
        self._limit = limit
        self._operation = operation
        self._address = address
        self._key = ""
        self._decision: Decision | None = None

    async def count(self, user_id: UUID | None, session_id: UUID | None = None) -> Decision:
        """Count the request; one that was counted for another caller before is moved.

        Args:
            user_id: Who calls; for None the address is counted.
            session_id: The session whose mark is read in the same round trip.

        Raises:
            TooManyRequests: The quota is used up.
            ServiceUnavailable: The contract wants no answer without a count that all processes
                share.
        """
        limit, policies = self._limit, self._limit.policies
        if not policies and session_id is None:
            return _UNLIMITED
        by_user = user_id is not None and not limit.per_address
        caller = f"user:{user_id}" if by_user else f"address:{self._address}"
        key = f"{limit.bucket}:{caller}"
        if self._decision is not None:
            if key == self._key:
                return self._decision
            await self._limiter.take_back(self._key, policies, self._decision)
        read_along = None if session_id is None else f"{MARK}{session_id}"
        try:
            decision = await self._limiter.hit(
                key, policies, read_along=read_along, shared=limit.refuse_without_redis
            )
        except RedisUnavailable as error:
            raise ServiceUnavailable("The rate limit cannot be checked.") from error
        outcome = "allowed" if decision.allowed else "refused"
        _decisions(self._operation.operation_id, outcome).inc()
        if not decision.allowed:
            refusal = TooManyRequests(decision.retry_after_seconds)
            refusal.headers |= decision.headers()
            raise refusal
        self._key, self._decision = key, decision
        return decision


@cache
def _decisions(operation: str, outcome: str) -> Counter:
    return RATE_LIMIT_DECISIONS.labels(operation, outcome)


def client_network(scope: Scope, trusted: Collection[IPv4Network | IPv6Network]) -> str:
    """Return the client's address, or the /64 network of an IPv6 client, which owns all of it.

    X-Forwarded-For is read from the right, as far as the hops are trusted proxies: what lies to the
    left of the first untrusted hop may be made up.
    """
    # A proxy may append to the client's field, or add a field of its own below it.
    lines = [line for name, line in scope["headers"] if name == b"x-forwarded-for"]
    hops = b",".join(lines).decode("latin-1").split(",") if lines else []
    address, network = _parse(scope["client"][0] if scope.get("client") else "")
    while hops and any(address in proxies for proxies in trusted):
        forwarded = _parse(hops.pop().strip())
        if forwarded == _UNKNOWN:
            break
        address, network = forwarded
    return network


@lru_cache(maxsize=4_096)
def _parse(text: str) -> tuple[IPv4Address | IPv6Address, str]:
    """Return an address and its network."""
    try:
        address = ip_address(text)
    except ValueError:
        return _UNKNOWN
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is None:
            return address, str(ip_network((address, 64), strict=False))
        address = address.ipv4_mapped
    return address, str(address)
