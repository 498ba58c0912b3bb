"""WebSockets: a manual route answers with one; limits and errors are those of all of them."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TypeAlias

from fastapi import Request, Response, WebSocket, WebSocketDisconnect
from starlette.types import Message, Receive, Scope, Send

from app.api.request.handshake import IS_HANDSHAKE, SWITCHED
from app.core.config import Settings
from app.core.exceptions import (
    InternalError,
    OriginRefused,
    TooManyRequests,
    UnsupportedMediaType,
    UpgradeRequired,
)
from app.core.problem import ProblemError

Talk: TypeAlias = Callable[[WebSocket], Awaitable[None]]
"""Receives and sends the messages of one connection, which ends when it returns."""

# RFC 6455, section 7.4.2: codes from 4000 are for private use.
_PRIVATE_CODES = 4000
_MAX_MESSAGES = 1_000
_MAX_REASON = 123

logger = logging.getLogger(__name__)


def open_socket(request: Request, talk: Talk) -> Response:
    """Return the response that turns a request into a connection for messages.

    Raises:
        UpgradeRequired: The request is not a handshake.
        OriginRefused: A page of an origin sent it that CORS_ORIGINS does not name.
    """
    if IS_HANDSHAKE not in request.scope:
        raise UpgradeRequired("This is no handshake.", headers={"Upgrade": "websocket"})
    settings: Settings = request.app.state.settings
    origin = request.headers.get("origin")
    if origin is not None and not {origin, "*"} & set(settings.cors_origins):
        raise OriginRefused("Pages of this origin may not open a WebSocket.")
    return _SocketResponse(talk, settings.event_stream_seconds)


async def next_text(socket: WebSocket, seconds: float) -> str | None:
    """Return the next message; None if none comes within some seconds."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            return await socket.receive_text()
    return None


class _SocketResponse(Response):
    """Accepts a handshake, and ends with the connection.

    The connection ends after `seconds`, or with an error: the close code is then 4000 and the
    status that a response would have.
    """

    def __init__(self, talk: Talk, seconds: float) -> None:
        super().__init__(status_code=SWITCHED)
        self._talk = talk
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle the messages of one connection."""

        async def tell(message: Message) -> None:
            if message["type"] == "websocket.accept":
                # It gets the headers of every response, and ends the limits of the request.
                message = {**message, "type": "http.response.start", "status": SWITCHED}
            await send(message)

        socket = WebSocket({**scope, "type": "websocket"}, _bounded(receive), tell)
        with suppress(WebSocketDisconnect):
            await socket.accept(headers=self.raw_headers)
            try:
                async with asyncio.timeout(self._seconds) as limit:
                    await self._talk(socket)
            except WebSocketDisconnect:
                raise
            except Exception as error:  # noqa: BLE001 - the client gets it as a code
                if not (isinstance(error, TimeoutError) and limit.expired()):
                    await socket.close(*_close(error))
                    return
            await socket.close()


def _bounded(receive: Receive) -> Receive:
    """Return a `receive` that takes texts only, and not too many."""
    count = 0

    async def take() -> Message:
        nonlocal count
        message = await receive()
        if message["type"] == "websocket.receive":
            count += 1
            if count > _MAX_MESSAGES:
                raise TooManyRequests(retry_after_seconds=1)
            if message.get("text") is None:
                raise UnsupportedMediaType("Messages are texts.")
        return message

    return take


def _close(error: Exception) -> tuple[int, str]:
    """Return code and reason that end the connection; an error of the server is logged."""
    problem = error if isinstance(error, ProblemError) else InternalError()
    if problem.status >= InternalError.status:
        logger.error(problem.detail, exc_info=error, extra={"code": problem.slug})
    reason = problem.detail.encode()[:_MAX_REASON].decode(errors="ignore")
    return _PRIVATE_CODES + problem.status, reason
