"""The contract's `x-rate-limit`, read once at the start."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from app.core.config import Settings
from app.core.rate_limit import Policy
from app.schemas.operation import Operation


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


def unlimited_paths(operations: Iterable[Operation], prefix: str) -> frozenset[str]:
    """Return the paths of operations without any limit, such as probes; they are mounted twice."""
    paths = {
        operation.template
        for operation in operations
        if cast("Mapping[str, Any]", operation.extensions.get("x-rate-limit", {})).get("policies")
        == []
    }
    return frozenset(paths | {prefix + path for path in paths})


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
