"""Connections of WebSockets: how uvicorn limits them, beside the limits of `app.server`."""

import asyncio
from functools import partial
from typing import Any

from uvicorn import Config
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from uvicorn.server import ServerState

from app.core.config import Settings
from app.slow_readers import ReadingClient

_MAX_MESSAGE_BYTES = 65_536
# A client that does not answer a ping is gone. Proxies end connections that are silent for longer.
_PING_SECONDS = 20.0


def websocket_options(settings: Settings) -> dict[str, Any]:
    """Return the options of uvicorn that are about WebSockets."""
    return {
        "ws": partial(SocketProtocol, settings=settings),
        "ws_max_size": _MAX_MESSAGE_BYTES,
        "ws_ping_interval": _PING_SECONDS,
        "ws_ping_timeout": _PING_SECONDS,
        # A short message could become a long one, and each connection would need memory for it.
        "ws_per_message_deflate": False,
    }


class SocketProtocol(ReadingClient, WebSocketsSansIOProtocol):
    """One connection, after `app.server` has read the header of its handshake."""

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
        self.read_seconds = settings.body_timeout_seconds

    def data_received(self, data: bytes) -> None:
        """Refuse a header that the library cannot parse, which uvicorn would ignore.

        `HttpProtocol` passes on complete headers only.
        """
        super().data_received(data)
        if not self.handshake_initiated:
            self.transport.write(b"".join(self.conn.data_to_send()))
            self.transport.close()
