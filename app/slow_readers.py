"""Connections whose client reads nothing."""

import asyncio
import logging
from asyncio.events import TimerHandle

logger = logging.getLogger(__name__)


def log_closed(reason: str, client: tuple[str, int] | None) -> None:
    """Write why the server closes a connection."""
    address = client[0] if client else None
    logger.info("connection closed", extra={"reason": reason, "address": address})


class ReadingClient(asyncio.Protocol):
    """A part of a protocol: closes the connection of a client that reads nothing for a while.

    Attributes:
        read_seconds: How long the client may read nothing, when the buffers are full.
    """

    client: tuple[str, int] | None
    loop: asyncio.AbstractEventLoop
    transport: asyncio.Transport
    read_seconds: float
    _write_timer: TimerHandle | None = None

    def pause_writing(self) -> None:
        """Take note that the buffers are full."""
        super().pause_writing()
        self._write_timer = self.loop.call_later(self.read_seconds, self._end_unread)

    def resume_writing(self) -> None:
        """Take note that the client reads."""
        super().resume_writing()
        self._stop_write_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the client."""
        super().connection_lost(exc)
        self._stop_write_timer()

    def _end_unread(self) -> None:
        seconds = self.read_seconds
        log_closed(f"No response read within {seconds:g} s (BODY_TIMEOUT_SECONDS).", self.client)
        self.transport.abort()

    def _stop_write_timer(self) -> None:
        if self._write_timer is not None:
            self._write_timer.cancel()
            self._write_timer = None
