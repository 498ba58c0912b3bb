"""What the current request or task carries along: its ids, its trace and its client.

The trace is the current one of OpenTelemetry.
"""

from contextvars import ContextVar
from dataclasses import dataclass

from opentelemetry.trace import get_current_span

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)
task_id: ContextVar[str | None] = ContextVar("task_id", default=None)


@dataclass(frozen=True, slots=True)
class Client:
    """Where a request comes from, and what it calls itself."""

    address: str | None = None
    user_agent: str | None = None


# A context variable, as the ids: every audit event contains the address, also after a commit.
client: ContextVar[Client] = ContextVar("client", default=Client())  # noqa: B039 - frozen


def trace_id() -> str | None:
    """Return the trace that a request or task belongs to: 32 hexadecimal digits (W3C)."""
    ids = get_current_span().get_span_context()
    return f"{ids.trace_id:032x}" if ids.is_valid else None
