"""What every answer of an operation gets before it leaves: quotas, cache rules, a last check."""

from collections.abc import Mapping
from typing import Any, cast

from fastapi import Response
from fastapi.responses import StreamingResponse
from starlette.types import Scope

from app.core.api_keys import HEADER
from app.schemas.operation import Operation

OPERATION = "contract.operation"
"""Key of the matched operation in the ASGI scope."""
QUOTA_HEADERS = "contract.quota_headers"
"""Key of the RateLimit headers in the ASGI scope."""
IS_HEAD = "contract.is_head"
"""Key in the ASGI scope that says that only the headers will be sent."""


def complete(scope: Scope, response: Response) -> Response:
    """Add the headers that the server fills in, and hold the response against the contract.

    Raises:
        ContractViolation: The response breaks the contract (development and tests only).
    """
    operation: Operation | None = scope.get(OPERATION)
    if operation is None:
        return response
    response.headers.update(scope.get(QUOTA_HEADERS, {}))
    response.headers.setdefault("Cache-Control", _cache_control(operation, response.status_code))
    if operation.security:
        response.headers.add_vary_header("Authorization")
    if any("api_key" in alternative for alternative in operation.security):
        response.headers.add_vary_header(HEADER)
    scope["app"].state.conformance.check(operation, response)
    if scope.get(IS_HEAD) and isinstance(response, StreamingResponse):
        return _without_body(response)
    return response


def _without_body(response: StreamingResponse) -> Response:
    """Return the same headers; nobody reads the stream, so it must not begin."""
    head = Response(status_code=response.status_code)
    head.raw_headers = response.raw_headers
    return head


def _cache_control(operation: Operation, status: int) -> str:
    """Return who may keep the response (RFC 9111): nobody, unless it is a successful read."""
    if operation.method != "GET" or status >= 400:
        return "no-store"
    rule = cast("Mapping[str, Any] | None", operation.extensions.get("x-cache"))
    if rule is not None:
        return f"{'public' if rule.get('public') else 'private'}, max-age={rule['seconds']}"
    return "private, no-cache" if operation.security else "no-store"
