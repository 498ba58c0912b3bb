"""Settings of the database and of idempotency keys."""

from typing import Literal

from pydantic import BaseModel, Field, NonNegativeInt, PositiveFloat, PositiveInt, SecretStr

from app.core.settings.values import DatabaseUrl, ReplicaUrl


class DatabaseSettings(BaseModel):
    """Settings of the database and of idempotency keys."""

    database_url: DatabaseUrl = Field(
        SecretStr("sqlite+aiosqlite:///data/app.db"),
        description="SQLAlchemy URL: sqlite+aiosqlite:///file or postgresql+psycopg://user@host/name.",
    )
    database_replica_url: ReplicaUrl | None = Field(
        None, description="postgresql+psycopg:// URL of a streaming replica for reads; empty: none."
    )
    database_pool_size: PositiveInt = Field(
        10, description="Connections to keep open; each process has one more for its health probe."
    )
    database_max_overflow: NonNegativeInt = Field(
        5, description="Additional connections under load."
    )
    database_pool_timeout_seconds: PositiveFloat = Field(
        2, description="Longest wait for a free connection; then the response is 503."
    )
    database_pool_recycle_seconds: PositiveInt = Field(
        1800, description="Age after which a connection is replaced."
    )
    database_connect_timeout_seconds: PositiveInt = Field(
        2, description="Longest wait for a new connection."
    )
    database_statement_timeout_seconds: PositiveInt = Field(
        5, description="Time limit of a statement on PostgreSQL."
    )
    database_lock_timeout_seconds: PositiveInt = Field(
        2, description="Longest wait for a lock; on SQLite, for the previous writer."
    )
    database_pooler: Literal["none", "transaction"] = Field(
        "none", description="transaction: connect through PgBouncer in transaction mode."
    )
    idempotency_lease_seconds: PositiveInt = Field(
        60, description="Time after which a request may be repeated if its process died."
    )
    idempotency_key_seconds: PositiveInt = Field(
        86_400, description="Time for which an Idempotency-Key is stored."
    )
