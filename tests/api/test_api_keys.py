"""API keys over HTTP: made, listed, revoked, and used instead of a token."""

import asyncio
import logging
import re
from typing import Any
from uuid import UUID

import httpx2
import pytest
from fastapi import FastAPI
from sqlalchemy import update

from app import schemas
from app.core.config import Settings
from app.core.crypto.api_keys import hash_of, make_key
from app.db.base import DatabaseNow
from app.db.models.api_keys import ApiKey
from tests.api_keys import HEADER, create, with_key
from tests.clients import Caller, get_token
from tests.problems import assert_problem, challenge_of, refused_fields
from tests.refusals import SERIALIZATION_FAILURE, refusing
from tests.statements import watched
from tests.versions import OPERATIONS


async def set_columns(app: FastAPI, key: dict[str, Any], **columns: object) -> None:
    async with app.state.resources.database.write() as work:
        await work.session.execute(
            update(ApiKey).where(ApiKey.id == UUID(key["id"])).values(**columns)
        )


async def test_a_key_is_shown_once_and_acts_for_its_maker(ada: Caller) -> None:
    answer = await ada.post("/api-keys", {"name": "Import", "scopes": ["profile:read"]})

    assert answer.status_code == 201, answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    created = answer.json()
    key = created.pop("key")
    assert answer.headers["Location"].endswith(f"/api-keys/{created['id']}")
    assert (await ada.get(f"/api-keys/{created['id']}")).json() == created
    assert (await ada.get("/api-keys")).json()["items"] == [created]
    assert key.startswith(created["prefix"])
    assert (await with_key(ada, key).get("/users/me")).json()["email"] == ada.email


async def test_only_the_hash_of_a_key_is_stored(ada: Caller, app: FastAPI) -> None:
    with watched(app) as statements:
        key = await create(ada)

    written = repr([statement.parameters for statement in statements])
    assert hash_of(key["key"]) in written
    assert key["key"][len(key["prefix"]) :] not in written


async def test_keys_differ_and_can_be_recognised() -> None:
    keys = {make_key() for _ in range(1000)}

    assert len(keys) == 1000
    assert all(re.fullmatch("itemsapi_[0-9A-Za-z]{43}_[0-9a-f]{8}", key) for key in keys)


async def test_garbage_is_refused_without_a_query(
    ada: Caller, client: httpx2.AsyncClient, app: FastAPI
) -> None:
    key = (await create(ada))["key"]
    other_checksum = key[:-1] + ("0" if key[-1] != "0" else "1")

    with watched(app) as statements:
        for garbage in ("abc", key[:-1], other_checksum, key.upper(), f"{key}x"):
            answer = await client.get("/users/me", headers={HEADER: garbage})
            assert_problem(answer, 401, "unauthorized")

    assert statements == []


async def test_a_well_formed_key_that_nobody_made_is_refused(client: httpx2.AsyncClient) -> None:
    answer = await client.get("/users/me", headers={HEADER: make_key()})

    problem = assert_problem(answer, 401, "unauthorized")
    assert problem["detail"].startswith("The API key is not valid")
    assert challenge_of(answer) == "Bearer"


async def test_a_revoked_key_opens_nothing_from_then_on(ada: Caller) -> None:
    key = await create(ada)
    assert (await with_key(ada, key["key"]).get("/users/me")).status_code == 200

    assert (await ada.delete(f"/api-keys/{key['id']}")).status_code == 204

    assert_problem(await with_key(ada, key["key"]).get("/users/me"), 401, "unauthorized")
    assert_problem(await ada.get(f"/api-keys/{key['id']}"), 404, "not-found")


async def test_an_expired_key_opens_nothing(ada: Caller, app: FastAPI) -> None:
    key = await create(ada)
    await set_columns(app, key, expires_at=DatabaseNow(-1))

    assert_problem(await with_key(ada, key["key"]).get("/users/me"), 401, "unauthorized")


async def test_a_key_lives_for_the_days_that_were_asked_for(ada: Caller) -> None:
    keys = [await create(ada, expires_in_days=days) for days in (1, 365)]

    for key, days in zip(keys, (1, 365), strict=True):
        read = schemas.ApiKeyCreated.model_validate(key)
        seconds = (read.expires_at - read.created_at).total_seconds()
        assert seconds == pytest.approx(days * 86_400, abs=60)


async def test_the_keys_of_a_disabled_user_rest(ada: Caller, admin: Caller) -> None:
    caller = with_key(ada, (await create(ada))["key"])
    path = f"/users/{(await ada.get('/users/me')).json()['id']}"

    await admin.patch(path, {"disabled": True})
    assert_problem(await caller.get("/users/me"), 401, "unauthorized")

    await admin.patch(path, {"disabled": False})
    assert (await caller.get("/users/me")).status_code == 200


# part example
async def test_a_key_may_not_do_what_it_was_not_made_for(ada: Caller) -> None:
    caller = with_key(ada, (await create(ada, scopes=["items:read"]))["key"])

    answer = await caller.get("/users/me")

    assert_problem(answer, 403, "insufficient-scope")
    assert (await caller.get("/items")).status_code == 200


# end part


