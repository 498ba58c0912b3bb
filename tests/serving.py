"""Applications served over sockets by the server of production, in this process."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import uvicorn

from app.core.config import Settings
from app.manage.serve import listening_sockets
from app.server import uvicorn_options


@asynccontextmanager
async def served(
    app: Callable[..., Awaitable[None]],
    settings: Settings,
    **changed: Any,  # noqa: ANN401 - as Uvicorn has them
) -> AsyncIterator[int]:
    """Serve an application on a free port of 127.0.0.1, and give the port.

    Args:
        app: The application.
        settings: What the options of the server are made of.
        changed: Options of uvicorn with another value.
    """
    options = uvicorn_options(settings) | changed
    config = uvicorn.Config(app, port=0, **options)
    server, sockets = uvicorn.Server(config), listening_sockets(config)
    serving = asyncio.create_task(server.serve(sockets))
    while not server.started:  # noqa: ASYNC110 - Uvicorn announces it no other way
        await asyncio.sleep(0)
    try:
        yield sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        await serving


class Connection:
    """A client's connection that sends and receives raw bytes."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def to(cls, port: int) -> "Connection":
        """Connect to a port of 127.0.0.1."""
        return cls(*await asyncio.open_connection("127.0.0.1", port))

    async def send(self, data: bytes) -> None:
        """Send bytes."""
        self._writer.write(data)
        await self._writer.drain()

    async def answer(self) -> bytes:
        """Return the header of the next answer."""
        return await self._reader.readuntil(b"\r\n\r\n")

    async def rest(self) -> bytes:
        """Return everything that is received until the server closes the connection."""
        try:
            return await self._reader.read()
        finally:
            self._writer.close()

    def close(self) -> None:
        """Go away."""
        self._writer.close()


async def exchange(port: int, data: bytes) -> bytes:
    """Send bytes over a connection of their own; return all that the server sends back."""
    connection = await Connection.to(port)
    await connection.send(data)
    return await connection.rest()
