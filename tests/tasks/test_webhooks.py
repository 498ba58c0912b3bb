"""Deliveries of events: one task at a time for each webhook, and old ones are deleted."""

from datetime import timedelta
from uuid import UUID, uuid4

from sqlalchemy import func, select

from app.db.models.tasks import Task
from app.db.models.webhooks import WebhookDelivery
from app.services.support.events import deliver, deliver_now
from app.tasks.webhooks import DeleteOldDeliveries
from tests.tasks.conftest import Lab
from tests.tasks.test_housekeeping import LONG_AGO, add_user, do, exists, make_old
from tests.webhooks import new_delivery, new_webhook


async def add_webhook(lab: Lab, owner_id: UUID) -> UUID:
    async with lab.resources.database.write() as work:
        return (await work.webhooks.add(new_webhook(owner_id))).id


async def add_delivery(lab: Lab, owner_id: UUID) -> UUID:
    webhook_id = await add_webhook(lab, owner_id)
    async with lab.resources.database.write() as work:
        return (await work.webhook_deliveries.add(new_delivery(webhook_id))).id


async def test_old_deliveries_are_deleted_whatever_became_of_them(lab: Lab) -> None:
    owner_id = await add_user(lab)
    old, fresh = [await add_delivery(lab, owner_id) for _ in range(2)]
    await make_old(lab, WebhookDelivery, id=old, created_at=LONG_AGO)

    await do(lab, DeleteOldDeliveries())

    assert [await exists(lab, WebhookDelivery, it) for it in (old, fresh)] == [False, True]


async def test_many_waiting_events_of_a_webhook_are_one_task(lab: Lab) -> None:
    webhook_id = await add_webhook(lab, await add_user(lab))

    async with lab.resources.database.write() as work:
        for _ in range(10):
            await deliver(work, webhook_id, uuid4(), "webhook.ping", "{}")
        mine = Task.key == f"webhook:{webhook_id}"
        count = await work.session.scalar(select(func.count()).select_from(Task).where(mine))

    assert count == 1


async def test_a_task_that_waits_for_a_retry_can_be_hastened(lab: Lab) -> None:
    webhook_id = await add_webhook(lab, await add_user(lab))
    async with lab.resources.database.write() as work:
        await deliver(work, webhook_id, uuid4(), "webhook.ping", "{}")
        pending = await work.webhook_deliveries.first_pending(webhook_id)
        assert pending is not None
        delivery, _ = pending
        await work.webhook_deliveries.record(
            delivery, status=500, error="status", retry_seconds=3600
        )
        [task] = await work.session.scalars(select(Task).where(Task.key == f"webhook:{webhook_id}"))
        task.run_at = delivery.next_attempt_at or task.run_at
        await work.flush()

        await deliver_now(work, webhook_id)

        first = await work.webhook_deliveries.first_pending(webhook_id)
        await work.session.refresh(task)
    assert first is not None
    assert first[1] == 0
    assert task.run_at < task.created_at + timedelta(hours=1)
