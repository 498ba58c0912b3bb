"""Connections that became WebSockets: their limits are others than those of requests."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from fastapi import FastAPI, WebSocket, WebSocketDisconnect

from tests.apps import make_settings
from tests.serving import Connection, exchange, served
from tests.sockets import opened

SOON = 0.1
NEVER = 3_600.0
HANDSHAKE = (
    b"GET / HTTP/1.1\r\nHost: test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)
Talk = Callable[[WebSocket], Awaitable[None]]


@asynccontextmanager
async def serving(talk: Talk, **limits: float) -> AsyncIterator[int]:
    """Serve a WebSocket at `/`, and give the port."""
    app = FastAPI()
    app.add_api_websocket_route("/", talk)
    fields = {"header_timeout_seconds": NEVER, "body_timeout_seconds": NEVER} | limits
    async with served(app, make_settings(**fields)) as port:
        yield port


async def echo(socket: WebSocket) -> None:
    await socket.accept()
    async for text in socket.iter_text():
        await socket.send_text(text)


async def test_the_limits_of_a_request_end_with_the_handshake() -> None:
    async with (
        serving(echo, header_timeout_seconds=SOON, body_timeout_seconds=SOON) as port,
        await opened(f"ws://127.0.0.1:{port}/") as socket,
    ):
        assert await exchange(port, b"") == b""  # a later connection has reached its limit

        await socket.send("still here")

        assert await socket.recv() == "still here"


async def test_a_client_that_reads_nothing_loses_the_connection(
    reasons: Callable[[], list[str]], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    ended = asyncio.Event()

    async def flood(socket: WebSocket) -> None:
        await socket.accept()
        try:
            while True:
                await socket.send_text("x" * 1_000_000)
        except WebSocketDisconnect:
            ended.set()

    async with serving(flood, body_timeout_seconds=SOON) as port:
        client = await Connection.to(port)
        await client.send(HANDSHAKE)
        await ended.wait()
        client.close()

    closed = [vars(line)["reason"] for line in caplog.records if "closed" in line.msg]
    assert closed == ["No response read within 0.1 s (BODY_TIMEOUT_SECONDS)."]


async def test_a_handshake_during_a_response_ends_the_connection() -> None:
    async with serving(echo) as port:
        received = await exchange(port, b"GET /docs HTTP/1.1\r\nHost: test\r\n\r\n" + HANDSHAKE)

    assert received.startswith(b"HTTP/1.1 200 ")
    assert received.count(b"HTTP/1.1") == 1


@pytest.mark.parametrize(
    "header",
    [
        HANDSHAKE.replace(b": 13", b": 12"),
        HANDSHAKE.replace(b"ZQ==", b""),
        HANDSHAKE.replace(b"HTTP/1.1", b"HTTP/1.0"),
        HANDSHAKE.replace(b"GET", b"POST"),
        HANDSHAKE.replace(b"\r\n\r\n", b"\r\nUpgrade: h2c\r\n\r\n"),
    ],
    ids=["version", "key", "HTTP/1.0", "method", "two protocols"],
)
async def test_an_invalid_handshake_is_answered_like_another_request(header: bytes) -> None:
    async with serving(echo) as port:
        received = await exchange(port, header.replace(b"Upgrade\r\n", b"Upgrade, close\r\n", 1))

    assert received.startswith(b"HTTP/1.1 404 ")
    assert received.count(b"HTTP/1.1") == 1


@pytest.mark.parametrize(
    "field",
    [b"X-A: b\r\n" * 200, b"X-A: " + b"b" * 20_000 + b"\r\n"],
    ids=["many fields", "long field"],
)
async def test_a_large_header_is_refused(field: bytes) -> None:
    async with serving(echo) as port:
        received = await exchange(port, HANDSHAKE[:-2] + field + b"\r\n")

    assert received.startswith(b"HTTP/1.1 431 ")


async def test_a_new_connection_replaces_no_socket() -> None:
    async with (
        serving(echo, max_connections=1) as port,
        await opened(f"ws://127.0.0.1:{port}/") as socket,
    ):
        refused = await exchange(port, b"")

        await socket.send("still here")
        assert await socket.recv() == "still here"
    assert refused.startswith(b"HTTP/1.1 503 ")
