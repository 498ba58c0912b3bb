"""What traces cost a request, in this process, without a server."""

import socket
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from statistics import median

import pytest
from fastapi import FastAPI
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.main import create_app
from app.telemetry.traces import join_trace, leave_trace
from tests import figures
from tests.apps import make_settings, running
from tests.versions import PREFIX
from tests.waiting import wait_for_listener

pytestmark = pytest.mark.load

REQUESTS, ROUNDS = 500, 15
TRACEPARENT = b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

SINK = """
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
class Sink(BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()
    def log_message(self, *_):
        pass
HTTPServer(("127.0.0.1", int(sys.argv[1])), Sink).serve_forever()
"""


async def request(app: ASGIApp, *headers: tuple[bytes, bytes]) -> None:
    """Send one request of liveness, without a socket."""
    path = f"{PREFIX}/health/live"
    scope: Scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(b"host", b"test"), *headers],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
        "state": {},
    }

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        pass

    await app(scope, receive, send)


async def microseconds(call: Callable[[], Awaitable[None]]) -> float:
    """Return the time of the processor that a call takes on average, in all threads."""
    started = time.process_time()
    for _ in range(REQUESTS):
        await call()
    return (time.process_time() - started) / REQUESTS * 1e6


@contextmanager
def sink() -> Iterator[str]:
    """Give the address of a collector in another process, which keeps nothing."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = subprocess.Popen([sys.executable, "-c", SINK, str(port)])
    try:
        wait_for_listener(port, process, about=lambda: "the sink does not start")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


async def nothing(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer nothing."""


async def only_the_hook() -> None:
    """Do what a request does for its trace while nothing is recorded."""
    leave_trace(join_trace(None))


async def test_traces_that_are_off_cost_a_request_five_microseconds_at_most() -> None:
    framework = FastAPI(telemetry={"tracing": True, "metrics": False, "logs": False})
    framework.middleware_stack = nothing
    hook, native, bare = [], [], []
    for _ in range(ROUNDS):
        hook.append(await microseconds(only_the_hook))
        native.append(await microseconds(lambda: request(framework)))
        bare.append(await microseconds(lambda: request(nothing)))

    own, of_framework = min(hook), min(native) - min(bare)
    figures.record("telemetry", f"off: {own:.1f} µs for the ids, {of_framework:.1f} µs in FastAPI")
    assert own + max(0, of_framework) <= 5


async def test_what_recorded_traces_cost_is_printed() -> None:
    with sink() as url:
        off = create_app(make_settings(log_level="WARNING"))
        on = create_app(make_settings(log_level="WARNING", otel_exporter_otlp_endpoint=url))
        async with running(off), running(on):
            ratios, added = [], []
            for _ in range(ROUNDS):
                with_spans = await microseconds(lambda: request(on))
                without = await microseconds(lambda: request(off))
                ratios.append(with_spans / without)
                added.append(with_spans - without)

    figures.record(
        "telemetry",
        f"on: {median(added):.0f} µs more than off, ratio {median(ratios):.2f} (liveness)",
    )
    assert median(ratios) > 1
