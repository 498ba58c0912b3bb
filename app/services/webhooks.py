"""URLs that get events as signed requests, and the log of their deliveries."""

from datetime import UTC, datetime, timedelta
from typing import final
from uuid import UUID, uuid4

from pydantic import MISSING
from uuid_utils.compat import uuid7

from app import schemas
from app.core import audit
from app.core.audit import Event
from app.core.crypto.cursors import Cursors
from app.core.crypto.webhooks import SigningSecrets
from app.core.exceptions import Conflict, Unauthorized, ValidationFailed
from app.core.field_codes import FieldCode
from app.core.outbound import Guard
from app.core.problem import FieldError
from app.core.security import Principal
from app.db.models.webhooks import Webhook, WebhookDelivery
from app.db.unit_of_work import Database, retried
from app.services.support.events import deliver, deliver_now
from app.services.support.pagination import ListQuery
from app.services.support.preconditions import etag, is_unchanged, require_match

_MOST = 100
_ROTATION = timedelta(days=1)


@final
class Webhooks(schemas.WebhooksService):
    """Stores the caller's webhooks; other users do not see them.

    Args:
        guard: Which URLs are accepted.
        secrets: Gives the signing secrets.
    """

    def __init__(
        self, database: Database, cursors: Cursors, guard: Guard, secrets: SigningSecrets
    ) -> None:
        self._database = database
        self._cursors = cursors
        self._guard = guard
        self._secrets = secrets

    async def list_webhooks(
        self, *, limit: int, cursor: str | None, principal: Principal
    ) -> schemas.ListWebhooks200:
        """Return one page, the newest first.

        Raises:
            InvalidCursor: The cursor is not one that this server gave out for this list.
        """
        query = ListQuery(
            operation=schemas.operations.LIST_WEBHOOKS, reader=principal.user_id, filters={}
        )
        start = query.start(self._cursors, cursor)
        async with self._database.read() as work:
            visible = work.webhooks.owned_by(principal.user_id)
            page = await work.webhooks.list_page(visible, sort=(), start=start, limit=limit)
        next_cursor, link = query.next_page(self._cursors, page.next_position, limit)
        body = schemas.WebhookPage(items=[_to_webhook(row) for row in page.rows], next=next_cursor)
        return schemas.ListWebhooks200(body=body, link=link)

    @retried
    async def create_webhook(
        self, body: schemas.WebhookCreate, *, principal: Principal
    ) -> schemas.CreateWebhook201:
        """Create a webhook; only this answer contains its signing secret.

        Raises:
            Conflict: The caller has as many webhooks as a user may have.
            Unauthorized: The caller's account was deleted or disabled.
            ValidationFailed: The URL is refused.
        """
        self._require_url(body.url)
        async with self._database.write() as work:
            owner = await work.users.lock(principal.user_id)
            if owner is None or owner.disabled_at is not None:
                raise Unauthorized("The account of this token was deleted or disabled.")
            if await work.webhooks.count(work.webhooks.owned_by(owner.id)) >= _MOST:
                raise Conflict(f"You have {_MOST} webhooks, which is the limit. Delete one first.")
            row = await work.webhooks.add(
                Webhook(
                    owner_id=owner.id,
                    url=body.url,
                    event_types=_joined(body.event_types),
                    salt=uuid4(),
                )
            )
        audit.record(Event.WEBHOOK_CREATED, user_id=principal.user_id, webhook_id=str(row.id))
        created = schemas.WebhookCreated(
            secret=self._secrets.show(row.salt), **_to_webhook(row).model_dump()
        )
        return schemas.CreateWebhook201(
            body=created, location=f"/webhooks/{row.id}", etag=etag(row.version)
        )

    async def get_webhook(
        self, webhook_id: UUID, *, if_none_match: str | None, principal: Principal
    ) -> schemas.GetWebhook200 | schemas.GetWebhook304:
        """Return one of the caller's webhooks, or nothing new when the caller has this version.

        Raises:
            NotFound: There is no such webhook, or another user owns it.
        """
        async with self._database.read() as work:
            row = await work.webhooks.require(work.webhooks.owned_by(principal.user_id), webhook_id)
        tag = etag(row.version)
        if is_unchanged(if_none_match, tag):
            return schemas.GetWebhook304(etag=tag)
        return schemas.GetWebhook200(body=_to_webhook(row), etag=tag)

    @retried
    async def update_webhook(
        self,
        webhook_id: UUID,
        body: schemas.WebhookUpdate,
        *,
        if_match: str | None,
        principal: Principal,
    ) -> schemas.UpdateWebhook200:
        """Change the fields that were sent, and let a delivery that waits be attempted at once.

        Raises:
            NotFound: There is no such webhook, or another user owns it.
            PreconditionFailed: The webhook has changed since the caller read it.
            ValidationFailed: The URL is refused.
        """
        if body.url is not MISSING:
            self._require_url(body.url)
        async with self._database.write() as work:
            visible = work.webhooks.owned_by(principal.user_id).with_for_update()
            row = await work.webhooks.require(visible, webhook_id)
            require_match(if_match, etag(row.version))
            if body.url is not MISSING:
                row.url = body.url
            if body.event_types is not MISSING:
                row.event_types = _joined(body.event_types)
            if body.active is not MISSING:
                row.active = body.active
                row.disabled_reason = row.failing_since = None
            await work.flush()
            if row.active:
                await deliver_now(work, row.id)
        audit.record(Event.WEBHOOK_CHANGED, user_id=principal.user_id, webhook_id=str(row.id))
        return schemas.UpdateWebhook200(body=_to_webhook(row), etag=etag(row.version))

    @retried
    async def delete_webhook(
        self, webhook_id: UUID, *, if_match: str | None, principal: Principal
    ) -> None:
        """Delete one of the caller's webhooks.

        Raises:
            NotFound: There is no such webhook, or another user owns it.
            PreconditionFailed: The webhook has changed since the caller read it.
        """
        async with self._database.write() as work:
            visible = work.webhooks.owned_by(principal.user_id)
            row = await work.webhooks.require(visible, webhook_id)
            require_match(if_match, etag(row.version))
            await work.webhooks.delete(row)
        audit.record(Event.WEBHOOK_DELETED, user_id=principal.user_id, webhook_id=str(webhook_id))

    @retried
    async def rotate_webhook_secret(
        self, webhook_id: UUID, *, principal: Principal
    ) -> schemas.RotateWebhookSecret200:
        """Replace the signing secret; for a day both sign.

        Raises:
            NotFound: There is no such webhook, or another user owns it.
        """
        async with self._database.write() as work:
            visible = work.webhooks.owned_by(principal.user_id).with_for_update()
            row = await work.webhooks.require(visible, webhook_id)
            until = datetime.now(UTC) + _ROTATION
            row.previous_salt, row.previous_until, row.salt = row.salt, until, uuid4()
            await work.flush()
        audit.record(
            Event.WEBHOOK_SECRET_ROTATED, user_id=principal.user_id, webhook_id=str(row.id)
        )
        body = schemas.WebhookSecret(secret=self._secrets.show(row.salt), previous_expires_at=until)
        return schemas.RotateWebhookSecret200(body=body)

    @retried
    async def ping_webhook(
        self, webhook_id: UUID, *, principal: Principal
    ) -> schemas.WebhookDelivery:
        """Send a test event to one of the caller's webhooks.

        Raises:
            NotFound: There is no such webhook, or another user owns it.
        """
        async with self._database.write() as work:
            visible = work.webhooks.owned_by(principal.user_id)
            row = await work.webhooks.require(visible, webhook_id)
            event = schemas.WebhookPingEvent(
                type="webhook.ping",
                timestamp=datetime.now(UTC),
                data=schemas.WebhookPing(webhook_id=row.id),
            )
            payload = event.model_dump_json()
            delivery = await deliver(work, row.id, uuid7(), event.type, payload)
        return _to_delivery(delivery)

    async def list_webhook_deliveries(
        self, webhook_id: UUID, *, limit: int, cursor: str | None, principal: Principal
    ) -> schemas.ListWebhookDeliveries200:
        """Return one page of the deliveries of a webhook, the newest first.

        Raises:
            InvalidCursor: The cursor is not one that this server gave out for this list.
            NotFound: There is no such webhook, or another user owns it.
        """
        query = ListQuery(
            operation=schemas.operations.LIST_WEBHOOK_DELIVERIES,
            reader=principal.user_id,
            filters={},
            parents={"webhook_id": webhook_id},
        )
        start = query.start(self._cursors, cursor)
        async with self._database.read() as work:
            await work.webhooks.require(work.webhooks.owned_by(principal.user_id), webhook_id)
            visible = work.webhook_deliveries.of(webhook_id)
            page = await work.webhook_deliveries.list_page(
                visible, sort=(), start=start, limit=limit
            )
        next_cursor, link = query.next_page(self._cursors, page.next_position, limit)
        found = [_to_delivery(row) for row in page.rows]
        body = schemas.WebhookDeliveryPage(items=found, next=next_cursor)
        return schemas.ListWebhookDeliveries200(body=body, link=link)

    @retried
    async def redeliver_event(
        self, delivery_id: UUID, *, principal: Principal
    ) -> schemas.WebhookDelivery:
        """Send the event of an earlier delivery again.

        Raises:
            NotFound: There is no such delivery, or another user owns its webhook.
        """
        async with self._database.write() as work:
            visible = work.webhook_deliveries.owned_by(principal.user_id)
            old = await work.webhook_deliveries.require(visible, delivery_id)
            again = await deliver(work, old.webhook_id, old.event_id, old.event_type, old.payload)
        return _to_delivery(again)

    def _require_url(self, url: str) -> None:
        try:
            self._guard.require_url(url)
        except ValueError as error:
            said = FieldError(
                location="body", pointer="/url", code=FieldCode.FORMAT, detail=str(error)
            )
            raise ValidationFailed([said]) from error


def _joined(event_types: list[schemas.WebhookEventType] | None) -> str | None:
    return None if event_types is None else " ".join(sorted(set(event_types)))


def _to_webhook(row: Webhook) -> schemas.Webhook:
    held = None if row.event_types is None else row.event_types.split()
    reason = row.disabled_reason
    return schemas.Webhook(
        id=row.id,
        url=row.url,
        event_types=(
            None if held is None else [it for it in schemas.WebhookEventType if it in held]
        ),
        active=row.active,
        disabled_reason=None if reason is None else schemas.WebhookDisabledReason(reason),
        failing_since=row.failing_since,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def _to_delivery(row: WebhookDelivery) -> schemas.WebhookDelivery:
    return schemas.WebhookDelivery(
        id=row.id,
        event_id=row.event_id,
        event_type=schemas.WebhookEventType(row.event_type),
        status=schemas.WebhookDeliveryStatus(row.status),
        attempts=row.attempts,
        response_status=row.response_status,
        error=None if row.error is None else schemas.WebhookDeliveryError(row.error),
        next_attempt_at=row.next_attempt_at,
        created_at=row.created_at,
        finished_at=row.finished_at,
    )
