"""What the current request or task carries along: its ids, its trace and its client."""

from contextvars import ContextVar
from dataclasses import dataclass

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)
traceparent: ContextVar[str | None] = ContextVar("traceparent", default=None)
task_id: ContextVar[str | None] = ContextVar("task_id", default=None)


@dataclass(frozen=True, slots=True)
class Client:
    """Where a request comes from, and what it calls itself."""

    address: str | None = None
    user_agent: str | None = None


# Ambient like the ids: the audit log names the address of events at any depth, also after commits.
client: ContextVar[Client] = ContextVar("client", default=Client())  # noqa: B039 - frozen


def trace_id() -> str | None:
    """Return the trace that a request or task belongs to: 32 hexadecimal digits (W3C)."""
    parent = traceparent.get()
    return parent.split("-")[1] if parent else None
