"""Webhooks over HTTP, and a receiver of events on this host."""

import asyncio
import hmac
import json
import socket
from base64 import b64decode, b64encode
from collections.abc import AsyncIterator, MutableMapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Any
from uuid import UUID, uuid4

from app.core import outbound
from app.core.config import Settings
from app.db.models.webhooks import Webhook, WebhookDelivery
from tests.clients import Caller
from tests.serving import served
from tests.waiting import until

Message = MutableMapping[str, Any]

names: dict[str, list[str]] = {"localhost": ["127.0.0.1"]}
"""The addresses of names; tests know no others, so that no event leaves this host."""


def stay_on_this_host() -> None:
    """Resolve names by the table, and addresses of this host alone."""

    async def resolve(host: str, port: int) -> list[outbound.Address]:
        if host in names:
            return [ip_address(one) for one in names[host]]
        if host.startswith("127."):
            return [ip_address(host)]
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    outbound.resolve = resolve


@dataclass(frozen=True)
class Got:
    """A request that a receiver got."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def event(self) -> dict[str, Any]:
        """Return the body as JSON."""
        return dict(json.loads(self.body))

    def is_signed_with(self, secret: str) -> bool:
        """Verify the signature as Standard Webhooks 1.0.0 tells receivers to do."""
        key = b64decode(secret.removeprefix("whsec_"), validate=True)
        identified = f"{self.headers['webhook-id']}.{self.headers['webhook-timestamp']}."
        mac = hmac.new(key, identified.encode() + self.body, "sha256").digest()
        wanted = f"v1,{b64encode(mac).decode()}"
        return wanted in self.headers["webhook-signature"].split(" ")


@dataclass
class Receiver:
    """A server that keeps what it gets.

    Attributes:
        statuses: How it answers the next requests; later ones with 204.
        got: The requests, in their order.
        may_answer: Requests wait until it is set.
    """

    url: str = ""
    statuses: list[int] = field(default_factory=list[int])
    got: list[Got] = field(default_factory=list[Got])
    may_answer: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self, scope: Message, receive: Any, send: Any) -> None:  # noqa: ANN401
        """Handle a request (ASGI)."""
        if scope["type"] != "http":
            return
        body, more = b"", True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        self.got.append(Got(scope["path"], headers, body))
        await self.may_answer.wait()
        status = self.statuses.pop(0) if self.statuses else 204
        answered = [(b"location", b"/elsewhere")] if 300 <= status < 400 else []
        await send({"type": "http.response.start", "status": status, "headers": answered})
        await send({"type": "http.response.body", "body": b""})

    async def wait(self, count: int) -> list[Got]:
        """Return the requests once there are so many."""
        await until(lambda: len(self.got) >= count)
        return self.got


@asynccontextmanager
async def receiving(settings: Settings, *statuses: int) -> AsyncIterator[Receiver]:
    """Run a receiver on a free port of this host."""
    receiver = Receiver(statuses=list(statuses))
    receiver.may_answer.set()
    async with served(receiver, settings, lifespan="off") as port:
        receiver.url = f"http://127.0.0.1:{port}/events"
        yield receiver


def new_webhook(owner_id: UUID) -> Webhook:
    """Return a webhook that gets nothing, so that no worker runs its tasks."""
    return Webhook(
        owner_id=owner_id,
        url="https://shop.example/",
        event_types=None,
        salt=uuid4(),
        active=False,
    )


def new_delivery(webhook_id: UUID) -> WebhookDelivery:
    """Return a delivery that waits."""
    return WebhookDelivery(
        webhook_id=webhook_id,
        event_id=uuid4(),
        event_type="webhook.ping",
        payload="{}",
        traceparent=None,
    )


async def create(
    caller: Caller, url: str = "https://shop.example/", **fields: object
) -> Any:  # noqa: ANN401
    """Create a webhook and return it with its secret."""
    answer = await caller.post("/webhooks", {"url": url} | fields)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def ping(caller: Caller, webhook: dict[str, Any]) -> dict[str, Any]:
    """Send a test event and return its delivery."""
    answer = await caller.post(f"/webhooks/{webhook['id']}/ping", None)
    assert answer.status_code == 202, answer.text
    return dict(answer.json())


async def deliveries(caller: Caller, webhook: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the log of a webhook, the newest delivery first."""
    answer = await caller.get(f"/webhooks/{webhook['id']}/deliveries")
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def ended(caller: Caller, webhook: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the log once no delivery waits any more."""
    found: list[dict[str, Any]] = []

    async def all_ended() -> bool:
        found[:] = await deliveries(caller, webhook)
        return all(one["status"] != "pending" for one in found)

    await until(all_ended)
    return found
