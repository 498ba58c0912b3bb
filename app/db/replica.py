"""Reads from a replica that has all that its primary has committed."""

import asyncio
import logging
import time
from collections.abc import Callable
from contextvars import Context
from typing import Literal

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from app.core.error_text import describe
from app.db.engine import read_options

logger = logging.getLogger(__name__)

Outcome = Literal["replica", "behind", "unavailable"]

# A commit is answered when it has been flushed, so this covers all commits that clients know of.
_FLUSHED = text("SELECT pg_current_wal_flush_lsn()::text")
# NULL on a server that is no replica, for example after a failover.
_REPLAYED = text("SELECT pg_last_wal_replay_lsn() >= CAST(:position AS pg_lsn)")
_PAUSES_SECONDS = (0.001, 0.002, 0.004, 0.008)
_RETRY_SECONDS = 5.0


class Replica:
    """A streaming replica of PostgreSQL, used for a read only once it is up to date.

    Each read first asks the primary for its position in the write-ahead log. So a read sees every
    transaction that was committed before it began, in whichever process and by whomever.

    Args:
        engine: The replica.
        primary: The server that it follows.
        on_read: Called for each read with where it goes: `replica`, or to the primary because the
            replica is `behind` or `unavailable`.
    """

    def __init__(
        self,
        engine: AsyncEngine,
        primary: AsyncEngine,
        on_read: Callable[[Outcome], None] = lambda _: None,
    ) -> None:
        self._engine = engine
        self._primary = primary
        self._on_read = on_read
        self._is_up = True
        self._retry_at = 0.0
        self._current: asyncio.Task[str] | None = None
        self._next: asyncio.Task[str] | None = None

    async def connect(self) -> AsyncConnection | None:
        """Return a connection to the replica; None if a read has to go to the primary.

        Raises:
            SQLAlchemyError: The primary does not answer, so its position is unknown.
        """
        if not self._is_up and time.monotonic() < self._retry_at:
            self._on_read("unavailable")
            return None
        position = await self._position()
        # While it is down, one read tries it; the others use the primary.
        self._retry_at = time.monotonic() + _RETRY_SECONDS
        try:
            connection = await self._connect_at(position)
        except DBAPIError as error:
            self._note(is_up=False, reason=describe(error.orig or error))
            return None
        self._note(is_up=True)
        self._on_read("behind" if connection is None else "replica")
        return connection

    async def _position(self) -> str:
        """Return a position requested after this call; concurrent reads share the request."""
        if self._next is None:
            self._next = asyncio.create_task(self._ask(self._current), context=Context())
        return await asyncio.shield(self._next)

    async def _ask(self, earlier: "asyncio.Task[str] | None") -> str:
        if earlier is not None:
            await asyncio.wait([earlier])
        self._current, self._next = self._next, None
        async with self._primary.connect() as connection:
            await connection.execution_options(**read_options(self._primary))
            return str(await connection.scalar(_FLUSHED))

    async def _connect_at(self, position: str) -> AsyncConnection | None:
        connection = await self._engine.connect()
        try:
            await connection.execution_options(**read_options(self._engine))
            for pause in _PAUSES_SECONDS:
                if await _has_replayed(connection, position):
                    return connection
                await asyncio.sleep(pause)
            if await _has_replayed(connection, position):
                return connection
        except BaseException:
            await connection.close()
            raise
        await connection.close()
        return None

    def _note(self, *, is_up: bool, reason: str = "") -> None:
        if not is_up:
            self._on_read("unavailable")
        if is_up == self._is_up:
            return
        self._is_up = is_up
        if is_up:
            logger.warning("the replica answers again")
        else:
            logger.error(
                "the replica does not answer; reads go to the primary", extra={"reason": reason}
            )


async def _has_replayed(connection: AsyncConnection, position: str) -> bool:
    return bool(await connection.scalar(_REPLAYED, {"position": position}))
