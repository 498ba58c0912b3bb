"""The trace that a request or task belongs to (W3C Trace Context)."""

import re
import secrets

_TRACEPARENT = re.compile(
    r"00-(?P<trace>(?!0{32})[0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-(?P<flags>[0-9a-f]{2})"
)


def continue_trace(traceparent: str | None) -> str:
    """Return the `traceparent` of a new step in the given trace, or in a new one."""
    parent = _TRACEPARENT.fullmatch(traceparent or "")
    trace = parent["trace"] if parent else secrets.token_hex(16)
    return f"00-{trace}-{secrets.token_hex(8)}-{parent['flags'] if parent else '00'}"
