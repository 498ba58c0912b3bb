"""The administrators' view of all accounts."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from app import schemas
from app.core.config import Settings
from app.main import create_app
from tests import backends, figures
from tests.apps import changed, make_settings, started
from tests.clients import Caller, sign_in, sign_up
from tests.mailbox import code_for
from tests.problems import assert_problem, refused_fields
from tests.users import signed_in

ROUNDS = 5


async def account_of(caller: Caller, admin: Caller) -> dict[str, Any]:
    """Return what an administrator sees of a user."""
    found = (await admin.get(f"/users?email={caller.email.upper()}")).json()["items"]
    assert len(found) == 1
    return dict(found[0])


async def path_of(caller: Caller) -> str:
    return f"/users/{(await caller.get('/users/me')).json()['id']}"


async def test_an_account_is_found_by_its_address(ada: Caller, admin: Caller) -> None:
    account = await account_of(ada, admin)

    schemas.Account.model_validate(account)
    assert account["email"] == ada.email
    assert (account["role"], account["disabled_at"]) == ("user", None)
    assert (await admin.get(f"/users/{account['id']}")).json() == account


async def test_accounts_are_narrowed_by_role_and_state(ada: Caller, admin: Caller) -> None:
    await admin.patch(await path_of(ada), {"disabled": True})

    admins = (await admin.get("/users?role=admin&limit=100")).json()["items"]
    disabled = (await admin.get("/users?disabled=true&limit=100")).json()["items"]
    enabled = (await admin.get("/users?disabled=false&role=user&limit=100")).json()["items"]

    assert admin.email in {account["email"] for account in admins}
    assert {account["role"] for account in admins} == {"admin"}
    assert ada.email in {account["email"] for account in disabled}
    assert None not in {account["disabled_at"] for account in disabled}
    assert {account["disabled_at"] for account in enabled} <= {None}


async def test_pages_end_and_skip_nobody(ada: Caller, bob: Caller, admin: Caller) -> None:
    for one in (ada, bob):
        await admin.patch(await path_of(one), {"disabled": True})
    few = "/users?disabled=true&limit=1"
    seen, link = [], few
    while link:
        page = (await admin.get(link)).json()
        seen += [account["id"] for account in page["items"]]
        link = page["next"] and f"{few}&cursor={page['next']}"

    assert len(seen) == len(set(seen))
    assert seen == sorted(seen, reverse=True)
    assert {(await account_of(one, admin))["id"] for one in (ada, bob)} <= set(seen)


async def test_a_cursor_is_good_for_its_filters_only(
    ada: Caller, bob: Caller, admin: Caller
) -> None:
    cursor = (await admin.get("/users?limit=1&disabled=false")).json()["next"]

    assert (await admin.get(f"/users?disabled=false&cursor={cursor}")).status_code == 200
    for query in ("", "disabled=true&", "role=user&disabled=false&"):
        assert_problem(await admin.get(f"/users?{query}cursor={cursor}"), 400, "invalid-cursor")


async def test_every_writable_field_of_the_contract_is_saved(ada: Caller, admin: Caller) -> None:
    """Grows with the contract: a field that the service forgets fails here."""
    samples = {"display_name": "Countess", "role": "admin", "disabled": True}
    assert set(samples) == set(schemas.AccountUpdate.model_fields)

    changed = (await admin.patch(await path_of(ada), samples)).json()

    assert changed["display_name"] == "Countess"
    assert changed["role"] == "admin"
    assert changed["disabled_at"] is not None
    assert await account_of(ada, admin) == changed


async def test_disabling_twice_keeps_the_first_moment(ada: Caller, admin: Caller) -> None:
    path = await path_of(ada)
    first = (await admin.patch(path, {"disabled": True})).json()

    again = await admin.patch(path, {"disabled": True})

    assert again.json() == first
    assert (await admin.patch(path, {"disabled": False})).json()["disabled_at"] is None


async def test_a_bad_change_is_refused(ada: Caller, admin: Caller) -> None:
    path = await path_of(ada)

    for change, refused in (
        ({"role": "owner"}, {"/role": "enum"}),
        ({"role": None}, {"/role": "string-type"}),
        ({"disabled": "yes"}, {"/disabled": "boolean-type"}),
        ({"email": "new@example.com"}, {"/email": "extra-forbidden"}),
    ):
        assert refused_fields(await admin.patch(path, change)) == refused


async def revalidate(admin: Caller, read: httpx2.Response) -> httpx2.Response:
    headers = {"If-None-Match": read.headers["ETag"]}
    return await admin.request("GET", f"/users/{read.json()['id']}", **headers)


async def test_an_address_that_was_verified_is_not_called_unchanged(
    app: FastAPI, client: httpx2.AsyncClient, admin: Caller
) -> None:
    ada = await sign_up(client, "Ada")
    code = await code_for(app, ada.email, "confirm")
    read = await admin.get(await path_of(ada))
    await client.post("/auth/email/verify", json={"token": code})

    answer = await revalidate(admin, read)

    assert answer.status_code == 200
    assert answer.json()["email_verified_at"] is not None
    assert answer.headers["ETag"] != read.headers["ETag"]


async def test_an_account_whose_hash_was_replaced_is_not_called_unchanged(
    ada: Caller, admin: Caller, settings: Settings
) -> None:
    read = await admin.get(await path_of(ada))
    dearer = create_app(changed(settings, bcrypt_rounds=5))
    async with started(dearer) as client:
        await sign_in(client, ada.email)

    answer = await revalidate(admin, read)

    assert answer.status_code == 200
    assert answer.json()["updated_at"] != read.json()["updated_at"]


async def test_a_change_of_what_has_changed_meanwhile_is_refused(
    ada: Caller, admin: Caller
) -> None:
    path = await path_of(ada)
    read = await admin.get(path)
    stale = read.headers["ETag"]
    unchanged = await admin.request("GET", path, **{"If-None-Match": stale})
    changed = await admin.request("PATCH", path, {"disabled": True}, **{"If-Match": stale})

    assert unchanged.status_code == 304
    assert changed.headers["ETag"] != stale
    for method in ("PATCH", "DELETE"):
        answer = await admin.request(method, path, {}, **{"If-Match": stale})
        assert_problem(answer, 412, "precondition-failed")
    fresh = {"If-Match": changed.headers["ETag"]}
    assert (await admin.request("DELETE", path, **fresh)).status_code == 204


# part api_keys
async def test_a_closed_account_makes_no_keys(ada: Caller, admin: Caller) -> None:
    path, body = await path_of(ada), {"name": "Key", "scopes": ["profile:read"]}

    await admin.patch(path, {"disabled": True})
    assert_problem(await ada.post("/api-keys", body), 401, "unauthorized")

    await admin.delete(path)
    assert_problem(await ada.post("/api-keys", body), 401, "unauthorized")


# end part


async def test_users_see_no_account_but_their_own(ada: Caller, bob: Caller) -> None:
    path = await path_of(bob)

    for method, target in (("GET", "/users"), ("GET", path), ("PATCH", path), ("DELETE", path)):
        answer = await ada.request(method, target, {})
        assert_problem(answer, 403, "insufficient-scope")


async def test_what_administrators_do_is_in_the_audit_log(
    ada: Caller, admin: Caller, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="app.core.audit")
    path = await path_of(ada)
    for change in ({"role": "admin"}, {"disabled": True}, {"disabled": False}, {"role": "admin"}):
        await admin.patch(path, change)
    await admin.delete(path)

    acts = [vars(record) for record in caplog.records if record.name == "app.core.audit"]
    lines = [act for act in acts if act["event"].startswith(("user.", "role."))]
    assert [line["event"] for line in lines] == [
        *("role.changed", "user.disabled", "user.enabled", "user.deleted"),
    ]
    assert {line["user_id"] for line in lines} == {path.rpartition("/")[2]}
    assert all("actor_id" in line for line in lines)


# The rest needs to know every administrator there is, so it has a database of its own.


@pytest.fixture(params=backends.DATABASES)
def own_settings(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Settings]:
    with backends.migrated(request.param, tmp_path) as url:
        yield make_settings(database_url=SecretStr(url), bcrypt_rounds=4)


@pytest.fixture
async def own_app(own_settings: Settings) -> FastAPI:
    return create_app(own_settings)


@pytest.fixture
async def alone(own_app: FastAPI) -> AsyncIterator[Caller]:
    """The only administrator."""
    async with started(own_app) as client:
        yield await signed_in(own_app, client, "Root", role="admin")


@pytest.mark.parametrize("loss", [{"role": "user"}, {"disabled": True}, None])
async def test_the_last_active_administrator_stays(
    alone: Caller, own_app: FastAPI, loss: dict[str, object] | None
) -> None:
    others_path = await path_of(await signed_in(own_app, alone.client, "Other", role="admin"))
    await alone.patch(others_path, {"disabled": True})
    path = await path_of(alone)

    answer = await alone.request("PATCH" if loss else "DELETE", path, loss)

    problem = assert_problem(answer, 409, "conflict")
    assert problem["detail"].startswith("This is the last active administrator")
    assert (await account_of(alone, alone))["role"] == "admin"
    assert (await account_of(alone, alone))["disabled_at"] is None
    # A disabled administrator is none that matters, and another active one is enough.
    assert (await alone.patch(others_path, {"role": "user"})).status_code == 200
    await alone.patch(others_path, {"role": "admin", "disabled": False})
    assert (await alone.request("PATCH" if loss else "DELETE", path, loss)).is_success


@pytest.mark.parametrize("loss", [{"role": "user"}, {"disabled": True}, None])
async def test_of_two_administrators_who_remove_each_other_one_stays(
    alone: Caller, own_app: FastAPI, own_settings: Settings, loss: dict[str, object] | None
) -> None:
    database, method = own_app.state.resources.database, "PATCH" if loss else "DELETE"
    statuses: list[list[int]] = []
    for _ in range(ROUNDS):
        one, two = [
            await signed_in(own_app, alone.client, name, role="admin") for name in ("One", "Two")
        ]
        for admin in (await one.get("/users?role=admin&limit=100")).json()["items"]:
            if admin["email"] not in {one.email, two.email}:
                await one.patch(f"/users/{admin['id']}", {"role": "user"})
        paths = [await path_of(two), await path_of(one)]

        answers = await asyncio.gather(
            *(
                admin.request(method, path, loss)
                for admin, path in zip((one, two), paths, strict=True)
            )
        )

        statuses.append(sorted(answer.status_code for answer in answers))
        async with database.write() as work:
            assert len(await work.users.lock_active_admins()) == 1
    # Who comes late finds either the other one gone from the list or the own session ended.
    assert {first for first, _ in statuses} == {200 if loss else 204}
    assert {second for _, second in statuses} <= {401, 409}
    figures.record(
        f"administrators who remove each other at once [{backends.kind_of(own_settings)}]",
        f"one stayed in {ROUNDS} of {ROUNDS} rounds",
    )
