"""Queries about webhooks and their deliveries."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, literal_column, select, update

from app.db.base import DatabaseNow
from app.db.deletion import delete_piece
from app.db.models.users import User
from app.db.models.webhooks import DeliveryError, Webhook, WebhookDelivery
from app.db.repositories.repository import Repository


def has_webhooks(owner_id: str) -> ColumnElement[bool]:
    """Return a column for `asked`: whether a webhook gets the events of a row's owner.

    Args:
        owner_id: Table and column of the owner's id.
    """
    # The text means the new row; a column of a model would add its table to FROM.
    of_owner = Webhook.owner_id == literal_column(owner_id)
    return exists().where(of_owner, Webhook.active).label("has_webhooks")


class WebhookRepository(Repository[Webhook]):
    """Webhooks in the database."""

    model: ClassVar = Webhook
    noun: ClassVar = "webhook"

    def owned_by(self, owner_id: UUID) -> Select[Webhook]:
        """Return the webhooks that their owner may see."""
        return select(Webhook).where(Webhook.owner_id == owner_id)

    async def list_active(self, owner_id: UUID) -> Sequence[Webhook]:
        """Return the webhooks that get events of a user."""
        visible = self.owned_by(owner_id).where(Webhook.active).order_by(Webhook.id)
        return (await self._session.scalars(visible)).all()

    async def lock_active(self, webhook_id: UUID) -> Webhook | None:
        """Return the active webhook of any owner who is not disabled, for the worker.

        The row is locked until the transaction ends, which waits for transactions that add a
        delivery to it.
        """
        return await self._session.scalar(
            select(Webhook)
            .join(User, User.id == Webhook.owner_id)
            .where(Webhook.id == webhook_id, Webhook.active, User.disabled_at.is_(None))
            .with_for_update(of=Webhook)
        )


class WebhookDeliveryRepository(Repository[WebhookDelivery]):
    """Deliveries in the database."""

    model: ClassVar = WebhookDelivery
    noun: ClassVar = "delivery"

    def of(self, webhook_id: UUID) -> Select[WebhookDelivery]:
        """Return the deliveries of a webhook that the caller may see."""
        return select(WebhookDelivery).where(WebhookDelivery.webhook_id == webhook_id)

    def owned_by(self, owner_id: UUID) -> Select[WebhookDelivery]:
        """Return the deliveries that the owner of their webhook may see."""
        return (
            select(WebhookDelivery)
            .join(Webhook, Webhook.id == WebhookDelivery.webhook_id)
            .where(Webhook.owner_id == owner_id)
        )

    async def find(self, delivery_id: UUID) -> WebhookDelivery | None:
        """Return the delivery of any owner, for the worker."""
        return await self._session.get(WebhookDelivery, delivery_id)

    async def first_pending(self, webhook_id: UUID) -> tuple[WebhookDelivery, float] | None:
        """Return the first delivery that has not ended, and the seconds until it is due."""
        found = await self._session.execute(
            select(WebhookDelivery, DatabaseNow())
            .where(WebhookDelivery.webhook_id == webhook_id, WebhookDelivery.status == "pending")
            .order_by(WebhookDelivery.id)
            .limit(1)
        )
        if (row := found.one_or_none()) is None:
            return None
        delivery, now = row
        due = delivery.next_attempt_at or now
        return delivery, max(0.0, (due - now).total_seconds())

    async def record(
        self,
        delivery: WebhookDelivery,
        *,
        status: int | None,
        error: DeliveryError | None,
        retry_seconds: float | None,
    ) -> datetime:
        """Store the outcome of an attempt, and return the database's time.

        Args:
            delivery: A row that this repository returned.
            status: Status of the response, if there was one.
            error: Why the attempt failed; None if it did not.
            retry_seconds: Delay of the next attempt after a failure; None for none.
        """
        now = (await self._session.scalars(select(DatabaseNow()))).one()
        delivery.attempts += 1
        delivery.response_status, delivery.error = status, error
        if error is not None and retry_seconds is not None:
            delivery.next_attempt_at = now + timedelta(seconds=retry_seconds)
        else:
            delivery.status = "delivered" if error is None else "failed"
            delivery.next_attempt_at, delivery.finished_at = None, now
        await self._session.flush()
        return now

    async def hasten(self, webhook_id: UUID) -> bool:
        """Let the first delivery that has not ended be due now; tell whether there is one."""
        first = (
            select(WebhookDelivery.id)
            .where(WebhookDelivery.webhook_id == webhook_id, WebhookDelivery.status == "pending")
            .order_by(WebhookDelivery.id)
            .limit(1)
        )
        changed = await self._session.scalars(
            update(WebhookDelivery)
            .where(WebhookDelivery.id.in_(first))
            .values(next_attempt_at=DatabaseNow())
            .returning(WebhookDelivery.id)
        )
        return changed.one_or_none() is not None

    async def delete_old(self, *, older_than_seconds: int) -> int:
        """Delete some of the old deliveries; return how many."""
        old = WebhookDelivery.created_at < DatabaseNow(-older_than_seconds)
        return await delete_piece(
            self._session, WebhookDelivery, old, oldest_first=WebhookDelivery.created_at
        )
