"""Answers that last: read piece by piece, as a server hands them on."""

import asyncio

from fastapi import FastAPI
from starlette.types import Message

from tests.raw import make_scope
from tests.versions import PREFIX
from tests.waiting import LIMIT_SECONDS


class Stream:
    """An answer that has begun, whose pieces are taken as long as the test lets it.

    Attributes:
        content: What came so far.
    """

    def __init__(self) -> None:
        self.content = b""
        self._began = asyncio.Event()
        self._goes_on = asyncio.Event()
        self._answering: asyncio.Task[None] | None = None

    @classmethod
    async def open(
        cls, app: FastAPI, path: str, headers: dict[str, str], *, held: bool = False
    ) -> "Stream":
        """Send GET and wait for the first piece; held, no further one is taken."""
        stream = cls()
        if not held:
            stream._goes_on.set()
        scope = make_scope("GET", f"{PREFIX}{path}", headers.items())
        requests: list[Message] = [{"type": "http.request", "body": b"", "more_body": False}]

        async def receive() -> Message:
            return requests.pop() if requests else await asyncio.Future()

        stream._answering = asyncio.create_task(app(scope, receive, stream._take))
        async with asyncio.timeout(LIMIT_SECONDS):
            await stream._began.wait()
        return stream

    async def end(self) -> bytes:
        """Wait until the application ends the answer, and return all of it."""
        assert self._answering is not None
        self._goes_on.set()
        async with asyncio.timeout(LIMIT_SECONDS):
            await self._answering
        return self.content

    async def _take(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            assert message["status"] == 200, message
            return
        self.content += message.get("body", b"")
        self._began.set()
        await self._goes_on.wait()
