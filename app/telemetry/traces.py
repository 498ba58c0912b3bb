"""The trace that a request or task belongs to (W3C Trace Context), by OpenTelemetry.

Without an exporter no span is recorded, but the ids exist: logs, problems and tasks contain them.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import Token
from os import urandom

from opentelemetry import context, trace
from opentelemetry.context import Context
from opentelemetry.trace import (
    NonRecordingSpan,
    Span,
    SpanContext,
    SpanKind,
    Status,
    StatusCode,
    Tracer,
)
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from app.core.error_text import describe

_W3C = TraceContextTextMapPropagator()
_FIELD = "traceparent"


def join_trace(traceparent: str | None) -> Token[Context]:
    """Continue the given trace, or a new one, until `leave_trace`; a current trace goes on."""
    if trace.get_current_span().get_span_context().is_valid:
        return context.attach(context.get_current())
    parent = None if traceparent is None else _extract(traceparent)
    return context.attach(parent if parent and _is_valid(parent) else _new_trace())


def leave_trace(token: Token[Context]) -> None:
    """Undo `join_trace`."""
    context.detach(token)


def name_span(method: str, path: str) -> None:
    """Name the span of the current request after its route, by the semantic conventions of HTTP."""
    span = trace.get_current_span()
    if span.is_recording():
        span.update_name(f"{method} {path}")
        span.set_attribute("http.route", path)


def current_traceparent() -> str | None:
    """Return the `traceparent` that continues the current trace; None outside of a trace."""
    carrier: dict[str, str] = {}
    _W3C.inject(carrier)
    return carrier.get(_FIELD)


@contextmanager
def task_span(tracer: Tracer, name: str, traceparent: str | None) -> Iterator[Span]:
    """Record an attempt at a task as a span of the trace that caused it, or of a new trace."""
    with _span(tracer, f"task {name}", traceparent, SpanKind.CONSUMER) as span:
        yield span


# part webhooks
@contextmanager
def delivery_span(tracer: Tracer, event_type: str, traceparent: str | None) -> Iterator[Span]:
    """Record an attempt to deliver an event as a span of the trace that caused the event."""
    with _span(tracer, f"deliver {event_type}", traceparent, SpanKind.CLIENT) as span:
        yield span


# end part


@contextmanager
def _span(tracer: Tracer, name: str, traceparent: str | None, kind: SpanKind) -> Iterator[Span]:
    parent = _extract(traceparent)
    span = tracer.start_span(name, context=parent, kind=kind)
    if not span.get_span_context().is_valid:
        span = trace.get_current_span(_new_trace())
    with trace.use_span(
        span, end_on_exit=True, record_exception=False, set_status_on_exception=False
    ):
        try:
            yield span
        except BaseException as error:
            span.set_status(Status(StatusCode.ERROR, describe(error)))
            raise


def _extract(traceparent: str | None) -> Context:
    return _W3C.extract({} if traceparent is None else {_FIELD: traceparent}, Context())


def _is_valid(parent: Context) -> bool:
    return trace.get_current_span(parent).get_span_context().is_valid


def _new_trace() -> Context:
    # Of the system, so that no test can seed it.
    bits = urandom(24)
    ids = SpanContext(
        int.from_bytes(bits[:16]) or 1, int.from_bytes(bits[16:]) or 1, is_remote=False
    )
    return trace.set_span_in_context(NonRecordingSpan(ids), Context())
