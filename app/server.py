"""The HTTP server: uvicorn with httptools, and limits for direct connections of clients.

Requests that this module refuses do not reach the application; the problem has no X-Request-ID.
"""

import asyncio
import json
import re
import resource
from asyncio.events import TimerHandle
from collections.abc import Sequence
from functools import partial
from http import HTTPStatus
from typing import Any, Literal

import httptools
from uvicorn import Config
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol
from uvicorn.server import ServerState

from app.core.config import Settings, WrongSettings
from app.slow_readers import ReadingClient, log_closed
from app.websockets import websocket_options  # part files

# After DRAIN_SECONDS requests have 4 s to finish, then tasks of this process 5 s.
SHUTDOWN_SECONDS = 4
# Open files of a process besides its connections: database, Redis, logs, modules.
_OTHER_FILES = 200
# Connections that wait to be accepted; further clients try again a second later.
_BACKLOG = 64
# 16 bytes in base64 (RFC 6455, section 4.1).
_KEY = re.compile(rb"[A-Za-z0-9+/]{22}==")
_HOST = re.compile(rb"(\[[0-9A-Fa-f:.]+\]|[\w.~!$&'()*+,;=%-]+)(:[0-9]*)?")


def uvicorn_options(settings: Settings) -> dict[str, Any]:
    """Return the options of uvicorn, except address and application.

    Raises:
        WrongSettings: The process may not open as many files as MAX_CONNECTIONS needs.
    """
    _allow_files(settings.max_connections)
    return {
        "http": partial(HttpProtocol, settings=settings),
        "ws": "none",
        # Containers provide more processes, so WEB_CONCURRENCY is ignored.
        "workers": 1,
        # The application configures the log, and writes a line for each request.
        "log_config": None,
        "access_log": False,
        "server_header": False,
        # The application reads X-Forwarded-For, from the proxies that TRUSTED_PROXIES names.
        "proxy_headers": False,
        "backlog": _BACKLOG,
        "timeout_keep_alive": settings.keep_alive_seconds,
        "timeout_graceful_shutdown": SHUTDOWN_SECONDS,
        **websocket_options(settings),  # part files
    }


def _allow_files(connections: int) -> None:
    needed = connections + _OTHER_FILES
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and needed > hard:
        raise WrongSettings(
            f"MAX_CONNECTIONS: {connections} connections need {needed} open files, and the limit "
            f"is {hard}; lower it, or raise `ulimit -n`"
        )
    if soft != resource.RLIM_INFINITY and needed > soft:
        resource.setrlimit(resource.RLIMIT_NOFILE, (needed, hard))


class _Refused(Exception):
    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


