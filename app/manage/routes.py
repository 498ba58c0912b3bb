"""`python -m app.manage routes`: the operations of each version of the contract."""

import argparse
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from app.core.config import Settings
from app.schemas.operation import Operation

if TYPE_CHECKING:
    from app.api.request.limits import RateLimit

_HEAD = ("METHOD", "PATH", "OPERATION", "SECURITY", "LIMIT")


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `routes` to a command line."""
    routes = commands.add_parser("routes", help="list the operations, their security and limits")
    routes.set_defaults(run=lambda settings, _: print_routes(settings))


def print_routes(settings: Settings) -> None:
    """Print a table of the operations of each version, the oldest first."""
    # Workers share this command line, and need no web framework.
    from app.api.request.limits import rate_limits  # noqa: PLC0415 - only this command needs it
    from app.api.versions import VERSIONS  # noqa: PLC0415 - as above

    tables = []
    for version in VERSIONS:
        operations = list(version.operations.values())
        limits = rate_limits(operations, settings)
        rows = [
            (
                operation.method,
                version.prefix + operation.path,
                operation.operation_id,
                _describe_security(operation),
                _describe_limit(limits[operation.operation_id]),
            )
            for operation in operations
        ]
        tables.append(f"{version.name}: {len(rows)} operations\n{_align([_HEAD, *rows])}")
    sys.stdout.write("\n\n".join(tables) + "\n")


def _describe_security(operation: Operation) -> str:
    """Return the alternatives, any one of which suffices, each with its schemes and scopes."""
    return " or ".join(map(_describe_alternative, operation.security)) or "none"


def _describe_alternative(schemes: Mapping[str, Sequence[str]]) -> str:
    shown = [f"{name}[{' '.join(scopes)}]" if scopes else name for name, scopes in schemes.items()]
    return " + ".join(shown) or "none"


def _describe_limit(limit: "RateLimit") -> str:
    if not limit.policies:
        return "none"
    counts = ", ".join(f"{policy.requests}/{policy.seconds}s" for policy in limit.policies)
    return f"{limit.bucket}: {counts} per {'address' if limit.per_address else 'caller'}"


def _align(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)
