"""Records spans with the SDK of OpenTelemetry, and sends them by OTLP over HTTP.

It needs the extra `telemetry`; import it only through `app.telemetry.export`.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from threading import Thread
from typing import Any

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.redis import RedisInstrumentor
from opentelemetry.instrumentation.sqlalchemy.engine import EngineTracer
from opentelemetry.metrics import NoOpMeter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.sampling import (
    ALWAYS_OFF,
    ParentBased,
    Sampler,
    SamplingResult,
    TraceIdRatioBased,
)
from opentelemetry.trace import Link, SpanKind, Status, TraceState
from opentelemetry.util.types import Attributes
from sqlalchemy.ext.asyncio import AsyncEngine

from app.core.redis import AnyRedis
from app.telemetry.export import Tracing

_SHUTDOWN_SECONDS = 3.0
# A query may contain secrets.
_DROPPED = frozenset({"url.query"})


class OtlpTracing(Tracing):
    """Records spans, and sends them to a collector.

    The SDK reads the other variables of OpenTelemetry, such as OTEL_EXPORTER_OTLP_HEADERS.

    Args:
        endpoint: Address of the collector.
        service: Name of the service in the collector.
        environment: Where the service runs.
        ratio: Part of the new traces that are recorded; that of a client decides for itself.
    """

    def __init__(self, endpoint: str, *, service: str, environment: str, ratio: float) -> None:
        resource = Resource.create(
            {"service.name": service, "deployment.environment.name": environment}
        )
        self._endpoint = endpoint.rstrip("/")
        self._sdk = TracerProvider(
            sampler=ParentBased(_OfRequestsAndTasks(ratio)),
            resource=resource,
            shutdown_on_exit=False,
        )
        super().__init__(self._sdk)

    def watch_engine(self, engine: AsyncEngine) -> None:
        """Record the statements and commits of an engine."""
        usage = NoOpMeter("app").create_up_down_counter("connections")
        EngineTracer(self.tracer, engine.sync_engine, usage)  # type: ignore[no-untyped-call]
        dialect, tracer = engine.sync_engine.dialect, self.tracer
        commit = dialect.do_commit

        def do_commit(connection: Any) -> None:  # noqa: ANN401 - of the driver
            with tracer.start_as_current_span("COMMIT", kind=SpanKind.CLIENT):
                commit(connection)

        # The instrumentation sees no commits, as they are no statements.
        dialect.do_commit = do_commit  # type: ignore[method-assign,assignment]

    def watch_redis(self, redis: AnyRedis) -> None:
        """Record the calls of a client of Redis."""
        RedisInstrumentor.instrument_client(redis, tracer_provider=self._sdk)

    @asynccontextmanager
    async def exporting(self) -> AsyncIterator[None]:
        """Send spans to the collector until the block ends.

        Then the remaining ones have 3 s, as a collector may not answer.
        """
        exporter = OTLPSpanExporter(f"{self._endpoint}/v1/traces")
        processor = BatchSpanProcessor(_WithoutData(exporter))
        self._sdk.add_span_processor(processor)
        try:
            yield
        finally:
            ending = Thread(target=processor.shutdown, daemon=True)
            ending.start()
            await asyncio.to_thread(ending.join, _SHUTDOWN_SECONDS)


class _OfRequestsAndTasks(Sampler):
    """Starts traces for requests and tasks only, not for background polling."""

    def __init__(self, ratio: float) -> None:
        self._ratio = TraceIdRatioBased(ratio)

    def should_sample(
        self,
        parent_context: Context | None,
        trace_id: int,
        name: str,
        kind: SpanKind | None = None,
        attributes: Attributes = None,
        links: Sequence[Link] | None = None,
        trace_state: TraceState | None = None,
    ) -> SamplingResult:
        begins = kind in {SpanKind.SERVER, SpanKind.CONSUMER}
        sampler = self._ratio if begins else ALWAYS_OFF
        return sampler.should_sample(
            parent_context, trace_id, name, kind, attributes, links, trace_state
        )

    def get_description(self) -> str:
        return f"OfRequestsAndTasks({self._ratio.get_description()})"


class _WithoutData(SpanExporter):
    """Removes what may quote data: queries of URLs, and messages of drivers."""

    def __init__(self, exporter: SpanExporter) -> None:
        self._exporter = exporter

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        return self._exporter.export([_without_data(span) for span in spans])

    def shutdown(self) -> None:
        self._exporter.shutdown()


def _without_data(span: ReadableSpan) -> ReadableSpan:
    attributes = span.attributes or {}
    return ReadableSpan(
        name=span.name,
        context=span.context,
        parent=span.parent,
        resource=span.resource,
        attributes={key: value for key, value in attributes.items() if key not in _DROPPED},
        links=span.links,
        kind=span.kind,
        status=Status(span.status.status_code),
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )
