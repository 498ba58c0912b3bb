"""A TCP proxy in front of PostgreSQL that a test can cut, freeze and restore."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress


class Proxy:
    """Forwards connections from a port of its own to a server."""

    def __init__(self, host: str, port: int) -> None:
        self._target = (host, port)
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._links: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        self.port = 0

    async def restore(self) -> None:
        """Listen, on the same port as before."""
        self._server = await asyncio.start_server(self._link, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def cut(self) -> None:
        """Close every connection and refuse new ones, as a server does that was stopped."""
        if self._server is not None:
            self._server.close()
        for link in self._links:
            link.cancel()
        await asyncio.gather(*self._links, return_exceptions=True)

    def freeze(self) -> None:
        """Go on accepting, and forward nothing any more, as a server does that hangs."""
        self._flowing.clear()

    def thaw(self) -> None:
        """Forward again, also what came in meanwhile."""
        self._flowing.set()

    async def _link(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._links.add(task)
        try:
            await self._flowing.wait()
            there_reader, there_writer = await asyncio.open_connection(*self._target)
            try:
                await self._forward_both(reader, writer, there_reader, there_writer)
            finally:
                there_writer.close()
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            writer.transport.abort()
            self._links.discard(task)

    async def _forward_both(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        there_reader: asyncio.StreamReader,
        there_writer: asyncio.StreamWriter,
    ) -> None:
        ways = [
            asyncio.create_task(self._forward(reader, there_writer)),
            asyncio.create_task(self._forward(there_reader, writer)),
        ]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(65_536):
                await self._flowing.wait()
                writer.write(data)
                await writer.drain()


@asynccontextmanager
async def proxy_to(host: str, port: int) -> AsyncIterator[Proxy]:
    """Give a proxy that forwards."""
    proxy = Proxy(host, port)
    await proxy.restore()
    try:
        yield proxy
    finally:
        proxy.thaw()
        await proxy.cut()
