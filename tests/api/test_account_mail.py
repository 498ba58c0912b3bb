"""Mail about accounts: verification, forgotten passwords, and who is told what."""

import socket
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import httpx2
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message as MessageHandler
from fastapi import FastAPI
from sqlalchemy import update
from uuid_utils.compat import uuid7

from app.core.mail import Mail, MailFailed, MailServer, SmtpMailer
from app.db.models.account_tokens import AccountToken, Purpose
from app.db.unit_of_work import Database
from tests import api_keys
from tests.clients import PASSWORD, Caller, sign_in, sign_up
from tests.mailbox import code_for, mail_to
from tests.problems import assert_problem

NEW = "staple the battery"


@pytest.fixture
async def ada(client: httpx2.AsyncClient) -> Caller:
    """A user who got the mail of registration."""
    return await sign_up(client, "Ada")


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


# part api_keys
async def test_a_reset_ends_the_keys_of_whoever_had_the_account_before(
    client: httpx2.AsyncClient, app: FastAPI, ada: Caller
) -> None:
    key = api_keys.with_key(ada, (await api_keys.create(ada))["key"])
    assert (await key.get("/users/me")).status_code == 200
    await forgot(client, ada.email)

    assert (await reset(client, await code_for(app, ada.email, "password"))).status_code == 204

    assert_problem(await key.get("/users/me"), 401, "unauthorized")


# end part


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
        await work.session.execute(update(AccountToken).values(expires_at=past))

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


@dataclass(frozen=True)
class Codes:
    """Delivers codes to a user by tasks of this test's own, which may be repeated."""

    app: FastAPI
    client: httpx2.AsyncClient
    caller: Caller
    kind: Purpose

    async def deliver(self, key: str) -> str | None:
        """Run the task; return the code in its mail, None where it sent none."""
        user_id = UUID((await self._me()).json()["id"])
        before = len(await mail_to(self.app, self.caller.email))
        account_mail = self.app.state.resources.sign_in.account_mail
        await account_mail.deliver(self.kind, user_id, key=key)
        mails = (await mail_to(self.app, self.caller.email))[before:]
        if not mails:
            return None
        assert [mail["Message-ID"].partition("@")[0] for mail in mails] == [f"<{key}"]
        return str(mails[0].get_content().partition("Code: ")[2].split()[0])

    async def use(self, code: str) -> int:
        """Use a code; return the status."""
        if self.kind == "reset-password":
            return (await reset(self.client, code)).status_code
        return (await self.client.post("/auth/email/verify", json={"token": code})).status_code

    async def expire(self) -> None:
        """Let the codes expire."""
        past = datetime.now(UTC) - timedelta(seconds=1)
        async with self.app.state.resources.database.write() as work:
            await work.session.execute(update(AccountToken).values(expires_at=past))

    async def _me(self) -> httpx2.Response:
        answer = await self.caller.get("/users/me")
        if answer.status_code == 200:
            return answer
        token = (await sign_in(self.client, self.caller.email, password=NEW))["access_token"]
        return await self.client.get("/users/me", headers={"Authorization": f"Bearer {token}"})


@pytest.fixture(params=["reset-password", "verify-email"])
def codes(
    request: pytest.FixtureRequest, app: FastAPI, client: httpx2.AsyncClient, ada: Caller
) -> Codes:
    """Give codes of each purpose in turn."""
    return Codes(app, client, ada, request.param)


async def test_a_mail_that_is_sent_again_is_the_same_one_with_the_same_code(codes: Codes) -> None:
    key = str(uuid7())

    first, second = await codes.deliver(key), await codes.deliver(key)

    assert first is not None
    assert first == second
    assert await codes.use(first) == 204


async def test_a_used_code_stays_dead_when_its_task_is_repeated(codes: Codes) -> None:
    key = str(uuid7())
    code = await codes.deliver(key)
    assert code is not None
    assert await codes.use(code) == 204

    repeated = await codes.deliver(key)

    assert (repeated, await codes.use(code)) == (None, 409)


async def test_a_replaced_code_stays_dead_when_its_task_is_repeated(codes: Codes) -> None:
    keys = [str(uuid7()), str(uuid7())]
    first, second = await codes.deliver(keys[0]), await codes.deliver(keys[1])
    assert first is not None
    assert second is not None

    repeated = await codes.deliver(keys[0])

    assert (repeated, await codes.use(first), await codes.use(second)) == (None, 409, 204)


async def test_a_used_code_stays_dead_after_it_has_expired(codes: Codes) -> None:
    key = str(uuid7())
    code = await codes.deliver(key)
    assert code is not None
    await codes.use(code)
    await codes.expire()

    repeated = await codes.deliver(key)

    assert (repeated, await codes.use(code)) == (None, 409)


async def test_a_code_that_expired_unused_is_good_again_when_its_mail_is_sent_again(
    codes: Codes,
) -> None:
    key = str(uuid7())
    await codes.deliver(key)
    await codes.expire()

    repeated = await codes.deliver(key)

    assert repeated is not None
    assert await codes.use(repeated) == 204


async def test_a_changed_password_withdraws_the_code_for_ever(
    app: FastAPI, client: httpx2.AsyncClient, ada: Caller
) -> None:
    codes, key = Codes(app, client, ada, "reset-password"), str(uuid7())
    code = await codes.deliver(key)
    assert code is not None
    body = {"current_password": PASSWORD, "new_password": NEW}
    assert (await ada.request("PUT", "/users/me/password", body)).status_code == 204

    repeated = await codes.deliver(key)

    assert (repeated, await codes.use(code)) == (None, 409)


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
