"""Turns a reply of a service into an HTTP response, and completes every response."""

from collections.abc import AsyncIterable, Mapping, Sequence
from datetime import UTC, date, datetime, time
from email.utils import format_datetime
from http import HTTPStatus
from typing import Any, cast

from fastapi import Response
from fastapi.responses import StreamingResponse
from starlette.datastructures import MutableHeaders
from starlette.types import Scope

from app.schemas.operation import Operation
from app.schemas.reply import Replayed, Reply, to_json

OPERATION = "contract.operation"
"""Key of the matched operation in the ASGI scope."""
QUOTA_HEADERS = "contract.quota_headers"
"""Key of the RateLimit headers in the ASGI scope, as bytes."""
RULES = "contract.rules"
"""Key of the `Rules` of the version of the matched operation in the ASGI scope."""
FIXED_HEADERS = "contract.fixed_headers"
"""Key of the `FixedHeaders` of the matched operation in the ASGI scope."""
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


class FixedHeaders:
    """The headers that all responses of an operation have, as bytes."""

    def __init__(self, operation: Operation) -> None:
        schemes = [it for it in operation.schemes.values() if it.place in {"header", "cookie"}]
        credentials = [
            *(["Authorization"] if operation.security else []),
            *(it.name if it.place == "header" else "Cookie" for it in schemes),
        ]
        self.vary = ", ".join(credentials)
        self.cache_control = _cache_control(operation)
        announced = announcements(operation)
        self.announcements = [(name.lower().encode(), text.encode()) for name, text in announced]


def complete(scope: Scope, response: Response, *, is_declared: bool = True) -> Response:
    """Add the headers that the server supplies, and validate the response against the contract.

    Args:
        scope: That of the request.
        response: What was answered.
        is_declared: Whether the contract has to declare the response.

    Raises:
        ContractViolation: The response breaks the contract (development and tests only).
    """
    operation: Operation | None = scope.get(OPERATION)
    if operation is None:
        return response
    fixed: FixedHeaders = scope[FIXED_HEADERS]
    raw = response.raw_headers
    given = dict(raw)
    if b"location" in given or b"link" in given:
        _add_prefix(scope, operation, response.headers)
    raw += fixed.announcements
    for header in scope.get(QUOTA_HEADERS, ()):
        if header[0] in given:
            del response.headers[header[0].decode()]
        raw.append(header)
    if b"cache-control" not in given:
        is_error = response.status_code >= HTTPStatus.BAD_REQUEST
        raw.append((b"cache-control", b"no-store" if is_error else fixed.cache_control))
    if fixed.vary and b"vary" in given:
        response.headers.add_vary_header(fixed.vary)
    elif fixed.vary:
        raw.append((b"vary", fixed.vary.encode()))
    if is_declared:
        scope[RULES].conformance.check(operation, response)
    if scope.get(IS_HEAD) and isinstance(response, StreamingResponse):
        return _without_body(response)
    return response


def _add_prefix(scope: Scope, operation: Operation, headers: MutableHeaders) -> None:
    """Complete the paths of `Location` and `Link`, which services write relative to the version.

    The prefix is what precedes the operation's own path in the request, so that it is that of the
    version that serves the request, behind a proxy's `root_path` too.
    """
    location, link = headers.get("location"), headers.get("link")
    own_path = operation.template.format_map(scope["path_params"])
    prefix = scope["path"].removesuffix(own_path)
    if location is not None and location.startswith("/"):
        headers["location"] = prefix + location
    if link is not None:
        headers["link"] = link.replace("</", f"<{prefix}/")


def _without_body(response: StreamingResponse) -> Response:
    """Return the same headers; the stream is not read, so it must not begin."""
    head = Response(status_code=response.status_code)
    head.raw_headers = response.raw_headers
    return head


def _cache_control(operation: Operation) -> bytes:
    """Return `Cache-Control` (RFC 9111) of a success: `no-store`, unless it is a read."""
    if operation.method != "GET":
        return b"no-store"
    rule = cast("Mapping[str, Any] | None", operation.extensions.get("x-cache"))
    if rule is not None:
        return b"%b, max-age=%d" % (
            b"public" if rule.get("public") else b"private",
            rule["seconds"],
        )
    return b"private, no-cache" if operation.security else b"no-store"


_JSON = "application/json"


class ReplayedResponse(Response):
    """The stored answer to an earlier request; only the contract that it was made under judges it.

    Attributes:
        contract: Digest of that contract.
    """

    def __init__(self, replayed: Replayed) -> None:
        super().__init__(
            replayed.body,
            replayed.status,
            {**replayed.headers, "Idempotency-Replayed": "true"},
            None if replayed.body is None else _JSON,
        )
        self.contract = replayed.contract


def render(body: object, status: int) -> Response:
    """Return the response of an operation that has one success and no headers."""
    if body is None:
        return Response(status_code=status)
    return Response(to_json(body), status_code=status, media_type=_JSON)


def render_reply(reply: Reply | Replayed) -> Response:
    """Return the response that a reply describes: its status, its headers, its body."""
    if isinstance(reply, Replayed):
        return ReplayedResponse(reply)
    headers, media_type = reply.headers(), reply.media_type
    if isinstance(reply.body, AsyncIterable):
        return StreamingResponse(reply.body, reply.status, headers, media_type)
    if reply.body is None and not reply.nullable:
        return Response(None, reply.status, headers)
    is_text = isinstance(reply.body, str | bytes) and not media_type.endswith("json")
    content = reply.body if is_text else to_json(reply.body)
    return Response(content, reply.status, headers, media_type)
