"""What every answer of an operation gets before it leaves: quotas, cache rules, a last check."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from email.utils import format_datetime
from typing import Any, cast

from fastapi import Response
from fastapi.responses import StreamingResponse
from starlette.datastructures import MutableHeaders
from starlette.types import Scope

from app.core.api_keys import HEADER
from app.schemas.operation import Operation

OPERATION = "contract.operation"
"""Key of the matched operation in the ASGI scope."""
QUOTA_HEADERS = "contract.quota_headers"
"""Key of the RateLimit headers in the ASGI scope."""
ANNOUNCEMENTS = "contract.announcements"
"""Key of the `announcements` of the matched operation in the ASGI scope."""
IS_HEAD = "contract.is_head"
"""Key in the ASGI scope that says that only the headers will be sent."""


def announcements(operation: Operation) -> Sequence[tuple[str, str]]:
    """Return the headers that announce the end of an operation; none if it is not deprecated.

    `Deprecation` and the link relation `deprecation` are those of RFC 9745, `Sunset` is that of RFC
    8594: the last second of the day in the contract, in UTC.
    """
    deprecation = cast("Mapping[str, str]", operation.extensions.get("x-deprecation", {}))
    headers = []
    if deprecation:
        since = datetime.combine(date.fromisoformat(deprecation["since"]), time.min, UTC)
        headers.append(("Deprecation", f"@{since.timestamp():.0f}"))
    if link := deprecation.get("link"):
        headers.append(("Link", f'<{link}>; rel="deprecation"'))
    if sunset := operation.extensions.get("x-sunset"):
        last = datetime.combine(date.fromisoformat(str(sunset)), time(23, 59, 59), UTC)
        headers.append(("Sunset", format_datetime(last, usegmt=True)))
    return headers


def complete(scope: Scope, response: Response) -> Response:
    """Add the headers that the server fills in, and hold the response against the contract.

    Raises:
        ContractViolation: The response breaks the contract (development and tests only).
    """
    operation: Operation | None = scope.get(OPERATION)
    if operation is None:
        return response
    _add_prefix(scope, operation, response.headers)
    for name, value in scope.get(ANNOUNCEMENTS, ()):
        response.headers.append(name, value)
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


def _add_prefix(scope: Scope, operation: Operation, headers: MutableHeaders) -> None:
    """Complete the paths of `Location` and `Link`, which services write relative to the version.

    The prefix is what precedes the operation's own path in the request, so that it is that of the
    version that serves the request, behind a proxy's `root_path` too.
    """
    location, link = headers.get("location"), headers.get("link")
    if location is None and link is None:
        return
    own_path = operation.path.format_map(scope["path_params"])
    prefix = scope["path"].removesuffix(own_path)
    if location is not None and location.startswith("/"):
        headers["location"] = prefix + location
    if link is not None:
        headers["link"] = link.replace("</", f"<{prefix}/")


def _without_body(response: StreamingResponse) -> Response:
    """Return the same headers without the stream, which must not begin if it is never sent."""
    head = Response(status_code=response.status_code)
    head.raw_headers = response.raw_headers
    return head


def _cache_control(operation: Operation, status: int) -> str:
    """Return who may store the response (RFC 9111): only a successful read may be stored."""
    if operation.method != "GET" or status >= 400:
        return "no-store"
    rule = cast("Mapping[str, Any] | None", operation.extensions.get("x-cache"))
    if rule is not None:
        return f"{'public' if rule.get('public') else 'private'}, max-age={rule['seconds']}"
    return "private, no-cache" if operation.security else "no-store"