class HttpProtocol(ReadingClient, HttpToolsProtocol):
    """One connection: refuses ambiguous requests, and closes when its client is too slow."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
        *,
        settings: Settings,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._settings = settings
        # The part of a request that is being received; None between two requests.
        self._part: Literal["header", "body"] | None = None
        self._header_bytes = 0
        # Bytes of an incomplete line, which the parser has not reported.
        self._pending_bytes = 0
        self._is_refused = False
        self._read_timer: TimerHandle | None = None
        self.read_seconds = settings.body_timeout_seconds
        self.idle_since = self.loop.time()

    @property
    def is_idle(self) -> bool:
        """Whether no request is in progress, apart from receiving its header."""
        return not self._is_busy and self._part != "body"

    @property
    def _is_busy(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._limit_reading()
        if len(self.connections) <= self._settings.max_connections:
            return
        others = self.connections - {self}
        http = [other for other in others if isinstance(other, HttpProtocol)]
        if idle := [other for other in http if other.is_idle]:
            min(idle, key=lambda other: other.idle_since).make_room()
        else:
            self._refuse(503, "MAX_CONNECTIONS requests are in progress.")

    def make_room(self) -> None:
        """Close this idle connection in favour of a new one."""
        self._log("Idle for longest while MAX_CONNECTIONS are open.")
        self.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._stop_read_timer()

    def data_received(self, data: bytes) -> None:
        self._unset_keepalive_if_required()
        if self._is_refused:
            return
        try:
            self._parse(data)
        except (httptools.HttpParserError, _Refused) as error:
            # The parser wraps exceptions of its callbacks.
            cause = error if isinstance(error, _Refused) else error.__context__
            refusal = cause if isinstance(cause, _Refused) else _Refused(400, f"{error}.")
            self._refuse(refusal.status, str(refusal))
        else:
            self._limit_reading()

    def _parse(self, data: bytes) -> None:
        pending, self._pending_bytes = self._pending_bytes, 0
        while data:
            try:
                self.parser.feed_data(data)
                break
            except httptools.HttpParserUpgrade as upgrade:
                if self._should_upgrade():
                    self._become_socket()
                    return
                # RFC 9110, section 7.8: a server may ignore Upgrade and go on with HTTP/1.1.
                data = data[upgrade.args[0] :]
        if self._part == "header":
            line = data.rfind(b"\n") + 1
            self._pending_bytes = len(data) - line + (0 if line else pending)
            self._count_header(0)

    def _should_upgrade(self) -> bool:
        """Tell whether the request is a valid handshake; others are answered as requests."""
        key = self._values(b"sec-websocket-key")
        return (
            super()._should_upgrade()
            and self.parser.get_http_version() == "1.1"
            and self.parser.get_method() == b"GET"
            and self._values(b"sec-websocket-version") == [b"13"]
            and len(self._values(b"upgrade")) == len(key) == 1
            and _KEY.fullmatch(key[0]) is not None
        )

    def _become_socket(self) -> None:
        """Give the connection to the protocol of WebSockets, which has other limits."""
        if self._is_busy:
            raise _Refused(400, "A handshake has to wait for the response before it.")
        self.handle_websocket_upgrade()

    def _count_header(self, size: int) -> None:
        self._header_bytes += size
        limit = self._settings.max_header_bytes
        if self._header_bytes + self._pending_bytes > limit:
            raise _Refused(431, f"The header is larger than {limit} bytes (MAX_HEADER_BYTES).")

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._part = "header"

    def on_header(self, name: bytes, value: bytes) -> None:
        self._count_header(len(name) + len(value) + len(": \r\n"))
        # RFC 9110, section 6.5.1: a trailer must not count as a header field.
        if self._part == "header":
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._count_header(len(self.url))
        self._check_header()
        try:
            super().on_headers_complete()
        except httptools.HttpParserInvalidURLError:
            raise _Refused(400, "The request target is neither a path nor a URL.") from None
        self._stop_read_timer()
        self._part = "body"

    def _check_header(self) -> None:
        """Refuse invalid requests that the parser accepts (RFC 9112, sections 2.3, 3.2, 6.1)."""
        version = self.parser.get_http_version()
        if version not in {"1.0", "1.1"}:
            raise _Refused(505, "The server supports HTTP/1.1 only.")
        hosts = self._values(b"host")
        if len(hosts) > 1 or (version == "1.1" and not hosts):
            raise _Refused(400, "The request needs exactly one Host field.")
        if hosts and not _HOST.fullmatch(hosts[0]):
            raise _Refused(400, "The Host field is not valid.")
        codings = self._values(b"transfer-encoding")
        if codings and (version == "1.0" or [coding.lower() for coding in codings] != [b"chunked"]):
            raise _Refused(501, "The only transfer coding is chunked, in HTTP/1.1.")
        if self.parser.should_upgrade() and (codings or self._values(b"content-length")):
            raise _Refused(400, "A request with Upgrade cannot have a body.")

    def _values(self, field: bytes) -> Sequence[bytes]:
        return [value for name, value in self.headers if name == field]

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._stop_read_timer()
        self._part = None
        self._header_bytes = 0

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self.idle_since = self.loop.time()

    def _limit_reading(self) -> None:
        if self._read_timer is not None or (self._part is None and self._is_busy):
            return
        if self.transport.get_protocol() is not self:
            return
        limits = self._settings
        is_body = self._part == "body"
        seconds = limits.body_timeout_seconds if is_body else limits.header_timeout_seconds
        self._read_timer = self.loop.call_later(seconds, self._end_late, seconds)

    def _end_late(self, seconds: float) -> None:
        self._read_timer = None
        if self.flow.read_paused or (self._is_busy and self._part != "body"):
            # The server is not reading, or has an earlier request to answer.
            self._limit_reading()
        elif self._part == "body":
            self._refuse(408, f"No complete body within {seconds:g} s (BODY_TIMEOUT_SECONDS).")
        elif self._part == "header":
            self._refuse(408, f"No complete header within {seconds:g} s (HEADER_TIMEOUT_SECONDS).")
        else:
            self._log(f"No request within {seconds:g} s (HEADER_TIMEOUT_SECONDS).")
            self.transport.close()

    def _refuse(self, status: int, reason: str) -> None:
        """Answer in place of the application, and close the connection."""
        self._is_refused = True
        self._stop_read_timer()
        self._log(reason)
        if self._is_busy and self._part != "body":
            # Earlier requests of the connection are answered first.
            self.cycle.keep_alive = False
            return
        if self._part == "body" and (self.cycle.response_started or self.pipeline):
            self.transport.abort()
        else:
            self.transport.write(self._problem(status, reason))
            self.transport.close()
        if self._is_busy:
            self.cycle.disconnected = True
            self.cycle.message_event.set()

    def _problem(self, status: int, reason: str) -> bytes:
        title = HTTPStatus(status).phrase
        problem = {"type": "about:blank", "title": title, "status": status, "detail": reason}
        body = json.dumps(problem).encode()
        fields = [
            *self.server_state.default_headers,
            (b"content-type", b"application/problem+json"),
            (b"content-length", b"%d" % len(body)),
            (b"connection", b"close"),
        ]
        if status == HTTPStatus.SERVICE_UNAVAILABLE:
            fields.append((b"retry-after", b"1"))
        lines = [name + b": " + value + b"\r\n" for name, value in fields]
        return b"".join([STATUS_LINE[status], *lines, b"\r\n", body])

    def _log(self, reason: str) -> None:
        log_closed(reason, self.client)

    def _stop_read_timer(self) -> None:
        if self._read_timer is not None:
            self._read_timer.cancel()
            self._read_timer = None
