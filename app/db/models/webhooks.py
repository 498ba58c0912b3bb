"""Webhooks, and the deliveries of events to them."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import DatabaseNow, Entity

_PENDING = text("status = 'pending'")

DisabledReason = Literal["gone", "failing"]
DeliveryStatus = Literal["pending", "delivered", "failed"]
DeliveryError = Literal["status", "timeout", "connection", "address"]


class Webhook(Entity):
    """A URL that gets the events of its owner.

    Attributes:
        event_types: Types of the events to send, separated by spaces; None for all.
        salt: The random value from which the signing secret is derived.
        previous_salt: The one before the latest rotation, which signs until `previous_until`.
        disabled_reason: Why the server disabled the webhook; None if it did not.
        failing_since: When attempts began to fail; None if the latest one succeeded.
    """

    __tablename__ = "webhooks"
    __table_args__ = (
        CheckConstraint("disabled_reason IN ('gone', 'failing')", name="disabled_reason"),
        Index(None, "owner_id", "id"),
    )

    owner_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    url: Mapped[str] = mapped_column(String(1000))
    event_types: Mapped[str | None] = mapped_column(Text)
    salt: Mapped[UUID]
    previous_salt: Mapped[UUID | None] = mapped_column(default=None)
    previous_until: Mapped[datetime | None] = mapped_column(default=None)
    active: Mapped[bool] = mapped_column(default=True)
    disabled_reason: Mapped[DisabledReason | None] = mapped_column(String(20), default=None)
    failing_since: Mapped[datetime | None] = mapped_column(default=None)


class WebhookDelivery(Entity):
    """An event to deliver to a webhook; its deliveries are made in the order of their ids.

    Attributes:
        event_id: The same in every delivery of the event.
        payload: The body, byte for byte.
        traceparent: Trace that the event belongs to (W3C Trace Context).
        response_status: Status of the latest response; None if there was none.
        error: Why the latest attempt failed; None if it did not.
        next_attempt_at: Earliest time of the next attempt; None once the delivery has ended.
    """

    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        CheckConstraint("status IN ('pending', 'delivered', 'failed')", name="status"),
        CheckConstraint("error IN ('status', 'timeout', 'connection', 'address')", name="error"),
        Index(None, "webhook_id", "id"),
        Index(
            "ix_webhook_deliveries_pending",
            "webhook_id",
            "id",
            postgresql_where=_PENDING,
            sqlite_where=_PENDING,
        ),
        Index(None, "created_at"),
    )

    webhook_id: Mapped[UUID] = mapped_column(ForeignKey("webhooks.id", ondelete="CASCADE"))
    event_id: Mapped[UUID]
    event_type: Mapped[str] = mapped_column(String(100))
    payload: Mapped[str] = mapped_column(Text)
    traceparent: Mapped[str | None] = mapped_column(String(55))
    status: Mapped[DeliveryStatus] = mapped_column(String(20), default="pending")
    attempts: Mapped[int] = mapped_column(default=0)
    response_status: Mapped[int | None] = mapped_column(default=None)
    error: Mapped[DeliveryError | None] = mapped_column(String(20), default=None)
    next_attempt_at: Mapped[datetime | None] = mapped_column(
        insert_default=DatabaseNow(), init=False
    )
    finished_at: Mapped[datetime | None] = mapped_column(default=None)
