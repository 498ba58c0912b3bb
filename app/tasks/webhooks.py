"""Delivers events to webhooks in their order, and deletes old deliveries."""

import asyncio
import logging
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar
from uuid import UUID

from app.core import audit
from app.core.audit import Event
from app.core.crypto.webhooks import sign
from app.core.outbound import AddressRefusedError
from app.db.models.webhooks import DeliveryError, DisabledReason, Webhook, WebhookDelivery
from app.services.support.events import DeliverEvents, require_task
from app.tasks.engine.context import TaskContext
from app.tasks.engine.waiting import retry_delay
from app.tasks.housekeeping import Housekeeping, delete_all
from app.telemetry.metrics import WEBHOOK_ATTEMPTS, WEBHOOK_DELIVERIES_DEAD, WEBHOOKS_DISABLED
from app.telemetry.traces import current_traceparent, delivery_span

logger = logging.getLogger(__name__)

# After this time another task of the same webhook continues, so that slots are shared.
_TURN_SECONDS = 60
_GONE = 410


class DeleteOldDeliveries(Housekeeping):
    """Delete deliveries `WEBHOOK_KEEP_SECONDS` after they were created."""

    task: ClassVar = "delete_old_deliveries"


@dataclass(frozen=True, slots=True)
class _Message:
    """A delivery that is due, with all that its request needs."""

    delivery_id: UUID
    event_id: UUID
    event_type: str
    body: bytes
    traceparent: str | None
    attempt: int
    url: str
    secrets: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class _Outcome:
    """The outcome of an attempt: the status of the response, and why it failed."""

    status: int | None = None
    error: DeliveryError | None = None


async def deliver_events(context: TaskContext, payload: DeliverEvents) -> None:
    """Attempt the deliveries of a webhook that are due, the oldest first.

    A delivery waits until the earlier ones have succeeded or were given up. A receiver may get an
    event twice, with the same `webhook-id`: an attempt that was cut off is repeated.
    """
    ends_at = asyncio.get_running_loop().time() + _TURN_SECONDS
    while asyncio.get_running_loop().time() < ends_at:
        message = await _next(context, payload.webhook_id)
        if message is None:
            break
        outcome = await _attempt(context, payload.webhook_id, message)
        await _record(context, payload.webhook_id, message.delivery_id, outcome)
    async with context.finish() as work:
        # The lock waits for transactions that add a delivery and rely on this task.
        if await work.webhooks.lock_active(payload.webhook_id) is None:
            return
        if (first := await work.webhook_deliveries.first_pending(payload.webhook_id)) is not None:
            await require_task(work, payload.webhook_id, delay_seconds=first[1])


async def delete_old_deliveries(context: TaskContext, _: DeleteOldDeliveries) -> None:
    """Delete old deliveries, whatever their status."""
    age = context.settings.webhook_keep_seconds
    await delete_all(
        context, lambda work: work.webhook_deliveries.delete_old(older_than_seconds=age)
    )


async def _next(context: TaskContext, webhook_id: UUID) -> _Message | None:
    """Return the first delivery if it is due and the webhook is active."""
    async with context.checkpoint() as work:
        webhook = await work.webhooks.lock_active(webhook_id)
        first = None if webhook is None else await work.webhook_deliveries.first_pending(webhook_id)
    if webhook is None or first is None:
        return None
    delivery, wait_seconds = first
    return None if wait_seconds else _message(context, webhook, delivery)


def _message(context: TaskContext, webhook: Webhook, delivery: WebhookDelivery) -> _Message:
    salts, until = [webhook.salt], webhook.previous_until
    if webhook.previous_salt is not None and until is not None and until > datetime.now(UTC):
        salts.append(webhook.previous_salt)
    secrets = context.resources.signing_secrets
    return _Message(
        delivery_id=delivery.id,
        event_id=delivery.event_id,
        event_type=delivery.event_type,
        body=delivery.payload.encode(),
        traceparent=delivery.traceparent,
        attempt=delivery.attempts + 1,
        url=webhook.url,
        secrets=tuple(secrets.derive(salt) for salt in salts),
    )


