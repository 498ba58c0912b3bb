"""Events for webhooks: written in the transaction of their cause, delivered by background work."""

from typing import ClassVar
from uuid import UUID

from uuid_utils.compat import uuid7

from app import schemas
from app.db.models.webhooks import WebhookDelivery
from app.db.unit_of_work import UnitOfWork
from app.services.support.outbox import Payload, enqueue
from app.telemetry.traces import current_traceparent


class DeliverEvents(Payload):
    """Deliver the waiting events of a webhook, one after the other."""

    task: ClassVar = "deliver_events"
    # Receivers may be slow, and other tasks must not wait for them.
    timeout_seconds: ClassVar = 300.0

    webhook_id: UUID


def has_webhooks(added: object) -> bool:
    """Tell whether an event about a new row can have receivers.

    The statement that added the row has looked for them where its repository asked; `publish` looks
    for them in any case.
    """
    return getattr(added, "has_webhooks", True)


async def publish(work: UnitOfWork, event: schemas.WebhookEvent, *, owner_id: UUID) -> None:
    """Send an event to the webhooks of a user if, and only if, the unit of work is committed.

    Args:
        work: The transaction of the cause.
        event: An event of the contract.
        owner_id: Whose webhooks get it.
    """
    event_id, payload = uuid7(), event.model_dump_json()
    for webhook in await work.webhooks.list_active(owner_id):
        if webhook.event_types is None or event.type in webhook.event_types.split():
            await deliver(work, webhook.id, event_id, event.type, payload)


async def deliver(
    work: UnitOfWork, webhook_id: UUID, event_id: UUID, event_type: str, payload: str
) -> WebhookDelivery:
    """Add a delivery after those that wait, and see to it that a task makes it."""
    delivery = await work.webhook_deliveries.add(
        WebhookDelivery(
            webhook_id=webhook_id,
            event_id=event_id,
            event_type=event_type,
            payload=payload,
            traceparent=current_traceparent(),
        )
    )
    await require_task(work, webhook_id)
    return delivery


async def require_task(work: UnitOfWork, webhook_id: UUID, *, delay_seconds: float = 0) -> None:
    """See to it that a task for a webhook waits; a second one would find nothing to do.

    Call it after the lock on the webhook, which a new delivery takes, too: so the task that ends at
    the same moment either sees the delivery or has ended before.
    """
    key = f"webhook:{webhook_id}"
    if not await work.tasks.is_queued(key):
        payload = DeliverEvents(webhook_id=webhook_id)
        await enqueue(work, payload, key=key, delay_seconds=delay_seconds)


async def deliver_now(work: UnitOfWork, webhook_id: UUID) -> None:
    """Let the first delivery that waits for a retry be attempted at once."""
    if await work.webhook_deliveries.hasten(webhook_id):
        await work.tasks.hasten(f"webhook:{webhook_id}")
        await require_task(work, webhook_id)
        work.after_commit.append(work.notify)
