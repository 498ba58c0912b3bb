"""What records spans: nothing, unless the settings name a collector."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from opentelemetry.trace import NoOpTracerProvider, Tracer, TracerProvider
from sqlalchemy.ext.asyncio import AsyncEngine

from app.core.config import Settings, WrongSettings
from app.core.redis import AnyRedis


class Tracing:
    """Records nothing; `app.telemetry.otlp` has the one that records.

    Attributes:
        provider: Where tracers come from.
        is_recording: Whether it records spans.
    """

    def __init__(self, provider: TracerProvider | None = None) -> None:
        self.provider = provider or NoOpTracerProvider()
        self.is_recording = provider is not None

    @property
    def tracer(self) -> Tracer:
        """The tracer of the application's own spans."""
        return self.provider.get_tracer("app")

    def watch_engine(self, engine: AsyncEngine) -> None:
        """Record the statements and commits of an engine."""

    def watch_redis(self, redis: AnyRedis) -> None:
        """Record the calls of a client of Redis."""

    @asynccontextmanager
    async def exporting(self) -> AsyncIterator[None]:
        """Send spans to the collector until the block ends."""
        yield


def make_tracing(settings: Settings) -> Tracing:
    """Return what records spans, as the settings say; it sends nothing before `exporting`.

    Raises:
        WrongSettings: A collector is set, but the packages are not installed.
    """
    if settings.otel_exporter_otlp_endpoint is None:
        return Tracing()
    try:
        from app.telemetry.otlp import OtlpTracing  # noqa: PLC0415 - optional packages
    except ImportError as error:
        raise missing_packages("OTEL_EXPORTER_OTLP_ENDPOINT", error) from error
    return OtlpTracing(
        settings.otel_exporter_otlp_endpoint,
        service=settings.otel_service_name,
        environment=settings.environment,
        ratio=settings.otel_traces_sampler_arg,
    )


def missing_packages(setting: str, error: ImportError) -> WrongSettings:
    """Return the refusal of a setting whose packages are not installed."""
    return WrongSettings(
        f"{setting}: the package {error.name} is not installed; "
        "run pip install -r requirements-telemetry.txt, or leave the setting empty"
    )
