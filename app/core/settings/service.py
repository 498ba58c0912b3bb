"""Settings of the process, its HTTP server and its addresses."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, Field, NonNegativeFloat, PositiveFloat, PositiveInt, SecretStr

from app.core.settings.values import JsonArray, Origin

DEVELOPMENT_SECRET = (
    "development-secret-that-production-refuses"  # noqa: S105 - refused by production
)


class ServiceSettings(BaseModel):
    """Settings of the process, its HTTP server and its addresses."""

    environment: Literal["development", "test", "production"] = Field(
        "development",
        description="Where the service runs; production refuses to start with unsafe settings.",
    )
    secret_key: SecretStr = Field(
        SecretStr(DEVELOPMENT_SECRET),
        min_length=32,
        description="Key that signs tokens and page cursors; 32 characters or more.",
    )
    public_url: str = Field(
        "http://127.0.0.1:8000",
        pattern=r"^https?://[^/]+$",
        description="Address at which clients reach the service, without a path.",
    )
    docs_url: str | None = Field(
        None,
        pattern=r"^https?://.*[^/]$",
        description="Address of the published documentation; empty: the API shows short pages.",
    )
    cors_origins: Annotated[list[Origin], JsonArray] = Field(
        [], description="Origins whose pages may call the API, as a JSON array."
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="Least severe log line to write."
    )
    max_body_bytes: PositiveInt = Field(
        65_536,
        description="Largest request body, in bytes, unless the operation states x-max-body-bytes.",
    )
    max_header_bytes: PositiveInt = Field(
        32_768, description="Largest request header, including the request line, in bytes."
    )
    max_connections: PositiveInt = Field(
        800, description="Open connections of one API process; above that, idle ones are closed."
    )
    max_requests: PositiveInt = Field(
        64, description="Requests in flight of one API process; above that, the response is 503."
    )
    request_timeout_seconds: PositiveFloat = Field(
        60,
        description="Time limit of a request until its response; Prefer: wait=5 asks for less.",
    )
    header_timeout_seconds: PositiveFloat = Field(
        10, description="Time limit for receiving a request header."
    )
    body_timeout_seconds: PositiveFloat = Field(
        30,
        description="Time limit for receiving a request body, and for a client to read a response.",
    )
    keep_alive_seconds: PositiveInt = Field(
        75, description="Time for which an idle connection stays open."
    )
    drain_seconds: NonNegativeFloat = Field(
        0,
        description="Time for which a stopping API serves, and is not ready, so proxies notice.",
    )
    heartbeat_file: Path | None = Field(
        None, description="File that a process touches every 5 s as a heartbeat; empty: none."
    )
    unimplemented: Literal["problem", "mock"] = Field(
        "problem",
        description="Response of an operation without code: problem (501) or mock (example).",
    )
    mcp_operations: Literal["none", "read", "all"] = Field(
        "none",
        description="Operations that language models may call at /mcp: none, read (only those that "
        "change nothing) or all.",
    )
    mock_operations: Annotated[list[str], JsonArray] = Field(
        [],
        description="Operations that the contract's examples answer, as a JSON array of "
        'operationIds; ["*"]: all.',
    )
    otel_exporter_otlp_endpoint: str | None = Field(
        None,
        pattern=r"^https?://[^/]+",
        description="Collector of traces, by OTLP over HTTP, like http://otel:4318; empty: none.",
    )
    otel_service_name: str = Field(
        "fastapi-contract-first", description="Name of the service in its traces."
    )
    otel_traces_sampler_arg: float = Field(
        1.0, ge=0, le=1, description="Part of the new traces to record, from 0 to 1."
    )
    sentry_dsn: SecretStr | None = Field(
        None, description="Address of a Sentry project that gets errors; empty: none."
    )
