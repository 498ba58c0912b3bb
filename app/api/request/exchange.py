"""One request and its response, as they pass between the server and the application."""

from asyncio import Timeout
from collections.abc import Sequence

from starlette.types import Message, Receive, Scope, Send

from app.api.request.response import IS_HEAD
from app.core.exceptions import ContentTooLarge
from app.core.load import Slot

EXCHANGE = "contract.exchange"
"""Key of the `Exchange` in the ASGI scope."""

# No size in bytes has more digits, and Python refuses to parse thousands of digits.
_MAX_DIGITS = 18

RawHeaders = Sequence[tuple[bytes, bytes]]


class Exchange:
    """Receives the request and sends the response.

    Args:
        scope: That of the server; HEAD is handled like GET.
        receive: That of the server.
        send: That of the server.
        headers: Added to each response that does not have them.

    Attributes:
        scope: That of the application.
        fields: Header → its first line.
        request_id: Sent with each response.
        status: That of the response; 500 until it starts.
        place: The place of the request among those in flight, if they are limited.
        limit: Ends the request at its deadline.
    """

    __slots__ = (
        *("_headers", "_is_head", "_max_body_bytes", "_receive", "_received", "_send"),
        *("fields", "is_answered", "limit", "place", "request_id", "scope", "status"),
    )

    def __init__(self, scope: Scope, receive: Receive, send: Send, headers: RawHeaders) -> None:
        self._receive, self._send, self._headers = receive, send, headers
        self._is_head = scope["method"] == "HEAD"
        if self._is_head:
            # Ranges are for GET (RFC 9110, section 14.2).
            headers = [header for header in scope["headers"] if header[0] != b"range"]
            scope = {**scope, "method": "GET", "headers": headers, IS_HEAD: True}
        scope[EXCHANGE] = self
        self.scope = scope
        self.fields: dict[bytes, bytes] = dict(reversed(scope["headers"]))
        self.request_id = b""
        self.status = 500
        self.is_answered = False
        self.place: Slot | None = None
        self.limit: Timeout | None = None
        self._max_body_bytes = self._received = 0

    def limit_body(self, max_bytes: int) -> None:
        """Refuse a larger body, now or while it is received.

        Raises:
            ContentTooLarge: The header Content-Length declares more.
        """
        self._max_body_bytes = max_bytes
        length = self.fields.get(b"content-length", b"0")
        if length.isdigit() and (len(length) > _MAX_DIGITS or int(length) > max_bytes):
            raise ContentTooLarge(max_bytes)

    def join_lines(self, names: frozenset[bytes]) -> None:
        """Join the lines of fields that hold a list: they mean one (RFC 9110, section 5.3)."""
        given = self.scope["headers"]
        if len(self.fields) == len(given):
            return
        for name in names & self.fields.keys():
            self.fields[name] = b", ".join(line for key, line in given if key == name)
        joined = [(name, self.fields[name]) for name in names & self.fields.keys()]
        self.scope["headers"] = [header for header in given if header[0] not in names] + joined

    async def receive(self) -> Message:
        """Receive from the client, while the request is not in flight.

        Raises:
            ContentTooLarge: The body is larger than `limit_body` allows.
        """
        is_lent = self.place is not None and self.place.free()
        try:
            message = await self._receive()
        finally:
            if is_lent and self.place is not None:
                self.place.take()
        self._received += len(message.get("body", b""))
        if self._received > self._max_body_bytes:
            raise ContentTooLarge(self._max_body_bytes)
        return message

    async def send(self, message: Message) -> None:
        """Send to the client; the headers of the server are added here."""
        if message["type"] == "http.response.start":
            self.is_answered, self.status = True, message["status"]
            self.end_limits()
            given = [*message["headers"], (b"x-request-id", self.request_id)]
            names = dict(given)
            given += [header for header in self._headers if header[0] not in names]
            message = {**message, "headers": given}
        elif self._is_head:
            message = {**message, "body": b""}
        await self._send(message)

    def end_limits(self) -> None:
        """Stop counting the request, and its time: the response starts."""
        if self.place is not None:
            self.place.free()
            self.place.ends_at = None
        if self.limit is not None and not self.limit.expired():
            self.limit.reschedule(None)
