"""The own profile over HTTP."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

import httpx2
import pytest

from app import schemas
from app.core.config import Settings
from tests.clients import Caller, get_token
from tests.problems import assert_problem, challenge_of, refused_fields
from tests.tokens import issue


async def test_a_profile_is_the_callers_own(ada: Caller, bob: Caller) -> None:
    mine = (await ada.get("/users/me")).json()

    assert mine["email"] == ada.email
    assert (await bob.get("/users/me")).json()["email"] == bob.email


async def test_ids_sort_by_time_and_moments_are_in_utc(ada: Caller) -> None:
    profile = (await ada.get("/users/me")).json()

    assert UUID(profile["id"]).version == 7
    created = datetime.fromisoformat(profile["created_at"])
    assert created.utcoffset() == UTC.utcoffset(None)
    assert abs((datetime.now(UTC) - created).total_seconds()) < 60


@pytest.mark.parametrize("name", ["Countess of Lovelace", "李", None])
async def test_a_name_can_be_changed_and_removed(ada: Caller, name: str | None) -> None:
    before = (await ada.get("/users/me")).json()

    changed = await ada.patch("/users/me", {"display_name": name})

    assert changed.status_code == 200
    after = changed.json()
    assert after == before | {"display_name": name, "updated_at": after["updated_at"]}
    assert datetime.fromisoformat(after["updated_at"]) > datetime.fromisoformat(
        before["updated_at"]
    )
    assert (await ada.get("/users/me")).json() == after


async def test_an_absent_name_stays(ada: Caller) -> None:
    before = (await ada.get("/users/me")).json()

    assert (await ada.patch("/users/me", {})).json() == before


async def test_every_writable_field_of_the_contract_is_saved(ada: Caller) -> None:
    """Grows with the contract: a field that the service forgets fails here."""
    samples = {"display_name": "Countess"}
    assert set(samples) == set(schemas.UserUpdate.model_fields)

    changed = (await ada.patch("/users/me", samples)).json()

    assert changed == changed | samples


@pytest.mark.parametrize(
    ("change", "refused"),
    [
        ({"display_name": ""}, {"/display_name": "string-too-short"}),
        ({"display_name": "x" * 101}, {"/display_name": "string-too-long"}),
        ({"display_name": "\0"}, {"/display_name": "pattern"}),
        ({"display_name": 5}, {"/display_name": "string-type"}),
        ({"email": "new@example.com"}, {"/email": "extra-forbidden"}),
    ],
)
async def test_a_bad_change_is_refused_and_changes_nothing(
    ada: Caller, change: dict[str, object], refused: dict[str, str]
) -> None:
    before = (await ada.get("/users/me")).json()

    answer = await ada.patch("/users/me", change)

    assert refused_fields(answer) == refused
    assert (await ada.get("/users/me")).json() == before


@pytest.mark.parametrize(
    ("method", "needed", "held"),
    [("GET", "profile:read", "profile:write"), ("PATCH", "profile:write", "profile:read")],
)
async def test_a_token_without_the_scope_is_told_which_one_it_lacks(
    client: httpx2.AsyncClient, ada: Caller, method: str, needed: str, held: str
) -> None:
    token = await get_token(client, ada.email, scope=held)

    answer = await client.request(
        method, "/users/me", json={}, headers={"Authorization": f"Bearer {token}"}
    )

    assert_problem(answer, 403, "insufficient-scope")
    assert challenge_of(answer) == f'Bearer error="insufficient_scope", scope="{needed}"'


@pytest.mark.parametrize("method", ["GET", "PATCH"])
async def test_a_token_outlives_its_account_in_vain(
    client: httpx2.AsyncClient, settings: Settings, method: str
) -> None:
    token = issue(settings, sub=str(uuid4()))

    answer = await client.request(
        method, "/users/me", json={}, headers={"Authorization": f"Bearer {token}"}
    )

    assert_problem(answer, 401, "unauthorized")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


async def test_the_own_profile_is_no_account_among_others(admin: Caller) -> None:
    answer = await admin.delete("/users/me")

    assert_problem(answer, 405, "method-not-allowed")
    assert answer.headers["Allow"] == "GET, HEAD, PATCH"