async def test_a_key_loses_what_its_makers_role_loses(
    ada: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    caller = with_key(ada, (await create(ada))["key"])
    assert (await caller.get("/users/me")).status_code == 200

    monkeypatch.setattr("app.services.api_keys.ROLE_SCOPES", {"user": frozenset(), "admin": ()})

    assert_problem(await caller.get("/users/me"), 403, "insufficient-scope")


async def test_a_key_gets_no_scope_that_the_makers_token_lacks(
    ada: Caller, client: httpx2.AsyncClient
) -> None:
    token = await get_token(client, ada.email, scope="api_keys:write")
    narrow = Caller(ada.email, {"Authorization": f"Bearer {token}"}, client)

    body = {"name": "Wide", "scopes": ["profile:read"]}
    problem = assert_problem(await narrow.post("/api-keys", body), 403, "insufficient-scope")

    assert problem["detail"] == "This operation needs the scopes: profile:read."
    assert (await ada.get("/api-keys")).json()["items"] == []


async def test_the_scopes_of_keys_are_those_that_operations_accept_from_them() -> None:
    accepted = {
        scope
        for operation in OPERATIONS.values()
        for alternative in operation.security
        for scope in alternative.get("api_key", ())
    }

    assert {scope.value for scope in schemas.ApiKeyScope} == accepted


@pytest.mark.parametrize(
    ("method", "path"),
    [
        *(("GET", "/api-keys"), ("POST", "/api-keys"), ("DELETE", f"/api-keys/{UUID(int=0)}")),
        *(("PATCH", "/users/me"), ("GET", "/users/me/sessions"), ("GET", "/users")),
    ],
)
async def test_a_key_manages_neither_keys_nor_accounts(ada: Caller, method: str, path: str) -> None:
    caller = with_key(ada, (await create(ada))["key"])

    assert_problem(await caller.request(method, path, {}), 401, "unauthorized")


async def test_a_valid_key_makes_up_for_a_token_that_is_not(ada: Caller) -> None:
    key = (await create(ada))["key"]

    answer = await ada.request("GET", "/users/me", **{HEADER: key, "Authorization": "Bearer abc"})

    assert answer.status_code == 200


async def test_caches_tell_keys_apart(ada: Caller) -> None:
    assert (await ada.get("/users/me")).headers["Vary"].startswith(f"Authorization, {HEADER}")
    assert HEADER not in (await ada.get("/users/me/sessions")).headers["Vary"]


async def test_use_is_noted_at_most_once_a_minute(ada: Caller, app: FastAPI) -> None:
    key = await create(ada)
    caller = with_key(ada, key["key"])

    with watched(app) as first:
        await caller.get("/users/me")
    with watched(app) as later:
        await asyncio.gather(*(caller.get("/users/me") for _ in range(10)))

    assert sum(s.sql.startswith("UPDATE api_keys") for s in first) == 1
    assert [s.sql for s in later if s.sql.startswith("UPDATE")] == []
    noted = (await ada.get(f"/api-keys/{key['id']}")).json()
    assert noted["last_used_at"] >= key["created_at"]
    assert noted == {name: key[name] for name in noted} | {"last_used_at": noted["last_used_at"]}


async def test_use_a_minute_later_is_noted_again(ada: Caller, app: FastAPI) -> None:
    key = await create(ada)
    await set_columns(app, key, last_used_at=DatabaseNow(-61))

    with watched(app) as statements:
        await with_key(ada, key["key"]).get("/users/me")

    assert sum(s.sql.startswith("UPDATE api_keys") for s in statements) == 1


async def test_somebody_elses_key_does_not_exist(ada: Caller, bob: Caller) -> None:
    key = await create(ada)
    path = f"/api-keys/{key['id']}"

    assert_problem(await bob.get(path), 404, "not-found")
    assert_problem(await bob.delete(path), 404, "not-found")
    assert (await bob.get("/api-keys")).json()["items"] == []
    assert (await with_key(ada, key["key"]).get("/users/me")).status_code == 200


async def test_pages_end_and_skip_nothing(ada: Caller) -> None:
    ids = [(await create(ada))["id"] for _ in range(3)]

    first = await ada.get("/api-keys?limit=2")
    second = (await ada.get(f"/api-keys?limit=2&cursor={first.json()['next']}")).json()

    assert [key["id"] for key in first.json()["items"] + second["items"]] == ids[::-1]
    assert second["next"] is None
    assert first.headers["Link"].endswith('; rel="next"')


@pytest.mark.parametrize(
    ("change", "refused"),
    [
        ({"scopes": []}, {"/scopes": "array-too-short"}),
        ({"scopes": ["users:read"]}, {"/scopes/0": "enum"}),
        ({"expires_in_days": 0}, {"/expires_in_days": "greater-than-equal"}),
        ({"expires_in_days": 366}, {"/expires_in_days": "less-than-equal"}),
        ({"name": ""}, {"/name": "string-too-short"}),
        ({"key": "mine"}, {"/key": "extra-forbidden"}),
    ],
)
async def test_a_bad_wish_is_refused(
    ada: Caller, change: dict[str, object], refused: dict[str, str]
) -> None:
    answer = await ada.post("/api-keys", {"name": "Key", "scopes": ["profile:read"]} | change)

    assert refused_fields(answer) == refused


async def test_a_use_that_cannot_be_noted_now_refuses_no_request(
    app: FastAPI, ada: Caller, settings: Settings
) -> None:
    if settings.sqlite_file is not None:
        pytest.skip("SQLite has one writer: an update loses no race")
    created = await create(ada)
    machine = with_key(ada, created["key"])
    condition = f"NEW.id = '{created['id']}'"

    async with refusing(
        app, "api_keys", condition, change="UPDATE", sqlstate=SERIALIZATION_FAILURE
    ):
        answer = await machine.get("/users/me")

    assert answer.status_code == 200


async def test_the_life_of_a_key_is_in_the_audit_log_without_the_key(
    ada: Caller, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="app.core.audit")
    key = await create(ada)

    await ada.delete(f"/api-keys/{key['id']}")

    acts = [vars(record) for record in caplog.records if record.name == "app.core.audit"]
    lines = [act for act in acts if act["event"].startswith("api_key.")]
    assert [line["event"] for line in lines] == ["api_key.created", "api_key.revoked"]
    assert key["key"] not in repr(lines)
