"""What Prometheus may ask for, on a port of its own."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import Thread
from wsgiref.simple_server import WSGIServer

from prometheus_client import Counter, Gauge, Histogram, start_http_server

_LONG = (0.01, 0.05, 0.25, 1, 5, 30, 120, 600)

REQUEST_SECONDS = Histogram(
    "http_request_seconds", "Time to answer a request.", ["operation", "method", "status"]
)
RATE_LIMITED = Counter("rate_limited_requests", "Requests refused with 429.", ["operation"])
CONTRACT_VIOLATIONS = Counter(
    "contract_violations", "Responses that break the contract.", ["operation"]
)
TASK_SECONDS = Histogram(
    "task_attempt_seconds",
    "Time that an attempt at a task took.",
    ["task", "outcome"],
    buckets=_LONG,
)
TASK_LATE_SECONDS = Histogram(
    "task_late_seconds",
    "Time between when a task was due and its attempt.",
    ["task"],
    buckets=_LONG,
)
REDIS_UP = Gauge("redis_up", "1 while Redis answers, 0 while the service does without it.")
BELL_UP = Gauge("task_bell_up", "1 while workers are told of tasks, 0 while they look for them.")


def set_redis_up(up: bool) -> None:  # noqa: FBT001 - the signature that Breaker calls
    """Record whether Redis answers."""
    REDIS_UP.set(up)


def set_bell_up(up: bool) -> None:  # noqa: FBT001 - the signature that Breaker calls
    """Record whether workers are told of new tasks at once."""
    BELL_UP.set(up)


@contextmanager
def serve_metrics(host: str, ports: Sequence[int]) -> Iterator[None]:
    """Serve /metrics on the first port that is free until the block ends; without ports nowhere.

    Raises:
        OSError: Other processes have all of the ports.
    """
    if not ports:
        yield
        return
    server, thread = _start(host, ports)
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _start(host: str, ports: Sequence[int]) -> tuple[WSGIServer, Thread]:
    first, *others = ports
    try:
        return start_http_server(first, host)
    except OSError:
        if not others:
            raise
    return _start(host, others)
