"""Events on their way: signed, in their order, retried, and only to public addresses."""

import logging
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest
from fastapi import FastAPI
from prometheus_client import REGISTRY
from pydantic import SecretStr
from sqlalchemy import update

from app.core.config import Settings
from app.db.models.webhooks import Webhook
from app.main import create_app
from tests import backends, webhooks
from tests.apps import changed, own_log, running, started
from tests.clients import Caller
from tests.users import signed_in
from tests.versions import PREFIX
from tests.waiting import until
from tests.webhooks import Receiver, create, deliveries, ended, ping, receiving
from tests.workers import working


@dataclass(frozen=True)
class Shop:
    """A user, the application, and a receiver on this host."""

    user: Caller
    app: FastAPI
    receiver: Receiver


@pytest.fixture(scope="module")
def own(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Settings with which events reach this host, and retries come at once."""
    folder = tmp_path_factory.mktemp("webhooks")
    with backends.migrated(backends.kind_of(settings), folder) as url:
        yield changed(
            settings,
            database_url=SecretStr(url),
            redis_prefix=f"test:{uuid4().hex}:",
            webhook_networks=["127.0.0.0/8"],
            webhook_retry_seconds=0.01,
            webhook_attempts=3,
            webhook_timeout_seconds=60,
        )


@pytest.fixture(scope="module")
async def own_app(own: Settings) -> AsyncIterator[FastAPI]:
    """Run the application with a worker, on a database that no other one works on."""
    with own_log():
        async with running(create_app(own)) as application, working(own):
            yield application


@pytest.fixture
async def shop(own: Settings, own_app: FastAPI) -> AsyncIterator[Shop]:
    """A new user and a new receiver."""
    transport = httpx2.ASGITransport(app=own_app)
    client = httpx2.AsyncClient(transport=transport, base_url=f"http://test{PREFIX}")
    async with client, receiving(own) as receiver:
        yield Shop(await signed_in(own_app, client, "Ada"), own_app, receiver)


async def until_disabled(user: Caller, webhook: dict[str, Any]) -> None:
    async def is_disabled() -> bool:
        return (await user.get(f"/webhooks/{webhook['id']}")).json()["active"] is False

    await until(is_disabled)


async def test_an_event_is_signed_as_standard_webhooks_say(shop: Shop) -> None:
    webhook = await create(shop.user, shop.receiver.url)

    delivery = await ping(shop.user, webhook)

    [got] = await shop.receiver.wait(1)
    assert got.event["type"] == "webhook.ping"
    assert got.event["data"] == {"webhook_id": webhook["id"]}
    assert got.path == "/events"
    assert got.headers["content-type"] == "application/json"
    assert got.headers["webhook-id"] == delivery["event_id"]
    sent_at = datetime.fromtimestamp(int(got.headers["webhook-timestamp"]), UTC)
    assert sent_at.isoformat() >= delivery["created_at"][:19]
    assert got.is_signed_with(webhook["secret"])
    assert not got.is_signed_with((await create(shop.user))["secret"])


async def test_the_log_says_that_an_event_was_delivered(shop: Shop) -> None:
    webhook = await create(shop.user, shop.receiver.url)
    made = await ping(shop.user, webhook)

    [delivery] = await ended(shop.user, webhook)

    told = {"status": "delivered", "attempts": 1, "response_status": 204, "next_attempt_at": None}
    assert delivery == made | told | {"finished_at": delivery["finished_at"]}
    assert delivery["finished_at"] >= delivery["created_at"]


async def test_a_failed_attempt_is_repeated_with_the_same_id_and_body(shop: Shop) -> None:
    shop.receiver.statuses += [500, 301]
    webhook = await create(shop.user, shop.receiver.url)
    await ping(shop.user, webhook)

    [delivery] = await ended(shop.user, webhook)

    assert (delivery["status"], delivery["attempts"]) == ("delivered", 3)
    first, *others = shop.receiver.got
    assert [(one.headers["webhook-id"], one.body) for one in others] == [
        (first.headers["webhook-id"], first.body)
    ] * 2
    assert {one.path for one in shop.receiver.got} == {"/events"}, "no redirect is followed"
    assert (await shop.user.get(f"/webhooks/{webhook['id']}")).json()["failing_since"] is None


async def test_an_event_is_given_up_after_the_last_attempt(shop: Shop) -> None:
    shop.receiver.statuses += [500, 400, 503]
    webhook = await create(shop.user, shop.receiver.url)
    await ping(shop.user, webhook)

    [delivery] = await ended(shop.user, webhook)

    assert (delivery["status"], delivery["attempts"]) == ("failed", 3)
    assert (delivery["error"], delivery["response_status"]) == ("status", 503)
    read = (await shop.user.get(f"/webhooks/{webhook['id']}")).json()
    assert (read["active"], read["failing_since"] is None) == (True, False)


async def test_an_event_waits_until_the_earlier_one_has_ended(shop: Shop) -> None:
    shop.receiver.statuses += [500, 500, 500, 500]
    webhook = await create(shop.user, shop.receiver.url)
    ids = [(await ping(shop.user, webhook))["event_id"] for _ in range(4)]

    await ended(shop.user, webhook)

    order = [one.headers["webhook-id"] for one in shop.receiver.got]
    assert order == [ids[0]] * 3 + [ids[1]] * 2 + ids[2:]


async def test_a_receiver_that_is_slow_delays_no_other_one(shop: Shop, own: Settings) -> None:
    shop.receiver.may_answer.clear()
    slow = await create(shop.user, shop.receiver.url)
    await ping(shop.user, slow)
    await shop.receiver.wait(1)

    async with receiving(own) as other:
        await ping(shop.user, await create(shop.user, other.url))
        await other.wait(1)

    assert (await deliveries(shop.user, slow))[0]["status"] == "pending"
    shop.receiver.may_answer.set()
    await ended(shop.user, slow)


async def test_a_receiver_that_is_gone_is_disabled_at_once(
    shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="app.core.audit")
    shop.receiver.statuses += [410]
    webhook = await create(shop.user, shop.receiver.url)
    for _ in range(2):
        await ping(shop.user, webhook)

    await until_disabled(shop.user, webhook)

    read = (await shop.user.get(f"/webhooks/{webhook['id']}")).json()
    assert read["disabled_reason"] == "gone"
    waiting, gone = await deliveries(shop.user, webhook)
    assert (gone["status"], gone["attempts"]) == ("failed", 1)
    assert waiting["status"] == "pending"
    [line] = [vars(it) for it in caplog.records if vars(it).get("event") == "webhook.disabled"]
    assert (line["webhook_id"], line["reason"]) == (webhook["id"], "gone")


async def test_an_activated_webhook_gets_what_waited(shop: Shop) -> None:
    webhook = await create(shop.user, shop.receiver.url)
    path = f"/webhooks/{webhook['id']}"
    await shop.user.patch(path, {"active": False})
    waiting = await ping(shop.user, webhook)
    assert shop.receiver.got == []

    await shop.user.patch(path, {"active": True})

    [got] = await shop.receiver.wait(1)
    assert got.headers["webhook-id"] == waiting["event_id"]


async def test_a_receiver_that_fails_for_long_is_disabled(shop: Shop) -> None:
    webhook = await create(shop.user, shop.receiver.url)
    path = f"/webhooks/{webhook['id']}"
    long_ago = update(Webhook).values(failing_since=datetime(2020, 1, 1, tzinfo=UTC))
    async with shop.app.state.resources.database.write() as work:
        await work.session.execute(long_ago.where(Webhook.id == UUID(webhook["id"])))
    shop.receiver.statuses += [500]

    await ping(shop.user, webhook)

    await until_disabled(shop.user, webhook)
    assert (await shop.user.get(path)).json()["disabled_reason"] == "failing"
    again = (await shop.user.patch(path, {"active": True})).json()
    assert (again["disabled_reason"], again["failing_since"]) == (None, None)


@pytest.mark.parametrize("address", ["10.0.0.1", "169.254.169.254", "::1", "::ffff:10.0.0.1"])
async def test_a_name_that_leads_into_a_private_network_is_refused(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setitem(webhooks.names, "inside.example", [address])
    webhook = await create(shop.user, "https://inside.example/")
    await ping(shop.user, webhook)

    [delivery] = await ended(shop.user, webhook)

    assert (delivery["status"], delivery["error"]) == ("failed", "address")
    assert delivery["response_status"] is None


async def test_the_address_that_was_checked_is_the_one_that_is_called(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The name also leads to a private address, which is never tried; Host keeps the name."""
    monkeypatch.setitem(webhooks.names, "mixed.example", ["10.0.0.1", "127.0.0.1"])
    url = shop.receiver.url.replace("127.0.0.1", "mixed.example")
    await ping(shop.user, await create(shop.user, url))

    [got] = await shop.receiver.wait(1)

    assert got.headers["host"] == url.split("/")[2]


async def test_no_connection_and_no_answer_in_time_are_told_apart(
    own: Settings, idle_settings: Settings
) -> None:
    networks = own.webhook_networks
    hasty = changed(
        idle_settings, webhook_networks=networks, webhook_timeout_seconds=0.2, webhook_attempts=1
    )
    app = create_app(hasty)
    async with started(app) as client, working(hasty), receiving(own) as receiver:
        ada = await signed_in(app, client, "Ada")
        receiver.may_answer.clear()
        slow = await create(ada, receiver.url)
        unknown = await create(ada, "https://nowhere.example/")

        for webhook in (slow, unknown):
            await ping(ada, webhook)
        told = [(await ended(ada, webhook))[0]["error"] for webhook in (slow, unknown)]
        receiver.may_answer.set()

    assert told == ["timeout", "connection"]


async def test_an_event_is_delivered_again_on_demand(shop: Shop) -> None:
    webhook = await create(shop.user, shop.receiver.url)
    first = await ping(shop.user, webhook)
    await ended(shop.user, webhook)

    answer = await shop.user.post(f"/webhook-deliveries/{first['id']}/redeliver", None)

    assert answer.status_code == 202, answer.text
    assert answer.json()["event_id"] == first["event_id"]
    one, again = await shop.receiver.wait(2)
    assert (one.headers["webhook-id"], one.body) == (again.headers["webhook-id"], again.body)
    assert len(await ended(shop.user, webhook)) == 2


async def test_after_a_rotation_both_secrets_verify(shop: Shop) -> None:
    webhook = await create(shop.user, shop.receiver.url)
    answer = await shop.user.post(f"/webhooks/{webhook['id']}/secret", None)

    await ping(shop.user, webhook)

    [got] = await shop.receiver.wait(1)
    assert got.is_signed_with(webhook["secret"])
    assert got.is_signed_with(answer.json()["secret"])
    assert answer.json()["secret"] != webhook["secret"]


async def test_a_request_continues_the_trace_of_its_event(shop: Shop) -> None:
    webhook = await create(shop.user, shop.receiver.url)
    trace = "0af7651916cd43dd8448eb211c80319c"

    path, traceparent = f"/webhooks/{webhook['id']}/ping", f"00-{trace}-b7ad6b7169203331-01"
    await shop.user.request("POST", path, None, traceparent=traceparent)

    [got] = await shop.receiver.wait(1)
    assert got.headers["traceparent"].split("-")[1] == trace


async def test_attempts_are_counted_by_event_and_outcome(shop: Shop) -> None:
    def counted(outcome: str) -> float:
        labels = {"event_type": "webhook.ping", "outcome": outcome}
        return REGISTRY.get_sample_value("webhook_attempts_total", labels) or 0.0

    before = {outcome: counted(outcome) for outcome in ("status", "delivered")}
    shop.receiver.statuses += [500]
    webhook = await create(shop.user, shop.receiver.url)
    await ping(shop.user, webhook)
    await ended(shop.user, webhook)

    assert {it: counted(it) - before[it] for it in before} == {"status": 1, "delivered": 1}


async def test_an_event_that_is_given_up_is_counted(shop: Shop) -> None:
    def counted() -> float:
        labels = {"event_type": "webhook.ping"}
        return REGISTRY.get_sample_value("webhook_deliveries_dead_total", labels) or 0.0

    before = counted()
    shop.receiver.statuses += [500] * 3
    webhook = await create(shop.user, shop.receiver.url)
    await ping(shop.user, webhook)

    await until(lambda: counted() == before + 1)


async def test_no_line_of_the_log_has_an_event_a_url_or_a_secret(
    shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    shop.receiver.statuses += [500]
    webhook = await create(shop.user, f"{shop.receiver.url}?token=of-the-receiver")
    await ping(shop.user, webhook)
    await ended(shop.user, webhook)

    lines = [vars(it) for it in caplog.records if it.name.startswith("app")]
    told = [line for line in lines if line.get("event_type") == "webhook.ping"]
    assert [line["outcome"] for line in told] == ["status", "delivered"]
    for secret in ("of-the-receiver", webhook["secret"], '"data"'):
        assert secret not in repr(lines)


async def test_a_deleted_account_gets_nothing_and_leaves_nothing(shop: Shop) -> None:
    root = await signed_in(shop.app, shop.user.client, "Root", role="admin")
    user_id = UUID((await shop.user.get("/users/me")).json()["id"])
    webhook = await create(shop.user, shop.receiver.url)
    shop.receiver.may_answer.clear()
    for _ in range(2):
        await ping(shop.user, webhook)
    await shop.receiver.wait(1)

    assert (await root.delete(f"/users/{user_id}")).status_code == 204
    shop.receiver.may_answer.set()

    async def is_gone() -> bool:
        async with shop.app.state.resources.database.read() as work:
            mine = work.webhooks.owned_by(user_id)
            return bool(await work.webhooks.count(mine) == 0)

    await until(is_gone)
    assert len(shop.receiver.got) == 1
