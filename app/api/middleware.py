"""Middleware of every request, from the outside in: see `add_middleware`."""

import logging
import random
import re
import sys
import time
from collections.abc import Collection, Iterable, Sequence
from functools import cache
from http import HTTPMethod, HTTPStatus

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from prometheus_client import Histogram
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.errors import error_response, problem_response
from app.api.overload import Overload
from app.api.request.dispatch import Dispatch
from app.api.request.response import IS_HEAD, OPERATION
from app.core.config import Settings, WrongSettings
from app.core.context import request_id
from app.core.error_text import format_exception
from app.core.exceptions import (
    NotFound,
    PreflightRefused,
)
from app.telemetry.metrics import REQUEST_SECONDS
from app.telemetry.traces import join_trace, leave_trace

logger = logging.getLogger(__name__)

_RANDOM = random.SystemRandom()  # no test can seed it
_REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{8,128}")
# Proxies log this status for a client that disconnects early; it is never sent.
_CLIENT_GONE = 499
# Paths that software parses differently: an empty part, a dot segment, an escaped separator.
_AMBIGUOUS_PATH = re.compile(rb"//|\\|%2f|%5c|(^|/)(\.|%2e){1,2}(/|$)", re.IGNORECASE)
_IS_HANDSHAKE = "contract.is_handshake"
# Headers that the server adds to some responses, beside those of the contract.
_ADDED_HEADERS = {"Allow", "Deprecation", "Link", "Preference-Applied", "Sunset", "X-Request-ID"}
_SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def add_middleware(
    app: FastAPI,
    settings: Settings,
    declared_headers: Iterable[str],
    unlimited_paths: Collection[str],
) -> None:
    """Add the middleware; the one added last runs first.

    Pages of `CORS_ORIGINS` may read the declared headers, which are those of the contract. The
    unlimited paths are served under overload too.
    """
    app.add_middleware(Dispatch, routes=app.routes, max_body_bytes=settings.max_body_bytes)
    app.add_middleware(
        Overload,
        max_requests=settings.max_requests,
        timeout_seconds=settings.request_timeout_seconds,
        exempt=unlimited_paths,
    )
    app.add_middleware(ErrorBoundary)
    if settings.cors_origins:
        app.add_middleware(
            Cors,
            allow_origins=settings.cors_origins,
            allow_methods=["*"],
            allow_headers=["*"],
            expose_headers=sorted(_ADDED_HEADERS.union(declared_headers)),
        )
    app.add_middleware(RequestContext, strict_transport=settings.in_production)


class RequestContext:
    """Sets the request id, logs the request, adds security headers, answers HEAD like GET."""

    def __init__(self, app: ASGIApp, *, strict_transport: bool) -> None:
        self._app = app
        headers = dict(_SECURITY_HEADERS)
        if strict_transport:
            headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
        self._headers = [(name.lower().encode(), headers[name].encode()) for name in headers]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] == "websocket":
            scope, send = _as_request(scope, send)
        if scope["type"] != "http":
            await self._app(scope, receive, _plainly(send))
            return
        trace = join_trace(_header(scope, b"traceparent"))
        given = _header(scope, b"x-request-id") or ""
        # The id has to be unique, not secret.
        identifier = given if _REQUEST_ID.fullmatch(given) else f"{_RANDOM.getrandbits(128):032x}"
        previous = request_id.set(identifier)
        started = time.perf_counter()
        status = 500
        is_head = scope["method"] == "HEAD"
        inner = _as_get(scope) if is_head else scope

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message = {**message, "headers": self._complete(message["headers"], identifier)}
            elif is_head:
                message = {**message, "body": b""}
            await send(message)

        try:
            await self._app(inner, receive, answer)
        except ClientDisconnect:
            status = _CLIENT_GONE
        finally:
            _log_request(scope["method"], inner, status, time.perf_counter() - started)
        # After an error the server's own line needs the ids.
        leave_trace(trace)
        request_id.reset(previous)

    def _complete(
        self, headers: Iterable[tuple[bytes, bytes]], identifier: str
    ) -> Sequence[tuple[bytes, bytes]]:
        """Return headers with the request id, and those of security that they do not have."""
        given = [*headers]
        names = {name for name, _ in given}
        added = [header for header in self._headers if header[0] not in names]
        return [*given, (b"x-request-id", identifier.encode()), *added]


