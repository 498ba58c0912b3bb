"""Webhooks over HTTP: created, changed, deleted, and the events that they get."""

import json
import logging
from base64 import b64decode
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi import FastAPI
from jsonschema_rs import Draft202012Validator
from sqlalchemy import select

from app.core.crypto.webhooks import sign
from app.db.models.webhooks import WebhookDelivery
from app.schemas import VERSIONS, WebhookEventType, WebhookPing, WebhookPingEvent
from app.schemas.document import contract_document
from app.services.support.events import publish
from tests import items
from tests.backends import EMBEDDED
from tests.clients import Caller
from tests.problems import assert_problem, refused_fields
from tests.statements import watched
from tests.versions import PREFIX
from tests.webhooks import create, ping


async def test_the_secret_of_a_webhook_is_shown_once(ada: Caller) -> None:
    answer = await ada.post("/webhooks", {"url": "https://shop.example/webhooks"})

    created = answer.json()
    assert answer.status_code == 201, answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Location"] == f"{PREFIX}/webhooks/{created['id']}"
    assert created.pop("secret").startswith("whsec_")
    read = await ada.get(f"/webhooks/{created['id']}")
    assert read.json() == created
    assert read.headers["ETag"] == answer.headers["ETag"]
    assert (await ada.get("/webhooks")).json()["items"] == [created]


async def test_no_secret_is_stored(ada: Caller, app: FastAPI) -> None:
    with watched(app) as statements:
        webhook = await create(ada)

    assert webhook["secret"] not in repr([statement.parameters for statement in statements])


def test_a_signature_is_that_of_the_libraries_for_receivers() -> None:
    """The values that the libraries of Standard Webhooks are tested with."""
    secret = b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    body = b'{"test": 2432232314}'

    signature = sign(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body)

    assert signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@EMBEDDED
@pytest.mark.parametrize(
    "url",
    [
        *("http://127.0.0.1/", "http://127.1/", "http://2130706433/", "http://0x7f000001/"),
        *("http://localhost:8000/", "http://api.localhost/", "http://10.0.0.1/", "http://[::1]/"),
        *("https://169.254.169.254/latest", "https://[::ffff:10.0.0.1]/", "http://0.0.0.0/"),
        *("https://[64:ff9b::a00:1]/", "https://[fe80::1]/", "https://224.0.0.1/"),
        *("https://user@shop.example/", "https://a:b@shop.example/", "https://shop.example/#a"),
        *("https://shop.example:0/", "https://shop.example:99999/"),
    ],
)
async def test_a_url_that_is_not_public_is_refused(ada: Caller, url: str) -> None:
    answer = await ada.post("/webhooks", {"url": url})

    assert refused_fields(answer) == {"/url": "format"}
    webhook = await create(ada)
    changed = await ada.patch(f"/webhooks/{webhook['id']}", {"url": url})
    assert refused_fields(changed) == {"/url": "format"}


@pytest.mark.parametrize(
    ("change", "refused"),
    [
        ({"url": "ftp://shop.example/"}, {"/url": "pattern"}),
        ({"event_types": []}, {"/event_types": "array-too-short"}),
        ({"event_types": ["user.created"]}, {"/event_types/0": "enum"}),
        ({"secret": "mine"}, {"/secret": "extra-forbidden"}),
    ],
)
async def test_a_bad_wish_is_refused(
    ada: Caller, change: dict[str, object], refused: dict[str, str]
) -> None:
    answer = await ada.post("/webhooks", {"url": "https://shop.example/"} | change)

    assert refused_fields(answer) == refused


async def test_a_change_needs_the_version_that_the_caller_read(ada: Caller) -> None:
    webhook = await create(ada)
    path, tag = f"/webhooks/{webhook['id']}", '"1"'

    changed = await ada.request("PATCH", path, {"active": False}, **{"If-Match": tag})
    late = await ada.request("PATCH", path, {"active": True}, **{"If-Match": tag})

    assert (changed.status_code, changed.json()["active"]) == (200, False)
    assert changed.headers["ETag"] != tag
    assert_problem(late, 412, "precondition-failed")
    unchanged = await ada.request("GET", path, None, **{"If-None-Match": changed.headers["ETag"]})
    assert unchanged.status_code == 304


async def test_a_deleted_webhook_has_no_log(ada: Caller) -> None:
    webhook = await create(ada)
    await ping(ada, webhook)

    assert (await ada.delete(f"/webhooks/{webhook['id']}")).status_code == 204

    for path in ("", "/deliveries"):
        assert_problem(await ada.get(f"/webhooks/{webhook['id']}{path}"), 404, "not-found")


