"""Where and how the service runs."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, Field, PositiveFloat, PositiveInt, SecretStr

from app.core.settings.values import JsonArray, Origin

DEVELOPMENT_SECRET = (
    "development-secret-that-production-refuses"  # noqa: S105 - refused by production
)


class ServiceSettings(BaseModel):
    """Where and how the service runs."""

    environment: Literal["development", "test", "production"] = Field(
        "development", description="Where the service runs; production refuses unsafe settings."
    )
    secret_key: SecretStr = Field(
        SecretStr(DEVELOPMENT_SECRET),
        min_length=32,
        description="Key that signs tokens and page cursors; 32 characters or more.",
    )
    public_url: str = Field(
        "http://127.0.0.1:8000",
        pattern=r"^https?://[^/]+$",
        description="Address under which clients reach the service, without a path.",
    )
    docs_url: str | None = Field(
        None,
        pattern=r"^https?://.*[^/]$",
        description="Address of the published documentation; empty: errors are explained here.",
    )
    cors_origins: Annotated[list[Origin], JsonArray] = Field(
        [], description="Origins whose pages may call the API, as a JSON array."
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="Least severe log line to write."
    )
    max_body_bytes: PositiveInt = Field(65_536, description="Largest request body, in bytes.")
    max_header_bytes: PositiveInt = Field(
        32_768, description="Largest request header, with its target, in bytes."
    )
    max_connections: PositiveInt = Field(
        800, description="Open connections of one API process; beyond, the idle ones are closed."
    )
    header_timeout_seconds: PositiveFloat = Field(
        10, description="Time that a client has to send a request header."
    )
    body_timeout_seconds: PositiveFloat = Field(
        30, description="Time that a client has to send a body, or to read what waits for it."
    )
    keep_alive_seconds: PositiveInt = Field(
        75, description="Time that a connection stays open for the next request."
    )
    heartbeat_file: Path | None = Field(
        None, description="File that a process touches every 5 s while it works; empty: none."
    )
    unimplemented: Literal["problem", "mock"] = Field(
        "problem",
        description="What an operation without code answers: problem (501) or mock (an example).",
    )
