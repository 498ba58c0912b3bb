# Code generated from spec/v1 by make generate. DO NOT EDIT.
"""The routers of every tag, in the order of the contract."""

from fastapi import APIRouter

from app.api.v1.routes import (
    api_keys,
    auth,
    exports,
    files,
    health,
    items,
    jwks,
    sessions,
    users,
    webhooks,
)

ROUTERS: tuple[APIRouter, ...] = (
    health.router,
    auth.router,
    jwks.router,
    sessions.router,
    users.router,
    api_keys.router,
    items.router,
    exports.router,
    files.router,
    webhooks.router,
)
