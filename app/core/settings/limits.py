"""Redis, rate limits and cache."""

from typing import Annotated

from pydantic import BaseModel, Field, IPvAnyNetwork, PositiveFloat, PositiveInt

from app.core.settings.values import JsonArray, Port, RedisUrl


class LimitSettings(BaseModel):
    """Redis, rate limits and cache."""

    redis_url: RedisUrl | None = Field(
        None, description="redis://host:6379/0 for limits, cache and tasks; empty: in this process."
    )
    redis_timeout_seconds: PositiveFloat = Field(
        0.05, description="Longest wait for an answer of Redis; then a request goes on without it."
    )
    redis_prefix: str = Field("app:", description="Start of every key in Redis.")
    processes: PositiveInt = Field(
        1,
        description="API processes; without Redis they share the rate limits and cache nothing.",
    )
    rate_limit_per_second: PositiveInt = Field(
        50, description="Requests per caller and second, where the contract names no limit."
    )
    rate_limit_per_minute: PositiveInt = Field(
        1000, description="Requests per caller and minute, where the contract names no limit."
    )
    rate_limit_scale: PositiveFloat = Field(
        1.0, description="Multiplies every rate limit; raise it for load tests."
    )
    trusted_proxies: Annotated[list[IPvAnyNetwork], JsonArray] = Field(
        [], description="Networks whose X-Forwarded-For is believed, as a JSON array."
    )
    cache_seconds: PositiveInt = Field(30, description="Longest life of a cached read.")
    cache_absent_seconds: PositiveInt = Field(
        5, description="Longest life of the knowledge that something does not exist."
    )
    metrics_host: str = Field("127.0.0.1", description="Address that /metrics listens on.")
    metrics_port: Port | None = Field(
        None, description="Port of /metrics; each further process of a host takes the next one."
    )
