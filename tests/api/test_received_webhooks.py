"""A webhook takes effect once, and only if its sender has just signed it."""

from collections.abc import AsyncIterator
from uuid import uuid4

import httpx2
import pytest

from app.core.config import Settings
from app.core.crypto.received_webhooks import read_secret, signature
from app.main import create_app
from tests.apps import changed, make_settings, started
from tests.clients import Caller
from tests.files import SECRET, scan_event, signed, stored
from tests.problems import assert_problem, refused_fields
from tests.waiting import until
from tests.workers import working


@pytest.fixture
async def worker(settings: Settings) -> AsyncIterator[None]:
    async with working(settings):
        yield


async def send(client: httpx2.AsyncClient, body: bytes, headers: dict[str, str]) -> httpx2.Response:
    return await client.post("/files/scans", content=body, headers=headers)


def test_the_signature_is_that_of_the_example_of_standard_webhooks() -> None:
    body = b'{"test": 2432232314}'

    found = signature(read_secret(SECRET), "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, body)

    assert found == "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.usefixtures("worker")
async def test_a_file_that_the_scanner_calls_infected_is_not_served(ada: Caller) -> None:
    file = await stored(ada)
    body = scan_event(file["id"])

    answer = await send(ada.client, body, signed(body))

    async def is_applied() -> bool:
        return bool((await ada.get(f"/files/{file['id']}")).json()["scan"] == "infected")

    assert (answer.status_code, answer.content) == (202, b"")
    await until(is_applied)
    assert_problem(await ada.get(f"/files/{file['id']}/content"), 409, "conflict")


@pytest.mark.usefixtures("worker")
async def test_a_repeat_is_accepted_and_has_no_effect(ada: Caller) -> None:
    first, second = await stored(ada), await stored(ada)
    bodies = [scan_event(file["id"]) for file in (first, second, second)]
    ids = ["msg_once", "msg_once", f"msg_{uuid4().hex}"]
    ids = [f"{ids[0]}{first['id']}", f"{ids[1]}{first['id']}", ids[2]]

    answers = [
        await send(ada.client, body, signed(body, message_id=one))
        for body, one in zip(bodies[:2], ids[:2], strict=True)
    ]
    before = (await ada.get(f"/files/{second['id']}")).json()["scan"]
    last = scan_event(first["id"], "clean")
    await send(ada.client, last, signed(last))

    async def is_applied() -> bool:
        return bool((await ada.get(f"/files/{first['id']}")).json()["scan"] == "clean")

    await until(is_applied)
    assert [answer.status_code for answer in answers] == [202, 202]
    assert before == (await ada.get(f"/files/{second['id']}")).json()["scan"] == "pending"


@pytest.mark.parametrize("age", [301, -3600])
async def test_an_old_request_and_one_from_the_future_are_refused(
    client: httpx2.AsyncClient, age: float
) -> None:
    body = scan_event(str(uuid4()))

    answer = await send(client, body, signed(body, age_seconds=age))

    assert_problem(answer, 400, "signature-refused")


async def test_a_changed_body_is_refused(client: httpx2.AsyncClient) -> None:
    headers = signed(scan_event(str(uuid4())))

    answer = await send(client, scan_event(str(uuid4())), headers)

    assert_problem(answer, 400, "signature-refused")


@pytest.mark.parametrize("change", ["v1a,{it}", "{it}", "v1,{it}x", "v2,{it}"])
async def test_another_kind_of_signature_is_refused(
    client: httpx2.AsyncClient, change: str
) -> None:
    body = scan_event(str(uuid4()))
    headers = signed(body)
    plain = headers["webhook-signature"].removeprefix("v1,")

    answer = await send(client, body, headers | {"webhook-signature": change.format(it=plain)})

    assert_problem(answer, 400, "signature-refused")


async def test_one_valid_signature_of_several_suffices(client: httpx2.AsyncClient) -> None:
    """A sender that replaces its secret signs with the old and the new one."""
    body = scan_event(str(uuid4()))
    headers = signed(body)
    both = f"v1,b3RoZXI= {headers['webhook-signature']}"

    answer = await send(client, body, headers | {"webhook-signature": both})

    assert answer.status_code == 202


async def test_a_signed_body_has_to_keep_the_contract(client: httpx2.AsyncClient) -> None:
    body = scan_event(str(uuid4()), "harmless")

    answer = await send(client, body, signed(body))

    assert refused_fields(answer) == {"/data/verdict": "enum"}


async def test_without_a_secret_there_is_no_webhook(settings: Settings) -> None:
    body = scan_event(str(uuid4()))

    async with started(create_app(changed(settings, scan_webhook_secret=None))) as client:
        answer = await send(client, body, signed(body))

    assert_problem(answer, 404, "not-found")


@pytest.mark.parametrize("secret", ["MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_short", "whsec_é"])
def test_a_secret_that_is_none_is_refused_at_the_start(secret: str) -> None:
    with pytest.raises(ValueError, match="write whsec_ and at least 24 bytes in base64"):
        make_settings(scan_webhook_secret=secret)
