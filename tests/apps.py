"""Applications of a test's own: other settings, other services, other resources."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from typing import Any

import httpx2
from fastapi import FastAPI, Request
from pydantic import SecretStr

from app import schemas
from app.api import deps
from app.core.config import Settings
from app.core.context import request_id
from tests import files
from tests.keys import keys_file
from tests.versions import PREFIX

GENEROUS_LIMITS = {
    "max_requests": 10_000,
    "request_timeout_seconds": 600,
    "redis_timeout_seconds": 60,
    "database_pool_timeout_seconds": 60,
    "database_connect_timeout_seconds": 60,
    "database_statement_timeout_seconds": 60,
    "database_lock_timeout_seconds": 60,
    "cache_absent_seconds": 60,
    "task_shutdown_seconds": 60,
    "refresh_grace_seconds": 600,
}
"""Time limits that no slow machine exceeds; a test of a limit sets its own."""

UNREACHABLE_DATABASE = SecretStr("postgresql+psycopg://nobody@127.0.0.1:1/nothing")


def make_settings(**changes: object) -> Settings:
    """Return settings of a test application; nothing comes from a `.env`.

    Unless `database_url` is given, the application has no database.
    """
    fields: dict[str, Any] = {
        "_env_file": None,
        "environment": "test",
        "database_url": UNREACHABLE_DATABASE,
        "secret_key": SecretStr("test-secret-of-more-than-32-characters"),
        "rate_limit_scale": 1_000,
        "signing_keys_file": keys_file(),
        "scan_webhook_secret": SecretStr(files.SECRET),  # part files
        "mail_folder": keys_file().with_name("mail"),
        "login_floor_seconds": 0,
        "login_delay_seconds": 0,
        **GENEROUS_LIMITS,
    }
    if changes.get("environment") == "production":
        fields |= {
            "public_url": "https://api.example.com",
            "smtp_host": "smtp.example.com",
            "mail_from": "api@example.com",
        }
    return Settings(**fields | changes)


def changed(settings: Settings, **changes: object) -> Settings:
    """Return other settings that differ in some values; they are validated again."""
    fields: dict[str, Any] = {name: getattr(settings, name) for name in type(settings).model_fields}
    return Settings(_env_file=None, **fields | changes)


@contextmanager
def own_log() -> Iterator[None]:
    """Undo the log configuration of an application at the end of the block."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    try:
        yield
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)


@asynccontextmanager
async def running(app: FastAPI) -> AsyncIterator[FastAPI]:
    """Run an application; what it does in the background belongs to no request of the test."""
    request_id.set(None)
    async with app.router.lifespan_context(app):
        yield app


class _Transport(httpx2.ASGITransport):
    """Gives each request a context of its own, as a server does."""

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        return await asyncio.create_task(super().handle_async_request(request))


class AppClient(httpx2.AsyncClient):
    """An anonymous client of an application in this process, with paths of the oldest version."""

    def __init__(self, app: FastAPI, address: str = "127.0.0.1") -> None:
        self.app = app
        transport = _Transport(app=app, client=(address, 1234))
        super().__init__(transport=transport, base_url=f"http://test{PREFIX}")


@asynccontextmanager
async def started(app: FastAPI) -> AsyncIterator[AppClient]:
    """Start an application and give an anonymous client of it."""
    with own_log():
        async with running(app), AppClient(app) as client:
            yield client


def replace_services(app: FastAPI, **replaced: Any) -> None:  # noqa: ANN401 - may be incomplete
    """Let the routes of all versions call these services instead of the application's own."""

    async def newest(request: Request) -> schemas.Services:
        return replace(await deps.services(request), **replaced)

    app.dependency_overrides[deps.services] = newest
