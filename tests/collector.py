"""A collector of traces and of errors: an HTTP server that keeps what it gets."""

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


@dataclass(frozen=True)
class Span:
    """One span, as the collector received it; times are in nanoseconds."""

    name: str
    trace_id: str
    span_id: str
    parent_id: str
    start: int
    end: int
    failed: bool
    attributes: dict[str, str]

    def is_within(self, other: "Span") -> bool:
        """Tell whether it belongs to the other span, by parents or because it is that span."""
        return other.span_id in {self.span_id, self.parent_id}


@dataclass
class Collector:
    """What was received: the bodies by path."""

    url: str
    bodies: list[tuple[str, bytes]] = field(default_factory=list)

    @property
    def spans(self) -> list[Span]:
        """All spans, the first to begin first."""
        found: list[Span] = []
        for path, body in self.bodies:
            if path != "/v1/traces":
                continue
            request = ExportTraceServiceRequest.FromString(body)
            found += [
                Span(
                    name=span.name,
                    trace_id=span.trace_id.hex(),
                    span_id=span.span_id.hex(),
                    parent_id=span.parent_span_id.hex(),
                    start=span.start_time_unix_nano,
                    end=span.end_time_unix_nano,
                    failed=span.status.code == span.status.STATUS_CODE_ERROR,
                    attributes={pair.key: pair.value.string_value for pair in span.attributes},
                )
                for group in request.resource_spans
                for scope in group.scope_spans
                for span in scope.spans
            ]
        return sorted(found, key=lambda span: span.start)

    @property
    def text(self) -> str:
        """Everything that was received, for a search."""
        return "\n".join(body.decode("utf-8", "replace") for _, body in self.bodies)


@contextmanager
def collecting() -> Iterator[Collector]:
    """Give a running collector."""
    collector = Collector("")

    class Keep(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers.get("Content-Encoding") == "gzip":
                body = gzip.decompress(body)
            collector.bodies.append((self.path, body))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Write no line for each request."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Keep) as server:
        collector.url = f"http://127.0.0.1:{server.server_port}"
        serving = Thread(target=server.serve_forever, args=(0.05,))
        serving.start()
        try:
            yield collector
        finally:
            server.shutdown()
            serving.join()
