"""Settings of Redis, rate limits, cache and metrics."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field, IPvAnyNetwork, PositiveFloat, PositiveInt

from app.core.settings.values import JsonArray, Port, RedisUrl


class LimitSettings(BaseModel):
    """Settings of Redis, rate limits, cache and metrics."""

    redis_url: RedisUrl | None = Field(
        None,
        description="redis://host:6379/0 for limits, cache and tasks; empty: in the process.",
    )
    redis_mode: Literal["single", "cluster", "sentinel"] = Field(
        "single",
        description="What REDIS_URL names: a server, a node of a cluster, or a Sentinel.",
    )
    redis_sentinel_service: str = Field(
        "mymaster", description="Name by which Sentinel knows the primary."
    )
    redis_timeout_seconds: PositiveFloat = Field(
        0.05, description="Longest wait for Redis; then a request continues without it."
    )
    redis_prefix: str = Field("app:", description="Prefix of every key in Redis.")
    processes: PositiveInt = Field(
        1,
        description="API processes; without Redis they divide the limits and do not cache.",
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
        [], description="Networks of proxies whose X-Forwarded-For is trusted, as a JSON array."
    )
    cache_seconds: PositiveInt = Field(30, description="Lifetime of a cached read.")
    cache_absent_seconds: PositiveInt = Field(
        5, description="Lifetime of the cached fact that something does not exist."
    )
    metrics_host: str = Field("127.0.0.1", description="Address that /metrics listens on.")
    metrics_port: Port | None = Field(
        None, description="Port of /metrics; each additional process of a host uses the next one."
    )
