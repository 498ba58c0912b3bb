"""Nothing secret in logs, also when requests and tasks fail.

Errors of drivers and libraries quote what they were given, so these tests provoke such errors. The
log lines of all tests are searched for secrets after each module (see conftest.py).
"""

import ast
import asyncio
import logging
import socket
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest
from aiosmtpd.controller import Controller
from fastapi import FastAPI
from pydantic import BaseModel, ConfigDict, SecretStr, ValidationError
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from app.core import audit
from app.core.config import Settings
from app.core.crypto.opaque import derive_secret, digest
from app.core.error_text import describe, format_exception
from app.core.logging import configure_logging
from app.core.mail import Mailer, MailServer, SmtpMailer
from app.db.models.tasks import DeadTask, Task
from app.db.models.users import User
from app.services.accounts.mail import AccountMail, SendAccountMail
from app.services.support.outbox import Payload
from app.tasks.account_mail import send_account_mail
from app.tasks.engine.context import Handler, TaskContext
from tests import api_keys, secrets_seen
from tests.api_keys import with_key
from tests.apps import own_log
from tests.clients import PASSWORD, Caller, sign_in, sign_up
from tests.refusals import CHECK_VIOLATION, refusing
from tests.structure.files import modules, read
from tests.tasks.conftest import Lab
from tests.users import new_user


@pytest.fixture
def lab(app: FastAPI, settings: Settings) -> Lab:
    """Give a runner of this module's own."""
    return Lab(settings, app.state.resources)


@pytest.fixture
async def used(client: httpx2.AsyncClient) -> dict[str, str]:
    """Tokens that were just used, so that this module alone has something to look for."""
    ada = await sign_up(client, "Ada")
    answer = await sign_in(client, ada.email)
    await ada.get("/users/me")
    # part api_keys
    key = (await api_keys.create(ada))["key"]
    await with_key(ada, key).get("/users/me")
    answer["key"] = key
    # end part
    return answer | {"email": ada.email}


def lines_since(start: int) -> str:
    return "\n".join(secrets_seen.lines[start:])


async def user_id_of(caller: Caller) -> UUID:
    return UUID((await caller.get("/users/me")).json()["id"])


async def stored_errors(lab: Lab, name: str) -> str:
    """Return what the rows of a kind of task say about its failures."""
    async with lab.resources.database.read() as work:
        session = work.session
        errors = [
            *await session.scalars(select(Task.last_error).where(Task.name == name)),
            *await session.scalars(select(DeadTask.error).where(DeadTask.name == name)),
        ]
    return "\n".join(error for error in errors if error)


async def test_a_failed_insert_of_an_account_logs_neither_address_nor_hash(
    app: FastAPI, client: httpx2.AsyncClient, settings: Settings
) -> None:
    code = CHECK_VIOLATION if settings.sqlite_file is None else "SQLITE_CONSTRAINT_TRIGGER"
    email, start = f"refused-{uuid4().hex}@example.com", len(secrets_seen.lines)

    async with refusing(app, "users", f"NEW.email = '{email}'"):
        answer = await client.post("/auth/register", json={"email": email, "password": PASSWORD})

    text = lines_since(start)
    assert answer.status_code == 500
    assert secrets_seen.found_in(text, [email, PASSWORD]) == []
    assert f"sqlalchemy.IntegrityError: {code}" in text


@pytest.mark.parametrize("column", ["a check", "not null"])
async def test_a_task_that_breaks_a_rule_of_the_database_stores_and_logs_no_row(
    lab: Lab, column: str
) -> None:
    payload = lab.payload(max_attempts=1)
    note, start = f"note of {uuid4().hex}", len(secrets_seen.lines)
    broken: dict[str, Any] = {"role": "nobody"} if column == "a check" else {"password_hash": None}

    async def break_rule(context: TaskContext, payload: Payload) -> None:
        user = new_user()
        user.display_name = note
        for name, value in broken.items():
            setattr(user, name, value)
        async with context.finish() as work:
            await work.users.add(user)

    await lab.add(payload)
    await lab.attempt({payload: break_rule})

    stored = await stored_errors(lab, payload.task)
    assert note not in stored + lines_since(start)
    assert "sqlalchemy.IntegrityError: " in stored
    assert "task is dead" in lines_since(start)


class Refusing:
    """A mail server that repeats the address that it refuses."""

    async def handle_RCPT(  # noqa: N802 - the name that aiosmtpd calls
        self, server: object, session: object, envelope: object, address: str, options: object
    ) -> str:
        return f"550 <{address}> is not known here"


def sending_by(mailer: Mailer, lab: Lab) -> Lab:
    """Return a laboratory whose tasks send the mail of accounts another way."""
    account_mail = AccountMail(
        lab.resources.database,
        mailer,
        link_url=None,
        reset_seconds=60,
        verify_seconds=60,
        secret_key=lab.settings.secret_key.get_secret_value(),
    )
    sign_in = replace(lab.resources.sign_in, account_mail=account_mail)
    return replace(lab, resources=replace(lab.resources, sign_in=sign_in))


