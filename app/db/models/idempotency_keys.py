"""Idempotency keys, and the stored responses of their requests."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import JSON, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base


class IdempotencyKey(Base):
    """A claimed key, and the response for repeats once the first request has finished.

    The owner of the claim writes the response, in the transaction of the effect.

    Attributes:
        status: The HTTP status of the response; None while the first request runs.
        headers: The headers that the service set.
        answer: The body, byte for byte; None without a body.
        contract: Digest of the contract under which the response was created.
    """

    __tablename__ = "idempotency_keys"

    principal_id: Mapped[UUID] = mapped_column(primary_key=True)
    operation: Mapped[str] = mapped_column(String(100), primary_key=True)
    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    claim: Mapped[UUID]
    lease_until: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    status: Mapped[int | None]
    headers: Mapped[dict[str, str] | None] = mapped_column(JSON(none_as_null=True))
    answer: Mapped[str | None] = mapped_column(Text)
    contract: Mapped[str | None] = mapped_column(String(64))
