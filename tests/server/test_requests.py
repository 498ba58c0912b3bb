"""Requests as raw bytes: none has two meanings, and none costs without a bound."""

import json
import re
from collections.abc import AsyncIterator, Callable

import pytest

from app.main import create_app
from tests.apps import make_settings, own_log
from tests.serving import exchange, served
from tests.versions import PREFIX

LIVE = f"{PREFIX}/health/live".encode()
HOST = b"Host: test\r\n"
GET = b"GET " + LIVE + b" HTTP/1.1\r\n"
POST = (
    f"POST {PREFIX}/auth/register".encode()
    + b" HTTP/1.1\r\nContent-Type: application/json\r\n"
    + HOST
)
CHUNKED = b"Transfer-Encoding: chunked\r\n"
CLOSE = b"Connection: close\r\n"
# A body in chunks that ends at once, then the request that an attacker hides behind it.
HIDDEN = b"0\r\n\r\n" + GET + HOST + b"\r\n"
LENGTH = b"Content-Length: %d\r\n" % len(HIDDEN)
UPGRADE = b"Connection: Upgrade\r\nUpgrade: h2c\r\n"
WEBSOCKET = (
    b"Connection: Upgrade, close\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 12\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
)
LARGEST = 32_768

REFUSED = {
    "length and chunks": (400, POST + LENGTH + CHUNKED + b"\r\n" + HIDDEN),
    "chunks and length": (400, POST + CHUNKED + LENGTH + b"\r\n" + HIDDEN),
    "two lengths": (400, POST + b"Content-Length: 2\r\nContent-Length: 0\r\n\r\n{}"),
    "one length twice": (400, POST + b"Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}"),
    "list of lengths": (400, POST + b"Content-Length: 2, 2\r\n\r\n{}"),
    "length with sign": (400, POST + b"Content-Length: +2\r\n\r\n{}"),
    "length without end": (400, POST + b"Content-Length: " + b"9" * 30 + b"\r\n\r\n{}"),
    "unknown coding": (501, POST + b"Transfer-Encoding: xchunked\r\n\r\n" + HIDDEN),
    "coding before chunks": (501, POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n" + HIDDEN),
    "coding after chunks": (400, POST + b"Transfer-Encoding: chunked, gzip\r\n\r\n" + HIDDEN),
    "two codings": (400, POST + CHUNKED + b"Transfer-Encoding: identity\r\n\r\n" + HIDDEN),
    "chunks of HTTP/1.0": (501, POST.replace(b"1.1", b"1.0") + CHUNKED + b"\r\n" + HIDDEN),
    "folded coding": (400, POST + b"Transfer-Encoding:\r\n chunked\r\n\r\n" + HIDDEN),
    "space before colon": (400, POST + b"Transfer-Encoding : chunked\r\n\r\n" + HIDDEN),
    "folded field": (400, GET + HOST + b"X-A: b\r\n c\r\n\r\n"),
    "line feeds alone": (400, (GET + HOST).replace(b"\r\n", b"\n") + b"\n"),
    "line feed after field": (400, GET + b"Host: test\nX-A: b\r\n\r\n"),
    "carriage return alone": (400, GET + HOST + b"X-A: b\rX-B: c\r\n\r\n"),
    "NUL": (400, GET + HOST + b"X-A: b\0c\r\n\r\n"),
    "no host": (400, GET + b"\r\n"),
    "two hosts": (400, GET + HOST + b"Host: other\r\n\r\n"),
    "invalid host": (400, GET + b"Host: test/path\r\n\r\n"),
    "empty host": (400, GET + b"Host:\r\n\r\n"),
    "CONNECT": (400, b"CONNECT test:443 HTTP/1.1\r\n" + HOST + b"\r\n"),
    "byte beyond ASCII": (400, GET.replace(b" HTTP", b"\xff HTTP") + HOST + b"\r\n"),
    "HTTP/1.2": (400, GET.replace(b"1.1", b"1.2") + HOST + b"\r\n"),
    "HTTP/2": (505, GET.replace(b"1.1", b"2.0") + HOST + b"\r\n"),
    "preface of HTTP/2": (400, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    "line feed in extension": (400, POST + CHUNKED + b"\r\n2;a\nb\r\n{}\r\n0\r\n\r\n"),
    "size with prefix": (400, POST + CHUNKED + b"\r\n0x2\r\n{}\r\n0\r\n\r\n"),
    "size with sign": (400, POST + CHUNKED + b"\r\n-2\r\n{}\r\n0\r\n\r\n"),
    "size without end": (400, POST + CHUNKED + b"\r\n" + b"f" * 17 + b"\r\n{}\r\n0\r\n\r\n"),
    "chunks by line feeds": (400, POST + CHUNKED + b"\r\n2\n{}\n0\n\n"),
    "chunk too short": (400, POST + CHUNKED + b"\r\n3\r\n{}\r\n0\r\n\r\n"),
    "chunk too long": (400, POST + CHUNKED + b"\r\n1\r\n{}\r\n0\r\n\r\n"),
    "upgrade with body": (400, POST + UPGRADE + b"Content-Length: 2\r\n\r\n{}"),
    "large field": (431, GET + HOST + b"X-A: " + b"a" * LARGEST + b"\r\n\r\n"),
    "many fields": (431, GET + HOST + b"a:b\r\n" * (LARGEST // 5) + b"\r\n"),
    "large target": (431, b"GET " + LIVE + b"?" + b"a" * LARGEST + b" HTTP/1.1\r\n\r\n"),
    "large trailer": (431, POST + CHUNKED + b"\r\n0\r\nX-A: " + b"a" * LARGEST + b"\r\n\r\n"),
    "large field without end": (431, GET + HOST + b"X-A: " + b"a" * LARGEST),
}
ANSWERED = {
    "absolute form": ([200], GET.replace(LIVE, b"http://test" + LIVE) + HOST + CLOSE + b"\r\n"),
    "HTTP/1.0 without host": ([200], GET.replace(b"1.1", b"1.0") + b"\r\n"),
    "empty lines before": ([200], b"\r\n\r\n" + GET + HOST + CLOSE + b"\r\n"),
    "IPv6": ([200], GET + b"Host: [::1]:8000\r\n" + CLOSE + b"\r\n"),
    "one after the other": ([200, 200], GET + HOST + b"\r\n" + GET + HOST + CLOSE + b"\r\n"),
    "more after close": ([200], (GET + HOST + CLOSE + b"\r\n") * 2),
    "chunk extension": ([422], POST + CLOSE + CHUNKED + b"\r\n2;a=b\r\n{}\r\n0\r\n\r\n"),
    "other protocol": ([200, 200], GET + HOST + UPGRADE + b"\r\n" + GET + HOST + CLOSE + b"\r\n"),
    "WebSocket of another version": ([200], GET + HOST + WEBSOCKET + b"\r\n"),
    "broken one after it": ([200], GET + HOST + b"\r\n" + b"broken\r\n\r\n"),
    "large header": ([200], GET + HOST + CLOSE + b"X-A: " + b"a" * 32_000 + b"\r\n\r\n"),
}


@pytest.fixture(scope="module")
async def port() -> AsyncIterator[int]:
    """Give the port of a server of the application."""
    settings = make_settings()
    with own_log():
        async with served(create_app(settings), settings) as port:
            yield port


def statuses(received: bytes) -> list[int]:
    """Return the status of each answer."""
    return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3}) ", received)]


@pytest.mark.parametrize(("status", "request_"), REFUSED.values(), ids=REFUSED)
async def test_a_request_with_two_meanings_gets_one_problem_and_ends_the_connection(
    port: int, status: int, request_: bytes
) -> None:
    received = await exchange(port, request_)

    assert statuses(received) == [status], received
    head, _, body = received.partition(b"\r\n\r\n")
    assert b"content-type: application/problem+json" in head.split(b"\r\n")
    problem = json.loads(body)
    assert (problem["type"], problem["status"]) == ("about:blank", status)


@pytest.mark.parametrize(("expected", "request_"), ANSWERED.values(), ids=ANSWERED)
async def test_a_request_with_one_meaning_is_answered(
    port: int, expected: list[int], request_: bytes
) -> None:
    assert statuses(await exchange(port, request_)) == expected


async def test_a_trailer_is_no_header_field(port: int) -> None:
    trailer = b"X-Request-ID: from-the-trailer\r\n"
    request = POST + CLOSE + CHUNKED + b"\r\n2\r\n{}\r\n0\r\n" + trailer + b"\r\n"

    received = await exchange(port, request)

    assert statuses(received) == [422]
    assert b"from-the-trailer" not in received


async def test_the_log_says_why_and_repeats_nothing_of_the_request(
    reasons: Callable[[], list[str]],
) -> None:
    settings = make_settings()
    with own_log():
        async with served(create_app(settings), settings) as port:
            await exchange(port, b"GET /%zz\xff?token=secret HTTP/1.1\r\n" + HOST + b"\r\n")
            await exchange(port, POST + LENGTH + CHUNKED + b"\r\n" + HIDDEN)
            logged = reasons()

    assert len(logged) == 2
    assert "secret" not in logged[0]
    assert logged[1] == "Transfer-Encoding can't be present with Content-Length."