async def test_nobody_sees_the_webhooks_of_others(ada: Caller, bob: Caller) -> None:
    webhook = await create(ada)
    delivery = await ping(ada, webhook)
    path = f"/webhooks/{webhook['id']}"

    answers = [
        await bob.get(path),
        await bob.get(f"{path}/deliveries"),
        await bob.patch(path, {"active": False}),
        await bob.delete(path),
        await bob.post(f"{path}/ping", None),
        await bob.post(f"{path}/secret", None),
        await bob.post(f"/webhook-deliveries/{delivery['id']}/redeliver", None),
    ]

    for answer in answers:
        assert_problem(answer, 404, "not-found")
    assert (await bob.get("/webhooks")).json()["items"] == []


async def test_pages_of_a_log_end_and_skip_nothing(ada: Caller) -> None:
    webhook = await create(ada)
    ids = [(await ping(ada, webhook))["id"] for _ in range(3)]
    path = f"/webhooks/{webhook['id']}/deliveries?limit=2"

    first = (await ada.get(path)).json()
    second = (await ada.get(f"{path}&cursor={first['next']}")).json()

    assert [one["id"] for one in first["items"] + second["items"]] == ids[::-1]
    assert second["next"] is None


async def test_a_user_has_a_limited_number_of_webhooks(
    ada: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.services.webhooks._MOST", 2)
    for _ in range(2):
        await create(ada)

    answer = await ada.post("/webhooks", {"url": "https://shop.example/"})

    assert_problem(answer, 409, "conflict")


async def test_the_acts_on_a_webhook_are_in_the_audit_log(
    ada: Caller, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="app.core.audit")
    webhook = await create(ada)
    path = f"/webhooks/{webhook['id']}"

    await ada.patch(path, {"active": False})
    rotated = await ada.post(f"{path}/secret", None)
    await ada.delete(path)

    lines = [vars(it) for it in caplog.records if vars(it).get("webhook_id") == webhook["id"]]
    acts = ["created", "changed", "secret_rotated", "deleted"]
    assert [line["event"] for line in lines] == [f"webhook.{act}" for act in acts]
    assert not {webhook["secret"], rotated.json()["secret"]} & set(repr(lines).split("'"))


def test_every_event_of_the_contract_can_be_asked_for() -> None:
    contract = json.loads(contract_document(VERSIONS[-1]))

    assert {it.value for it in WebhookEventType} == set(contract["webhooks"])


async def payloads(app: FastAPI, webhook: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the events that are on their way to a webhook."""
    mine = WebhookDelivery.webhook_id == UUID(webhook["id"])
    async with app.state.resources.database.read() as work:
        found = await work.session.scalars(select(WebhookDelivery.payload).where(mine))
        return [json.loads(text) for text in found]


async def test_a_use_case_that_fails_sends_nothing(ada: Caller, app: FastAPI) -> None:
    webhook = await create(ada)
    owner_id = UUID((await ada.get("/users/me")).json()["id"])
    event = WebhookPingEvent(
        type="webhook.ping",
        timestamp=datetime.now(UTC),
        data=WebhookPing(webhook_id=UUID(webhook["id"])),
    )

    async def fail() -> None:
        async with app.state.resources.database.write() as work:
            await publish(work, event, owner_id=owner_id)
            raise ValueError("too late")

    with pytest.raises(ValueError, match="too late"):
        await fail()

    assert await payloads(app, webhook) == []


# part example
async def test_a_new_item_is_an_event_for_its_owner(ada: Caller, bob: Caller, app: FastAPI) -> None:
    asked = [await create(ada), await create(ada, event_types=["item.created"])]
    others = [await create(ada, event_types=["webhook.ping"]), await create(bob)]

    item = await items.create(ada)

    for webhook in asked:
        [event] = await payloads(app, webhook)
        assert event == {
            "type": "item.created",
            "timestamp": event["timestamp"],
            "data": item,
        }
    assert [await payloads(app, webhook) for webhook in others] == [[], []]


async def test_an_event_keeps_its_schema(ada: Caller, app: FastAPI) -> None:
    webhook, document = await create(ada), json.loads(contract_document(VERSIONS[-1]))
    await items.create(ada, description=None)

    [event] = await payloads(app, webhook)

    schema = {"$ref": "#/components/schemas/ItemCreatedEvent"}
    Draft202012Validator(document | schema, validate_formats=True).validate(event)


async def test_a_repeated_request_is_one_event(ada: Caller, app: FastAPI) -> None:
    webhook, key = await create(ada), {"Idempotency-Key": str(uuid4())}

    for _ in range(2):
        await ada.request("POST", "/items", {"name": "Oak"}, **key)

    assert len(await payloads(app, webhook)) == 1


# end part
