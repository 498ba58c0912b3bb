"""A deleted account disappears at once for every caller; a task deletes the rest."""

from uuid import UUID, uuid4

import httpx2
import pytest
from fastapi import FastAPI
from sqlalchemy import func, select

from app.core.crypto.opaque import digest
from app.db.base import Base
from app.db.models.account_tokens import Purpose
from app.db.models.tasks import Task
from app.db.unit_of_work import Database
from tests import api_keys, items
from tests.clients import PASSWORD, Caller, get_token, sign_in, sign_up
from tests.exports import ask
from tests.files import stored
from tests.problems import assert_problem
from tests.users import signed_in

# Schedules of the running application add rows to the others at any time.
TABLES = [
    table for table in Base.metadata.sorted_tables if table.name not in {"schedules", "tasks"}
]


@pytest.fixture
async def root(idle: FastAPI, idle_client: httpx2.AsyncClient) -> Caller:
    """An administrator of the application."""
    return await signed_in(idle, idle_client, "Root", role="admin")


@pytest.fixture
async def eve(root: Caller) -> Caller:
    """A user who owns something of everything."""
    eve = await sign_up(root.client, "Eve")
    await sign_in(root.client, eve.email)
    # part example
    await eve.request("POST", "/items", {"name": "Chair"}, **{"Idempotency-Key": "k"})
    # end part
    await ask(eve)  # part exports
    await stored(eve)  # part files
    return eve


def database_of(app: FastAPI) -> Database:
    database: Database = app.state.resources.database
    return database


async def id_of(caller: Caller) -> UUID:
    return UUID((await caller.get("/users/me")).json()["id"])


async def count_rows(app: FastAPI) -> dict[str, int]:
    """Return how many rows each table has."""
    async with database_of(app).read() as work:
        return {
            table.name: await work.session.scalar(select(func.count()).select_from(table)) or 0
            for table in TABLES
        }


async def run_deletion(app: FastAPI) -> None:
    """Do what the task does."""
    for delete in ("idempotency_keys.delete_of_deleted_accounts", "users.delete_deleted"):
        repository, method = delete.split(".")
        deleted = 1
        while deleted:
            async with database_of(app).write() as work:
                deleted = await getattr(getattr(work, repository), method)()


async def test_every_way_in_is_closed_before_anything_is_deleted(
    root: Caller, eve: Caller, idle: FastAPI
) -> None:
    tokens = await sign_in(eve.client, eve.email)
    key = api_keys.with_key(eve, (await api_keys.create(eve))["key"])  # part api_keys
    eve_id, before = await id_of(eve), await count_rows(idle)

    assert (await root.delete(f"/users/{eve_id}")).status_code == 204

    after = await count_rows(idle)
    assert after["users"] == before["users"], "the row goes in the background"
    assert_problem(await eve.get("/users/me"), 401, "unauthorized")
    assert_problem(await key.get("/users/me"), 401, "unauthorized")  # part api_keys
    for form in (
        {"grant_type": "password", "username": eve.email, "password": PASSWORD},
        {"grant_type": "password", "username": f"deleted:{eve_id}", "password": ""},
        {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]},
    ):
        answer = await eve.client.post("/auth/token", data=form)
        assert answer.status_code in {400, 422}, answer.text


async def test_administrators_find_no_deleted_account(root: Caller, eve: Caller) -> None:
    eve_id = await id_of(eve)
    await root.delete(f"/users/{eve_id}")

    for method in ("GET", "PATCH", "DELETE"):
        answer = await root.request(method, f"/users/{eve_id}", {})
        assert_problem(answer, 404, "not-found")
    for query in ("", "?disabled=true", f"?email={eve.email}"):
        listed = (await root.get(f"/users{query}")).json()["items"]
        assert str(eve_id) not in {account["id"] for account in listed}


@pytest.mark.parametrize("purpose", ["verify-email", "reset-password"])
async def test_codes_that_were_mailed_before_are_refused(
    root: Caller, eve: Caller, idle: FastAPI, purpose: Purpose
) -> None:
    eve_id = await id_of(eve)
    async with database_of(idle).write() as work:
        await work.account_tokens.put(
            digest("code"), eve_id, purpose, task_id=uuid4(), life_seconds=60
        )
    await root.delete(f"/users/{eve_id}")

    verified = await eve.client.post("/auth/email/verify", json={"token": "code"})
    body = {"token": "code", "password": "staple the battery"}
    reset = await eve.client.post("/auth/password/reset", json=body)

    assert_problem(verified, 409, "conflict")
    assert_problem(reset, 409, "conflict")


async def test_a_deleted_address_gets_no_mail(root: Caller, eve: Caller, idle: FastAPI) -> None:
    await root.delete(f"/users/{await id_of(eve)}")
    mail = select(func.count()).select_from(Task).where(Task.name == "send_account_mail")
    async with database_of(idle).read() as work:
        before = await work.session.scalar(mail)

    answer = await eve.client.post("/auth/password/forgot", json={"email": eve.email})

    assert answer.status_code == 202
    async with database_of(idle).read() as work:
        assert await work.session.scalar(mail) == before


async def test_the_address_can_be_registered_again_at_once(root: Caller, eve: Caller) -> None:
    eve_id = await id_of(eve)
    await root.delete(f"/users/{eve_id}")

    account = {"email": eve.email, "password": PASSWORD}
    registered = await eve.client.post("/auth/register", json=account)
    token = await get_token(eve.client, eve.email)
    again = Caller(eve.email, {"Authorization": f"Bearer {token}"}, eve.client)

    assert registered.status_code == 202
    assert await id_of(again) != eve_id
    # part example
    assert await items.walk(again) == [], "a new account shares nothing with the old one"
    # end part


async def test_what_an_account_said_about_a_person_is_deleted_at_once(
    root: Caller, eve: Caller, idle: FastAPI
) -> None:
    eve_id = await id_of(eve)
    await root.delete(f"/users/{eve_id}")

    users = Base.metadata.tables["users"]
    async with database_of(idle).read() as work:
        [row] = (await work.session.execute(select(users).where(users.c.id == eve_id))).mappings()
    assert (row["email"], row["password_hash"]) == (f"deleted:{eve_id}", "")
    assert row["display_name"] is row["email_verified_at"] is None


async def test_a_deleted_user_leaves_nothing_behind(root: Caller, idle: FastAPI) -> None:
    await run_deletion(idle)
    before = await count_rows(idle)
    eve = await sign_up(root.client, "Eve")
    # part example
    await eve.request("POST", "/items", {"name": "Chair"}, **{"Idempotency-Key": "k"})
    # end part
    await api_keys.create(eve)  # part api_keys
    eve_id = await id_of(eve)
    async with database_of(idle).write() as work:
        await work.account_tokens.put(
            digest("code"), eve_id, "verify-email", task_id=uuid4(), life_seconds=60
        )
    await stored(eve)  # part files
    # part exports
    export = await ask(eve)
    async with database_of(idle).write() as work:
        row = await work.exports.get_open(UUID(export["id"]))
        assert row is not None
        await work.exports.add_chunk(row, b"id")
    # end part
    await root.delete(f"/users/{eve_id}")

    await run_deletion(idle)

    assert await count_rows(idle) == before
