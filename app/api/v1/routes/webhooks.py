# Code generated from spec/v1/webhooks.yaml by make generate. DO NOT EDIT.
"""URLs that get events as signed requests: the routes."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from app.api import deps
from app.api.request.arguments import typed
from app.api.request.response import render, render_reply
from app.api.request.route import contract_route
from app.core.security import Principal
from app.schemas import types, v1
from app.schemas.v1 import operations

router = APIRouter(route_class=contract_route("v1", operations.OPERATIONS))

Services = Annotated[v1.Services, Depends(deps.services)]
Caller = Annotated[Principal, Depends(deps.principal)]


@router.get("/webhooks", operation_id="listWebhooks", response_model=None)
@typed(operations.LIST_WEBHOOKS)
async def list_webhooks(
    services: Services,
    principal: Caller,
    *,
    limit: int,
    cursor: str | None,
) -> Response:
    """List your webhooks."""
    return render_reply(
        await services.webhooks.list_webhooks(limit=limit, cursor=cursor, principal=principal)
    )


@router.post("/webhooks", operation_id="createWebhook", response_model=None)
@typed(operations.CREATE_WEBHOOK)
async def create_webhook(
    services: Services,
    principal: Caller,
    body: v1.WebhookCreate,
) -> Response:
    """Create a webhook."""
    return render_reply(await services.webhooks.create_webhook(body, principal=principal))


@router.get("/webhooks/{webhook_id}", operation_id="getWebhook", response_model=None)
@typed(operations.GET_WEBHOOK)
async def get_webhook(
    services: Services,
    principal: Caller,
    webhook_id: types.UUID,
    *,
    if_none_match: str | None,
) -> Response:
    """Read a webhook."""
    return render_reply(
        await services.webhooks.get_webhook(
            webhook_id, if_none_match=if_none_match, principal=principal
        )
    )


@router.patch("/webhooks/{webhook_id}", operation_id="updateWebhook", response_model=None)
@typed(operations.UPDATE_WEBHOOK)
async def update_webhook(
    services: Services,
    principal: Caller,
    webhook_id: types.UUID,
    body: v1.WebhookUpdate,
    *,
    if_match: str | None,
) -> Response:
    """Change a webhook."""
    return render_reply(
        await services.webhooks.update_webhook(
            webhook_id, body, if_match=if_match, principal=principal
        )
    )


@router.delete("/webhooks/{webhook_id}", operation_id="deleteWebhook", response_model=None)
@typed(operations.DELETE_WEBHOOK)
async def delete_webhook(
    services: Services,
    principal: Caller,
    webhook_id: types.UUID,
    *,
    if_match: str | None,
) -> Response:
    """Delete a webhook."""
    await services.webhooks.delete_webhook(webhook_id, if_match=if_match, principal=principal)
    return render(None, 204)


@router.post(
    "/webhooks/{webhook_id}/secret", operation_id="rotateWebhookSecret", response_model=None
)
@typed(operations.ROTATE_WEBHOOK_SECRET)
async def rotate_webhook_secret(
    services: Services,
    principal: Caller,
    webhook_id: types.UUID,
) -> Response:
    """Replace the signing secret of a webhook."""
    return render_reply(
        await services.webhooks.rotate_webhook_secret(webhook_id, principal=principal)
    )


@router.post("/webhooks/{webhook_id}/ping", operation_id="pingWebhook", response_model=None)
@typed(operations.PING_WEBHOOK)
async def ping_webhook(
    services: Services,
    principal: Caller,
    webhook_id: types.UUID,
) -> Response:
    """Send a test event to a webhook."""
    return render(await services.webhooks.ping_webhook(webhook_id, principal=principal), 202)


@router.get(
    "/webhooks/{webhook_id}/deliveries", operation_id="listWebhookDeliveries", response_model=None
)
@typed(operations.LIST_WEBHOOK_DELIVERIES)
async def list_webhook_deliveries(
    services: Services,
    principal: Caller,
    webhook_id: types.UUID,
    *,
    limit: int,
    cursor: str | None,
) -> Response:
    """List the deliveries of a webhook."""
    return render_reply(
        await services.webhooks.list_webhook_deliveries(
            webhook_id, limit=limit, cursor=cursor, principal=principal
        )
    )


@router.post(
    "/webhook-deliveries/{delivery_id}/redeliver",
    operation_id="redeliverEvent",
    response_model=None,
)
@typed(operations.REDELIVER_EVENT)
async def redeliver_event(
    services: Services,
    principal: Caller,
    delivery_id: types.UUID,
) -> Response:
    """Deliver an event again."""
    return render(await services.webhooks.redeliver_event(delivery_id, principal=principal), 202)
