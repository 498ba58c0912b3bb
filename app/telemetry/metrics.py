"""Metrics for Prometheus, served on a separate port."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Thread
from wsgiref.simple_server import WSGIServer

from prometheus_client import Counter, Gauge, Histogram, start_http_server

from app.core.config import WrongSettings

_LONG = (0.01, 0.05, 0.25, 1, 5, 30, 120, 600)

REQUEST_SECONDS = Histogram(
    "http_request_seconds", "Duration of a request.", ["operation", "method", "status"]
)
RATE_LIMIT_DECISIONS = Counter(
    "rate_limit_decisions",
    "Requests that a rate limit allowed or refused.",
    ["operation", "decision"],
)
CACHE_READS = Counter("cache_reads", "Cached reads, by what the cache knew.", ["result"])
REPLICA_READS = Counter(
    "database_replica_reads",
    "Reads, by whether the replica served them, or why the primary did.",
    ["result"],
)
REQUESTS_IN_FLIGHT = Gauge(
    "http_requests_in_flight", "Requests that wait for the start of their response."
)
REQUESTS_SHED = Counter(
    "http_requests_shed", "Requests refused because MAX_REQUESTS were in flight."
)
CONTRACT_VIOLATIONS = Counter(
    "contract_violations", "Responses that break the contract.", ["operation"]
)
TASK_SECONDS = Histogram(
    "task_attempt_seconds",
    "Duration of an attempt at a task.",
    ["task", "outcome"],
    buckets=_LONG,
)
TASK_LATE_SECONDS = Histogram(
    "task_late_seconds",
    "Delay between the due time of a task and its attempt.",
    ["task"],
    buckets=_LONG,
)
TASKS_DUE = Gauge(
    "tasks_due", "Tasks that are due and do not run yet; every process reports the same number."
)
TASKS_OLDEST_SECONDS = Gauge(
    "tasks_oldest_seconds", "How long the oldest of these tasks has been due."
)
TASKS_DEAD = Gauge("tasks_dead", "Tasks that have used up their attempts.")
# part webhooks
WEBHOOK_ATTEMPTS = Counter(
    "webhook_attempts", "Attempts to deliver an event.", ["event_type", "outcome"]
)
WEBHOOK_DELIVERIES_DEAD = Counter(
    "webhook_deliveries_dead", "Deliveries that have used up their attempts.", ["event_type"]
)
WEBHOOKS_DISABLED = Counter("webhooks_disabled", "Webhooks that were disabled.", ["reason"])
# end part
POOL_CONNECTIONS = Gauge(
    "database_pool_connections",
    "Connections to the database, by whether they are in use.",
    ["state"],
)
POOL_LIMIT = Gauge("database_pool_limit", "Connections that this process may have at most.")
LOOP_LAG_SECONDS = Histogram(
    "event_loop_lag_seconds",
    "How much later than asked the event loop calls a timer.",
    buckets=(0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5),
)
REDIS_UP = Gauge("redis_up", "1 while Redis answers, 0 while the service works without it.")
TASK_NOTIFICATIONS_UP = Gauge(
    "task_notifications_up", "1 while workers are notified of tasks, 0 while Redis does not answer."
)


def count_cache_read(result: str) -> None:
    """Count a read through the cache."""
    CACHE_READS.labels(result).inc()


def count_replica_read(result: str) -> None:
    """Count a read that the replica may serve."""
    REPLICA_READS.labels(result).inc()


def set_redis_up(up: bool) -> None:  # noqa: FBT001 - the signature that Breaker calls
    """Record whether Redis answers."""
    REDIS_UP.set(up)


def set_task_notifications_up(up: bool) -> None:  # noqa: FBT001 - the signature that Breaker calls
    """Record whether workers are notified of new tasks."""
    TASK_NOTIFICATIONS_UP.set(up)


@contextmanager
def serve_metrics(setting: str, host: str, port: int | None, processes: int) -> Iterator[None]:
    """Serve /metrics until the block ends, on the first free port.

    Args:
        setting: Name of the setting of the port, for the error message.
        host: Address to listen on.
        port: Port of the first process; each further one uses the next port. None: do not serve.
        processes: Number of ports to try.

    Raises:
        WrongSettings: All ports are in use, or the host does not have the address.
    """
    if port is None:
        yield
        return
    ports = range(port, port + processes)
    try:
        server, thread = _start(host, ports)
    except OSError as error:
        where = f"METRICS_HOST {host}, ports {ports[0]} to {ports[-1]}"
        raise WrongSettings(f"{setting}: {error.strerror} ({where}); choose another one") from error
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _start(host: str, ports: range) -> tuple[WSGIServer, Thread]:
    for port in ports[:-1]:
        with suppress(OSError):
            return start_http_server(port, host)
    return start_http_server(ports[-1], host)
