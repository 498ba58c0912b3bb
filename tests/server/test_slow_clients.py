"""What slow or silent clients get: an end, a reason in the log, and no place of another client."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest
from fastapi import FastAPI
from fastapi.responses import StreamingResponse

from app.core.config import Settings
from app.main import create_app
from tests.apps import make_settings, own_log
from tests.serving import Connection, exchange, served
from tests.versions import PREFIX

LIVE = f"GET {PREFIX}/health/live".encode() + b" HTTP/1.1\r\nHost: test\r\n\r\n"
POST = (
    f"POST {PREFIX}/auth/register".encode()
    + b" HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\n"
)
SOON = 0.1
# Longer than any test takes: a test that needs it to pass hangs instead.
NEVER = 3_600.0
Reasons = Callable[[], list[str]]
Start = Callable[..., AbstractAsyncContextManager[int]]


@pytest.fixture
def start() -> Start:
    """Give a function that serves an application with limits of its own, and gives its port."""

    @asynccontextmanager
    async def started(app: FastAPI | None = None, **limits: float) -> AsyncIterator[int]:
        fields = {"header_timeout_seconds": NEVER, "body_timeout_seconds": NEVER} | limits
        settings: Settings = make_settings(**fields)
        with own_log():
            async with served(app or create_app(settings), settings) as port:
                yield port

    return started


def refusal(received: bytes) -> tuple[int, str]:
    """Return status and detail of the problem that was received, and nothing else."""
    head, _, body = received.partition(b"\r\n\r\n")
    assert head.count(b"HTTP/1.1 ") == 1
    problem = json.loads(body)
    return problem["status"], problem["detail"]


async def test_a_silent_connection_ends_without_an_answer(start: Start, reasons: Reasons) -> None:
    async with start(header_timeout_seconds=SOON) as port:
        received = await exchange(port, b"")

    assert received == b""
    assert reasons() == ["No request within 0.1 s (HEADER_TIMEOUT_SECONDS)."]


@pytest.mark.parametrize("sent", [b"GE", LIVE[:-2]])
async def test_a_header_that_stops_is_refused(start: Start, reasons: Reasons, sent: bytes) -> None:
    async with start(header_timeout_seconds=SOON) as port:
        received = await exchange(port, sent)

    reason = "No complete header within 0.1 s (HEADER_TIMEOUT_SECONDS)."
    assert refusal(received) == (408, reason)
    assert reasons() == [reason]


async def test_the_next_header_has_a_limit_too(start: Start) -> None:
    async with start(header_timeout_seconds=SOON) as port:
        client = await Connection.to(port)
        await client.send(LIVE + LIVE[:-2])
        first = await client.rest()

    assert first.startswith(b"HTTP/1.1 200 ")
    assert first.count(b"HTTP/1.1 408 ") == 1


async def test_empty_lines_keep_no_connection_open(start: Start) -> None:
    async with start(header_timeout_seconds=SOON) as port:
        client = await Connection.to(port)
        await client.send(LIVE)
        assert (await client.answer()).startswith(b"HTTP/1.1 200 ")
        await client.send(b"\r\n")

        assert b"HTTP/1.1" not in await client.rest()


@pytest.mark.parametrize(
    "sent",
    [
        POST + b"Content-Length: 10\r\n\r\n{",
        POST + b"Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n",
        POST + b"Transfer-Encoding: chunked\r\n\r\n1;",
    ],
    ids=["length", "chunks", "extension"],
)
async def test_a_body_that_stops_is_refused(start: Start, reasons: Reasons, sent: bytes) -> None:
    async with start(body_timeout_seconds=SOON) as port:
        received = await exchange(port, sent)

    reason = "No complete body within 0.1 s (BODY_TIMEOUT_SECONDS)."
    assert refusal(received) == (408, reason)
    assert reasons() == [reason]


async def test_a_body_that_stops_after_the_answer_ends_the_connection(start: Start) -> None:
    async with start(body_timeout_seconds=SOON) as port:
        sent = POST.replace(b"auth/register", b"nowhere") + b"Content-Length: 10\r\n\r\n{"
        received = await exchange(port, sent)

    assert received.startswith(b"HTTP/1.1 404 ")
    assert received.count(b"HTTP/1.1 ") == 1


async def test_an_answer_that_is_not_read_ends(start: Start, reasons: Reasons) -> None:
    ended = asyncio.Event()

    async def pieces() -> AsyncIterator[bytes]:
        try:
            while True:
                yield b"x" * 65_536
                await asyncio.sleep(0)
        finally:
            ended.set()

    app = create_app(make_settings())
    app.add_api_route("/endless", lambda: StreamingResponse(pieces()))

    async with start(app, body_timeout_seconds=SOON) as port:
        client = await Connection.to(port)
        await client.send(LIVE.replace(f"{PREFIX}/health/live".encode(), b"/endless"))
        await ended.wait()
        client.close()

    assert reasons() == ["No response read within 0.1 s (BODY_TIMEOUT_SECONDS)."]


async def test_a_slow_answer_is_not_the_fault_of_the_client(start: Start) -> None:
    others_ended = asyncio.Event()

    async def slow() -> None:
        await others_ended.wait()

    app = create_app(make_settings())
    app.add_api_route("/slow", slow)

    async with start(app, header_timeout_seconds=SOON, body_timeout_seconds=SOON) as port:
        client = await Connection.to(port)
        await client.send(LIVE.replace(f"{PREFIX}/health/live".encode(), b"/slow"))
        await exchange(port, b"")
        await exchange(port, POST + b"Content-Length: 10\r\n\r\n{")
        others_ended.set()

        assert (await client.answer()).startswith(b"HTTP/1.1 200 ")
        client.close()


async def test_a_new_connection_takes_the_place_of_the_one_that_was_idle_longest(
    start: Start, reasons: Reasons
) -> None:
    async with start(max_connections=2) as port:
        first, second = await Connection.to(port), await Connection.to(port)
        await second.send(LIVE)
        await second.answer()
        third = await Connection.to(port)
        await third.send(LIVE)

        assert (await third.answer()).startswith(b"HTTP/1.1 200 ")
        assert await first.rest() == b""
        await second.send(LIVE)
        assert b"HTTP/1.1 200 " in await second.answer()
        second.close()
        third.close()

    assert reasons() == ["Idle for longest while MAX_CONNECTIONS are open."]


async def test_a_connection_beyond_busy_ones_is_refused_for_now(
    start: Start, reasons: Reasons
) -> None:
    async with start(max_connections=2) as port:
        busy = [await Connection.to(port) for _ in range(2)]
        for connection in busy:
            await connection.send(POST + b"Expect: 100-continue\r\nContent-Length: 2\r\n\r\n")
            assert await connection.answer() == b"HTTP/1.1 100 Continue\r\n\r\n"
        received = await exchange(port, b"")
        for connection in busy:
            await connection.send(b"{}")
            assert (await connection.answer()).startswith(b"HTTP/1.1 422 ")
            connection.close()

    reason = "MAX_CONNECTIONS requests are in progress."
    assert refusal(received) == (503, reason)
    assert b"\r\nretry-after: 1\r\n" in received
    assert reasons() == [reason]
