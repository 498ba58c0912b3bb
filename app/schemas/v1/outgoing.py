# Code generated from spec/v1 by make generate. DO NOT EDIT.
"""What the server sends to webhooks."""

from app.schemas.v1 import models

WebhookEvent = models.ItemCreatedEvent | models.WebhookPingEvent
"""An event of the contract; only such an event can be published."""
