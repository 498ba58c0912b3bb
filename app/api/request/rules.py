"""What the server has prepared from the contract of one version."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from app.api.request.conformance import Conformance
from app.api.request.limits import RateLimit, rate_limits
from app.api.version import Version
from app.core.config import Settings
from app.schemas.document import contract_digest, read_contract


@dataclass(frozen=True, slots=True)
class Rules:
    """The contract of a version as the judge of its requests and responses, and its rate limits.

    Attributes:
        mocked: The operations that never call their service.
    """

    conformance: Conformance
    rate_limits: Mapping[str, RateLimit]
    settings: Settings
    mocked: frozenset[str]


def make_rules(version: Version, settings: Settings, mocked: frozenset[str]) -> Rules:
    """Return the rules of a version; the applications of a process share its conformance."""
    conformance = _conformance(version.name, check_bodies=not settings.in_production)
    for operation in version.operations.values():
        conformance.prepare(operation)
    limits = rate_limits(version.operations.values(), settings)
    return Rules(conformance, limits, settings, mocked)


@cache
def _conformance(version: str, *, check_bodies: bool) -> Conformance:
    return Conformance(
        read_contract(version), digest=contract_digest(version), check_bodies=check_bodies
    )
