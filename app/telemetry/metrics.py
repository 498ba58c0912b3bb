"""What Prometheus may ask for, on a port of its own."""

from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import Counter, Gauge, Histogram, start_http_server

REQUEST_SECONDS = Histogram(
    "http_request_seconds", "Time to answer a request.", ["operation", "method", "status"]
)
RATE_LIMITED = Counter("rate_limited_requests", "Requests refused with 429.", ["operation"])
CONTRACT_VIOLATIONS = Counter(
    "contract_violations", "Responses that break the contract.", ["operation"]
)
TASKS = Counter("task_attempts", "Attempts at tasks that ended.", ["task", "outcome"])
REDIS_UP = Gauge("redis_up", "1 while Redis answers, 0 while the service does without it.")

BELL_UP = Gauge("task_bell_up", "1 while workers are told of tasks, 0 while they look for them.")


def set_redis_up(up: bool) -> None:  # noqa: FBT001 - the signature that Breaker calls
    """Record whether Redis answers."""
    REDIS_UP.set(up)


def set_bell_up(up: bool) -> None:  # noqa: FBT001 - the signature that Breaker calls
    """Record whether workers are told of new tasks at once."""
    BELL_UP.set(up)


@contextmanager
def serve_metrics(host: str, port: int | None) -> Iterator[None]:
    """Serve /metrics until the block ends; without a port serve nothing."""
    if port is None:
        yield
        return
    server, thread = start_http_server(port, host)
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