async def test_a_mail_that_is_refused_stores_and_logs_neither_address_nor_code(
    lab: Lab, ada: Caller
) -> None:
    members = {"task": f"chore_{uuid4().hex}", "max_attempts": 1}
    kind: type[SendAccountMail] = type("Refused", (SendAccountMail,), members)
    payload = kind(kind="reset-password", user_id=await user_id_of(ada))
    key = await lab.add(payload)
    code = derive_secret(lab.settings.secret_key.get_secret_value(), f"account mail {key}")
    with socket.create_server(("127.0.0.1", 0)) as reserved:
        port = reserved.getsockname()[1]
    controller = Controller(Refusing(), hostname="127.0.0.1", port=port)
    controller.start()
    server = MailServer(host="127.0.0.1", port=port, security="none", username=None, password=None)
    mailer = SmtpMailer(server, "no-reply@example.com")
    lab, start = sending_by(mailer, lab), len(secrets_seen.lines)

    async with lab.claimed(payload) as task:
        await lab.execute(Handler(kind, send_account_mail), task)
    controller.stop()

    stored, text = await stored_errors(lab, payload.task), lines_since(start)
    assert secrets_seen.found_in(stored + text, [ada.email, code, digest(code)]) == []
    assert "MailFailed: SMTPRecipientsRefused" in stored


async def test_a_payload_that_cannot_be_read_is_neither_stored_nor_logged(lab: Lab) -> None:
    secret = f"secret-{uuid4().hex}"
    payload, start = lab.payload(max_attempts=1), len(secrets_seen.lines)

    async def read(context: TaskContext, payload: Payload) -> None:
        SendAccountMail.model_validate({"kind": secret, "user_id": secret})

    await lab.add(payload)
    await lab.attempt({payload: read})

    stored = await stored_errors(lab, payload.task)
    assert secret not in stored + lines_since(start)
    assert stored == "pydantic_core.ValidationError: kind literal_error, user_id uuid_parsing"


def test_malformed_settings_say_which_and_not_what() -> None:
    secret = f"postgresql://ada:{uuid4().hex}@host/name"

    with pytest.raises(ValidationError) as caught:
        Settings(_env_file=None, database_url=SecretStr(secret), redis_url=SecretStr("x" * 20))

    text = describe(caught.value)
    assert "database_url database_url, redis_url redis_url" in text
    assert secret not in format_exception(caught.value)


def test_an_exception_in_a_message_or_in_a_fact_is_described() -> None:
    class Strict(BaseModel):
        model_config = ConfigDict(extra="forbid")

        number: int

    secret, start = uuid4().hex, len(secrets_seen.lines)
    with pytest.raises(ValidationError) as caught:
        Strict.model_validate({"number": secret, secret: 1})

    logger = logging.getLogger("app")
    logger.error("refused: %s", caught.value, extra={"reason": caught.value})
    logger.error(caught.value)
    logger.error("grouped", exc_info=ExceptionGroup("several", [caught.value]))

    text = lines_since(start)
    assert text.count("number int_parsing, Strict extra_forbidden") == 4
    assert secret not in text


async def test_a_background_failure_of_the_loop_is_logged_without_its_message() -> None:
    secret, start = f"secret-{uuid4().hex}", len(secrets_seen.lines)
    loop = asyncio.get_running_loop()
    future = loop.create_future()
    future.set_exception(SQLAlchemyError(secret))

    with own_log():
        configure_logging("INFO")
        context = {"message": "never retrieved", "exception": future.exception(), "future": future}
        loop.default_exception_handler(context)

    assert "never retrieved" in lines_since(start)
    assert secret not in lines_since(start)


def test_every_engine_hides_the_parameters_of_statements() -> None:
    calls = [
        node
        for path in modules("app")
        for node in ast.walk(ast.parse(read(path)))
        if isinstance(node, ast.Call)
        and "create_engine" in ast.unparse(node.func).replace("_async", "")
    ]

    assert len(calls) >= 1
    assert all("hide_parameters=True" in ast.unparse(call) for call in calls)


def test_a_row_is_not_printed_with_its_values() -> None:
    user = User(email="ada@example.com", password_hash="$2b$", role="user", display_name=None)

    assert "ada" not in repr(user)


async def test_the_secrets_that_clients_use_are_seen(used: dict[str, str]) -> None:
    known = {used[name] for name in ("access_token", "refresh_token", "email")}

    assert known | {PASSWORD} <= secrets_seen.secrets
    assert {used["key"], digest(used["key"])} <= secrets_seen.secrets  # part api_keys
    assert secrets_seen.lines


@pytest.mark.parametrize(
    "secret", [PASSWORD, "$bcrypt-sha256$v=2,t=2b,r=4$salt$hash"], ids=["password", "hash"]
)
async def test_a_secret_in_a_log_line_would_be_found(used: dict[str, str], secret: str) -> None:
    before = len(secrets_seen.lines)

    audit.record(audit.Event.LOGIN_FAILED, reason=f"wrong: {secret}")

    written = secrets_seen.lines[before:]
    del secrets_seen.lines[before:]
    assert secret in secrets_seen.found_in("\n".join(written), secrets_seen.secrets)
