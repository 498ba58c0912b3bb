"""What happens to every request, before and after its route: see `Gateway`."""

import asyncio
import logging
import os
import re
import sys
import time
from collections.abc import Collection, Iterable
from functools import cache
from http import HTTPMethod, HTTPStatus

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from prometheus_client import Histogram
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.errors import error_response, problem_response
from app.api.request.dispatch import Dispatch
from app.api.request.exchange import EXCHANGE, Exchange
from app.api.request.handshake import as_request
from app.api.request.response import OPERATION
from app.core.config import Settings, WrongSettings
from app.core.context import request_id
from app.core.error_text import format_exception
from app.core.exceptions import PreflightRefused, ServiceUnavailable
from app.core.load import InFlight, Slot, slot
from app.telemetry.metrics import REQUEST_SECONDS, REQUESTS_IN_FLIGHT, REQUESTS_SHED
from app.telemetry.traces import join_trace, leave_trace

logger = logging.getLogger(__name__)

_METHODS = frozenset(HTTPMethod)
_REQUEST_ID = re.compile(rb"[A-Za-z0-9_-]{8,128}")
# Proxies log this status for a client that disconnects early; it is never sent.
_CLIENT_GONE = 499
# RFC 7240, section 4.3: how many seconds the client waits.
_WAIT = re.compile(rb'(?:^|[,\s])wait="?([0-9]{1,6})"?\s*(?=$|[,;])', re.IGNORECASE)
# Statements end at the deadline; then the answer is on its way before the request is cancelled.
_GRACE_SECONDS = 0.2
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
    """Add the middleware.

    Pages of `CORS_ORIGINS` may read the declared headers, which are those of the contract. The
    unlimited paths are served under overload too.
    """
    app.add_middleware(
        Gateway,
        routes=app.routes,
        settings=settings,
        exposed=sorted(_ADDED_HEADERS.union(declared_headers)),
        unlimited=frozenset(unlimited_paths),
    )


class Gateway:
    """Takes every request through the same steps, and leaves those of no operation to FastAPI.

    It gives the request its ids and its deadline, refuses it when there are too many, when its path
    is ambiguous or its body too large, finds its route, answers errors as the contract declares
    them, and logs it. The limits on requests in flight and on their time end with the start of the
    response, so streams are not limited.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        routes: Iterable[BaseRoute],
        settings: Settings,
        exposed: Collection[str],
        unlimited: Collection[str],
    ) -> None:
        self._app = app
        self._dispatch = Dispatch(app, routes, max_body_bytes=settings.max_body_bytes)
        self._timeout_seconds = settings.request_timeout_seconds
        self._requests = InFlight(settings.max_requests)
        REQUESTS_IN_FLIGHT.set_function(lambda: self._requests.count)
        self._unlimited = unlimited
        headers = dict(_SECURITY_HEADERS)
        if settings.in_production:
            headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
        self._headers = [(name.lower().encode(), text.encode()) for name, text in headers.items()]
        self._answer: ASGIApp = self._answer_errors
        if settings.cors_origins:
            self._answer = Cors(
                self._answer_errors,
                allow_origins=settings.cors_origins,
                allow_methods=["*"],
                allow_headers=["*"],
                expose_headers=exposed,
            )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request: its ids, and its log line."""
        if scope["type"] == "websocket":
            scope, send = as_request(scope, send)
        if scope["type"] != "http":
            await self._app(scope, receive, _plainly(send))
            return
        started = time.perf_counter()
        exchange = Exchange(scope, receive, send, self._headers)
        traceparent, given = map(exchange.fields.get, (b"traceparent", b"x-request-id"))
        trace = join_trace(traceparent.decode("latin-1") if traceparent else None)
        # The id has to be unique, not secret.
        if given is None or not _REQUEST_ID.fullmatch(given):
            given = os.urandom(16).hex().encode()
        exchange.request_id = given
        previous = request_id.set(given.decode())
        try:
            await self._answer(exchange.scope, exchange.receive, exchange.send)
        except ClientDisconnect:
            exchange.status = _CLIENT_GONE
        finally:
            _log_request(scope["method"], exchange, time.perf_counter() - started)
        # After an error the server's own line needs the ids.
        leave_trace(trace)
        request_id.reset(previous)

    async def _answer_errors(self, scope: Scope, receive: Receive, send: Send) -> None:
        exchange: Exchange = scope[EXCHANGE]
        try:
            if scope["path"] in self._unlimited:
                await self._dispatch(exchange, receive, send)
            else:
                await self._answer_in_time(exchange, receive, send)
        except ClientDisconnect:
            raise
        except Exception as error:
            if exchange.is_answered:
                raise
            await error_response(scope, error)(scope, receive, send)

    async def _answer_in_time(self, exchange: Exchange, receive: Receive, send: Send) -> None:
        if self._requests.count >= self._requests.limit:
            REQUESTS_SHED.inc()
            raise _overloaded(self._requests.limit)
        seconds = self._seconds(exchange)
        ends_at = asyncio.get_running_loop().time() + seconds
        exchange.place = place = Slot(self._requests, ends_at)
        exchange.limit = limit = asyncio.timeout_at(ends_at + _GRACE_SECONDS)
        previous = slot.set(place)
        try:
            async with limit:
                await self._dispatch(exchange, receive, send)
        except TimeoutError as error:
            if not limit.expired():
                raise
            raise ServiceUnavailable(
                f"The request did not end within {seconds:g} s.", retry_after_seconds=1
            ) from error
        finally:
            exchange.limit = None
            exchange.end_limits()
            slot.reset(previous)

    def _seconds(self, exchange: Exchange) -> float:
        """Return the time of a request; a client may ask for less with `Prefer: wait=5`."""
        if b"prefer" in exchange.fields:
            for name, value in exchange.scope["headers"]:
                if name == b"prefer" and (wait := _WAIT.search(value)):
                    return min(self._timeout_seconds, float(wait[1]))
        return self._timeout_seconds


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


def _log_request(method: str, exchange: Exchange, seconds: float) -> None:
    operation = exchange.scope.get(OPERATION)
    name = operation.operation_id if operation else None
    # Clients may send any method, and each value of a label is a new time series.
    known = method if method in _METHODS else "other"
    _seconds_of(name or "none", known, exchange.status // 100).observe(seconds)
    logger.info(
        "request",
        extra={
            "method": method,
            "path": exchange.scope["path"],
            "operation": name,
            "status": exchange.status,
            "duration_ms": round(seconds * 1000, 2),
        },
    )


@cache
def _seconds_of(operation: str, method: str, kind: int) -> Histogram:
    return REQUEST_SECONDS.labels(operation, method, f"{kind}xx")


def _overloaded(limit: int) -> ServiceUnavailable:
    refusal = ServiceUnavailable(
        f"The server works on {limit} requests already.", retry_after_seconds=1
    )
    refusal.is_fault = False
    return refusal


class Cors(CORSMiddleware):
    """Answers preflight requests, and allows pages of known origins to read responses."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request; a refused preflight request gets a problem."""
        is_preflight = scope["method"] == "OPTIONS" and "access-control-request-method" in Headers(
            scope=scope
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
