"""Mail about accounts: verification, forgotten passwords, and who is told what."""

import socket
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import httpx2
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message as MessageHandler
from fastapi import FastAPI
from sqlalchemy import update

from app.core.mail import Mail, MailFailed, MailServer, SmtpMailer
from app.db.models import AccountToken
from app.db.unit_of_work import Database
from tests import api_keys
from tests.clients import PASSWORD, Caller, sign_in
from tests.mailbox import code_for, mail_to
from tests.problems import assert_problem

NEW = "staple the battery"


async def forgot(client: httpx2.AsyncClient, email: str) -> httpx2.Response:
    return await client.post("/auth/password/forgot", json={"email": email})


async def reset(client: httpx2.AsyncClient, token: str, password: str = NEW) -> httpx2.Response:
    body = {"token": token, "password": password}
    return await client.post("/auth/password/reset", json=body)


async def test_an_address_is_proven_with_the_code_from_the_mail_once(
    client: httpx2.AsyncClient, app: FastAPI, ada: Caller
) -> None:
    code = await code_for(app, ada.email, "confirm")

    first = await client.post("/auth/email/verify", json={"token": code})
    second = await client.post("/auth/email/verify", json={"token": code})

    assert first.status_code == 204
    assert assert_problem(second, 409, "conflict")["errors"][0]["pointer"] == "/token"
    assert (await ada.get("/users/me")).json()["email_verified"] is True


async def test_a_second_mail_makes_the_first_code_worthless(
    client: httpx2.AsyncClient, app: FastAPI, ada: Caller
) -> None:
    first = await code_for(app, ada.email, "confirm")

    assert (await ada.post("/users/me/verification", None)).status_code == 202

    second = await code_for(app, ada.email, "confirm")
    assert (await client.post("/auth/email/verify", json={"token": first})).status_code == 409
    assert (await client.post("/auth/email/verify", json={"token": second})).status_code == 204


async def test_a_reset_ends_the_keys_of_whoever_had_the_account_before(
    client: httpx2.AsyncClient, app: FastAPI, ada: Caller
) -> None:
    key = api_keys.with_key(ada, (await api_keys.create(ada))["key"])
    assert (await key.get("/items")).status_code == 200
    await forgot(client, ada.email)

    assert (await reset(client, await code_for(app, ada.email, "password"))).status_code == 204

    assert_problem(await key.get("/items"), 401, "unauthorized")


async def test_a_forgotten_password_is_replaced_and_every_session_ends(
    client: httpx2.AsyncClient, app: FastAPI, ada: Caller
) -> None:
    await forgot(client, ada.email)
    code = await code_for(app, ada.email, "password")

    assert (await reset(client, code)).status_code == 204

    assert (await ada.get("/users/me")).status_code == 401
    assert await sign_in(client, ada.email, password=NEW)
    assert_problem(await reset(client, code), 409, "conflict")


async def test_a_refused_password_leaves_the_code_good(
    client: httpx2.AsyncClient, app: FastAPI, ada: Caller
) -> None:
    await forgot(client, ada.email)
    code = await code_for(app, ada.email, "password")

    refused = await reset(client, code, ada.email)

    assert assert_problem(refused, 409, "conflict")["errors"][0]["code"] == "is-email"
    assert (await reset(client, code)).status_code == 204


async def test_a_code_expires(client: httpx2.AsyncClient, app: FastAPI, ada: Caller) -> None:
    await forgot(client, ada.email)
    code = await code_for(app, ada.email, "password")
    database: Database = app.state.resources.database
    async with database.write() as work:
        past = datetime.now(UTC) - timedelta(seconds=1)
        await work.users._session.execute(update(AccountToken).values(expires_at=past))

    assert_problem(await reset(client, code), 409, "conflict")


async def test_a_code_is_good_for_one_purpose_only(
    client: httpx2.AsyncClient, app: FastAPI, ada: Caller
) -> None:
    code = await code_for(app, ada.email, "confirm")

    assert_problem(await reset(client, code), 409, "conflict")


async def test_forgetting_tells_nobody_who_has_an_account(
    client: httpx2.AsyncClient, app: FastAPI, ada: Caller
) -> None:
    unknown = f"{uuid4().hex}@example.com"

    answers = [await forgot(client, ada.email), await forgot(client, unknown)]

    assert [answer.status_code for answer in answers] == [202, 202]
    assert answers[0].json() == answers[1].json()
    assert await mail_to(app, unknown) == []


async def test_the_owner_is_told_that_somebody_registered_the_address_again(
    client: httpx2.AsyncClient, app: FastAPI, ada: Caller
) -> None:
    await client.post("/auth/register", json={"email": ada.email, "password": PASSWORD})

    subjects = [message["Subject"] for message in await mail_to(app, ada.email)]
    assert subjects == ["Please confirm your address", "You have an account already"]


async def test_a_password_is_changed_by_who_knows_it_and_other_sessions_end(
    client: httpx2.AsyncClient, ada: Caller
) -> None:
    other = await sign_in(client, ada.email)
    body = {"current_password": "not this one", "new_password": NEW}

    wrong = await ada.request("PUT", "/users/me/password", body)
    right = await ada.request("PUT", "/users/me/password", body | {"current_password": PASSWORD})

    assert assert_problem(wrong, 409, "conflict")["errors"][0]["pointer"] == "/current_password"
    assert right.status_code == 204
    assert (await ada.get("/users/me")).status_code == 200
    headers = {"Authorization": f"Bearer {other['access_token']}"}
    assert (await client.get("/users/me", headers=headers)).status_code == 401
    assert await sign_in(client, ada.email, password=NEW)


async def test_a_mail_that_is_sent_again_is_the_same_one_with_the_same_code(
    client: httpx2.AsyncClient, app: FastAPI, ada: Caller
) -> None:
    deliver = app.state.resources.sign_in.account_mail.deliver
    user_id = UUID((await ada.get("/users/me")).json()["id"])
    for key in ("one", "one", "two"):
        await deliver("reset-password", user_id, key=key)

    mails = [mail for mail in await mail_to(app, ada.email) if "password" in mail["Subject"]]

    assert [mail["Message-ID"].partition("@")[0] for mail in mails] == ["<one", "<one", "<two"]
    codes = [mail.get_content().partition("Code: ")[2].split()[0] for mail in mails]
    assert codes[0] == codes[1] != codes[2]
    assert (await reset(client, codes[1])).status_code == 409
    assert (await reset(client, codes[2])).status_code == 204


class Inbox(MessageHandler):
    def __init__(self) -> None:
        super().__init__()
        self.received: list[tuple[str, str]] = []

    def handle_message(self, message) -> None:  # type: ignore[no-untyped-def] # noqa: ANN001
        self.received.append((message["To"], message["Subject"]))


def smtp(port: int) -> SmtpMailer:
    server = MailServer(host="127.0.0.1", port=port, security="none", username=None, password=None)
    return SmtpMailer(server, "no-reply@example.com")


MAIL = Mail(key="1", to="ada@example.com", subject="Hello", text="Good morning.\n")


async def test_mail_reaches_a_mail_server() -> None:
    inbox = Inbox()
    with socket.create_server(("127.0.0.1", 0)) as reserved:
        port = reserved.getsockname()[1]
    controller = Controller(inbox, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        await smtp(port).send(MAIL)
    finally:
        controller.stop()

    assert inbox.received == [("ada@example.com", "Hello")]


async def test_a_mail_server_that_is_gone_is_a_failure_without_the_address() -> None:
    with pytest.raises(MailFailed, match=r"^ConnectionRefusedError$"):
        await smtp(1).send(MAIL)
