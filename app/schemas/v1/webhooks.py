# Code generated from spec/v1/webhooks.yaml by make generate. DO NOT EDIT.
"""URLs that get events as signed requests: what a service implements and what it may reply."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Protocol

from app.core.security import Principal
from app.schemas import types
from app.schemas.reply import Reply
from app.schemas.v1 import models


@dataclass(frozen=True, slots=True, kw_only=True)
class ListWebhooks200(Reply):
    """One page of webhooks."""

    status: ClassVar[int] = 200
    header_names: ClassVar[Mapping[str, str]] = {"link": "Link"}

    body: models.WebhookPage
    link: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateWebhook201(Reply):
    """The webhook was created."""

    status: ClassVar[int] = 201
    constant_headers: ClassVar[Mapping[str, str]] = {"Cache-Control": "no-store"}
    header_names: ClassVar[Mapping[str, str]] = {"location": "Location", "etag": "ETag"}

    body: models.WebhookCreated
    location: str
    etag: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GetWebhook200(Reply):
    """The webhook."""

    status: ClassVar[int] = 200
    header_names: ClassVar[Mapping[str, str]] = {"etag": "ETag"}

    body: models.Webhook
    etag: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GetWebhook304(Reply):
    """The resource still has an entity tag that `If-None-Match` names."""

    status: ClassVar[int] = 304
    header_names: ClassVar[Mapping[str, str]] = {"etag": "ETag"}

    body: None = None
    etag: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateWebhook200(Reply):
    """The webhook after the change."""

    status: ClassVar[int] = 200
    header_names: ClassVar[Mapping[str, str]] = {"etag": "ETag"}

    body: models.Webhook
    etag: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RotateWebhookSecret200(Reply):
    """The new signing secret."""

    status: ClassVar[int] = 200
    constant_headers: ClassVar[Mapping[str, str]] = {"Cache-Control": "no-store"}

    body: models.WebhookSecret


@dataclass(frozen=True, slots=True, kw_only=True)
class ListWebhookDeliveries200(Reply):
    """One page of deliveries."""

    status: ClassVar[int] = 200
    header_names: ClassVar[Mapping[str, str]] = {"link": "Link"}

    body: models.WebhookDeliveryPage
    link: str | None = None


class WebhooksService(Protocol):
    """URLs that get events as signed requests."""

    async def list_webhooks(
        self,
        *,
        limit: int,
        cursor: str | None,
        principal: Principal,
    ) -> ListWebhooks200:
        """List your webhooks.

        GET /webhooks; errors: 400, 401, 403, 422, 429, 500, 503.
        """
        raise NotImplementedError("listWebhooks")

    async def create_webhook(
        self,
        body: models.WebhookCreate,
        *,
        principal: Principal,
    ) -> CreateWebhook201:
        """Create a webhook.

        POST /webhooks; errors: 400, 401, 403, 409, 413, 415, 422, 429, 500, 503.
        """
        raise NotImplementedError("createWebhook")

    async def get_webhook(
        self,
        webhook_id: types.UUID,
        *,
        if_none_match: str | None,
        principal: Principal,
    ) -> GetWebhook200 | GetWebhook304:
        """Read a webhook.

        GET /webhooks/{webhook_id}; errors: 401, 403, 404, 422, 429, 500, 503.
        """
        raise NotImplementedError("getWebhook")

    async def update_webhook(
        self,
        webhook_id: types.UUID,
        body: models.WebhookUpdate,
        *,
        if_match: str | None,
        principal: Principal,
    ) -> UpdateWebhook200:
        """Change a webhook.

        PATCH /webhooks/{webhook_id}; errors: 400, 401, 403, 404, 409, 412, 413, 415, 422, 429, 500,
        503.
        """
        raise NotImplementedError("updateWebhook")

    async def delete_webhook(
        self,
        webhook_id: types.UUID,
        *,
        if_match: str | None,
        principal: Principal,
    ) -> None:
        """Delete a webhook.

        DELETE /webhooks/{webhook_id}; errors: 401, 403, 404, 409, 412, 422, 429, 500, 503.
        """
        raise NotImplementedError("deleteWebhook")

    async def rotate_webhook_secret(
        self,
        webhook_id: types.UUID,
        *,
        principal: Principal,
    ) -> RotateWebhookSecret200:
        """Replace the signing secret of a webhook.

        POST /webhooks/{webhook_id}/secret; errors: 401, 403, 404, 409, 422, 429, 500, 503.
        """
        raise NotImplementedError("rotateWebhookSecret")

    async def ping_webhook(
        self,
        webhook_id: types.UUID,
        *,
        principal: Principal,
    ) -> models.WebhookDelivery:
        """Send a test event to a webhook.

        POST /webhooks/{webhook_id}/ping; errors: 401, 403, 404, 409, 422, 429, 500, 503.
        """
        raise NotImplementedError("pingWebhook")

    async def list_webhook_deliveries(
        self,
        webhook_id: types.UUID,
        *,
        limit: int,
        cursor: str | None,
        principal: Principal,
    ) -> ListWebhookDeliveries200:
        """List the deliveries of a webhook.

        GET /webhooks/{webhook_id}/deliveries; errors: 400, 401, 403, 404, 422, 429, 500, 503.
        """
        raise NotImplementedError("listWebhookDeliveries")

    async def redeliver_event(
        self,
        delivery_id: types.UUID,
        *,
        principal: Principal,
    ) -> models.WebhookDelivery:
        """Deliver an event again.

        POST /webhook-deliveries/{delivery_id}/redeliver; errors: 401, 403, 404, 409, 422, 429, 500,
        503.
        """
        raise NotImplementedError("redeliverEvent")