def _as_get(scope: Scope) -> Scope:
    """Return a HEAD request as GET, without ranges: those are for GET (RFC 9110, section 14.2)."""
    headers = [(name, value) for name, value in scope["headers"] if name != b"range"]
    return {**scope, "method": "GET", "headers": headers, IS_HEAD: True}


def _header(scope: Scope, name: bytes) -> str | None:
    """Return the first line of a header."""
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), None)


def _as_request(scope: Scope, send: Send) -> tuple[Scope, Send]:
    """Treat a WebSocket handshake as the GET request that it is, so that it is refused.

    A server that cannot send a response to it (ASGI, WebSocket Denial Response) answers 403 itself.
    """
    can_respond = "websocket.http.response" in scope.get("extensions", {})

    async def answer(message: Message) -> None:
        if can_respond:
            await send({**message, "type": f"websocket.{message['type']}"})
        elif message["type"] == "http.response.start":
            await send({"type": "websocket.close"})

    return {**scope, "type": "http", "method": "GET", _IS_HANDSHAKE: True}, answer


def _plainly(send: Send) -> Send:
    """Report a failed start: wrong settings as text, other errors as a traceback without data.

    The framework's own traceback would contain the messages of drivers, which quote rows.
    """

    async def tell(message: Message) -> None:
        refusal = sys.exception()
        if refusal is not None and "message" in message:
            is_plain = isinstance(refusal, WrongSettings)
            reason = str(refusal) if is_plain else format_exception(refusal)
            message = {**message, "message": reason}
        await send(message)

    return tell


def _log_request(method: str, scope: Scope, status: int, seconds: float) -> None:
    operation = scope.get(OPERATION)
    name = operation.operation_id if operation else "none"
    # Clients may send any method, and each value of a label is a new time series.
    known = method if method in HTTPMethod.__members__ else "other"
    _seconds_of(name, known, status // 100).observe(seconds)
    logger.info(
        "request",
        extra={
            "method": method,
            "path": scope["path"],
            "operation": operation.operation_id if operation else None,
            "status": status,
            "duration_ms": round(seconds * 1000, 2),
        },
    )


@cache
def _seconds_of(operation: str, method: str, kind: int) -> Histogram:
    return REQUEST_SECONDS.labels(operation, method, f"{kind}xx")


def _check_head(scope: Scope) -> None:
    """Refuse WebSockets, and paths that other software could parse differently.

    Proxies decide by the path that is sent, the router by the decoded one.
    """
    if _IS_HANDSHAKE in scope:
        raise NotFound("The API has no WebSockets.")
    if _AMBIGUOUS_PATH.search(scope["raw_path"]):
        raise NotFound(
            "The path has an empty part, a dot segment, a backslash or an escaped separator; "
            "send the plain path."
        )


class Cors(CORSMiddleware):
    """Answers preflight requests, and allows pages of known origins to read responses."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request; a refused preflight request gets a problem."""
        is_preflight = (
            scope["type"] == "http"
            and scope["method"] == "OPTIONS"
            and "access-control-request-method" in Headers(scope=scope)
        )
        if not is_preflight:
            await super().__call__(scope, receive, send)
            return
        answer = self.preflight_response(request_headers=Headers(scope=scope))
        if answer.status_code != HTTPStatus.OK:
            problem = PreflightRefused(f"{bytes(answer.body).decode()}.")
            problem.headers["Vary"] = answer.headers["Vary"]
            answer = problem_response(scope, problem)
        await answer(scope, receive, send)


class ErrorBoundary:
    """Refuses ambiguous paths, and answers errors as the contract declares them.

    It runs inside CORS and RequestContext, so that a failed request has their headers too.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def answer(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            _check_head(scope)
            await self._app(scope, receive, answer)
        except ClientDisconnect:
            raise
        except Exception as error:
            if started:
                raise
            await error_response(scope, error)(scope, receive, send)