async def _attempt(context: TaskContext, webhook_id: UUID, message: _Message) -> _Outcome:
    """Send the request, which continues the trace of the event; count and log the outcome."""
    started = time.perf_counter()
    with delivery_span(context.resources.tracer, message.event_type, message.traceparent) as span:
        outcome = await _send(context, message)
        span.set_attribute("app.webhook_outcome", outcome.error or "delivered")
    WEBHOOK_ATTEMPTS.labels(message.event_type, outcome.error or "delivered").inc()
    facts = {
        "webhook_id": str(webhook_id),
        "delivery_id": str(message.delivery_id),
        "event_type": message.event_type,
        "attempt": message.attempt,
        "outcome": outcome.error or "delivered",
        "response_status": outcome.status,
        "duration_ms": round(1000 * (time.perf_counter() - started), 1),
    }
    logger.info("webhook", extra=facts)
    return outcome


async def _send(context: TaskContext, message: _Message) -> _Outcome:
    try:
        status = await context.resources.outbound.post(message.url, _headers(message), message.body)
    except AddressRefusedError:
        return _Outcome(error="address")
    except TimeoutError:
        return _Outcome(error="timeout")
    except OSError:
        return _Outcome(error="connection")
    return _Outcome(status, None if 200 <= status < 300 else "status")


def _headers(message: _Message) -> list[tuple[str, str]]:
    """Return the headers of Standard Webhooks 1.0.0, and the trace."""
    message_id, timestamp = str(message.event_id), int(time.time())
    signatures = (sign(key, message_id, timestamp, message.body) for key in message.secrets)
    traceparent = current_traceparent()
    return [
        ("content-type", "application/json"),
        ("user-agent", "webhooks"),
        ("webhook-id", message_id),
        ("webhook-timestamp", str(timestamp)),
        ("webhook-signature", " ".join(signatures)),
        *([] if traceparent is None else [("traceparent", traceparent)]),
    ]


async def _record(
    context: TaskContext, webhook_id: UUID, delivery_id: UUID, outcome: _Outcome
) -> None:
    """Store the outcome of an attempt, and disable a webhook that failed for too long."""
    settings = context.settings
    async with context.checkpoint() as work:
        webhook = await work.webhooks.lock_active(webhook_id)
        delivery = await work.webhook_deliveries.find(delivery_id)
        if delivery is None:
            return
        failures = delivery.attempts + 1
        is_last = failures >= settings.webhook_attempts or outcome.status == _GONE
        now = await work.webhook_deliveries.record(
            delivery,
            status=outcome.status,
            error=outcome.error,
            retry_seconds=(
                None if is_last else retry_delay(failures, settings.webhook_retry_seconds)
            ),
        )
        reason = None
        if webhook is not None:
            reason = _note(webhook, outcome, now, longest_seconds=settings.webhook_disable_seconds)
            await work.flush()
    if failures >= settings.webhook_attempts and outcome.error is not None:
        WEBHOOK_DELIVERIES_DEAD.labels(delivery.event_type).inc()
    if webhook is not None and reason is not None:
        WEBHOOKS_DISABLED.labels(reason).inc()
        audit.record(
            Event.WEBHOOK_DISABLED,
            user_id=webhook.owner_id,
            webhook_id=str(webhook_id),
            reason=reason,
        )


def _note(
    webhook: Webhook, outcome: _Outcome, now: datetime, *, longest_seconds: int
) -> DisabledReason | None:
    """Update a webhook after an attempt; return why it has to be disabled, if so."""
    if outcome.error is None:
        webhook.failing_since = None
        return None
    webhook.failing_since = webhook.failing_since or now
    failing_seconds = (now - webhook.failing_since).total_seconds()
    if outcome.status == _GONE:
        webhook.disabled_reason = "gone"
    elif failing_seconds >= longest_seconds:
        webhook.disabled_reason = "failing"
    else:
        return None
    webhook.active = False
    return webhook.disabled_reason
