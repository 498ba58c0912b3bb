"""Registration and tokens over HTTP."""

import re
from collections.abc import Callable
from uuid import uuid4

import httpx2
import pytest
from fastapi import FastAPI

from app.core.config import Settings
from app.core.security import ROLE_SCOPES
from app.main import create_app
from tests.apps import changed, started
from tests.backends import EMBEDDED
from tests.clients import PASSWORD, Caller, get_token
from tests.mailbox import mail_to
from tests.problems import assert_problem, refused_fields
from tests.refusals import SERIALIZATION_FAILURE, refusing

ALL_SCOPES = " ".join(sorted(ROLE_SCOPES["user"]))


def account(**fields: object) -> dict[str, object]:
    return {"email": f"{uuid4().hex}@example.com", "password": PASSWORD} | fields


async def ask_token(client: httpx2.AsyncClient, **form: str | None) -> httpx2.Response:
    fields = {"grant_type": "password", "username": "ada@example.com", "password": PASSWORD} | form
    data = {name: value for name, value in fields.items() if value is not None}
    return await client.post("/auth/token", data=data)


def assert_oauth_error(answer: httpx2.Response, code: str) -> str:
    """Check RFC 6749, section 5.2, and return the description."""
    assert answer.status_code == 400, answer.text
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Cache-Control"] == "no-store"
    error = answer.json()
    assert set(error) == {"error", "error_description"}
    assert error["error"] == code
    return str(error["error_description"])


async def test_an_account_can_be_made_and_signs_in_at_once(client: httpx2.AsyncClient) -> None:
    body = account(display_name="Ada")

    answer = await client.post("/auth/register", json=body)

    assert answer.status_code == 202
    headers = {"Authorization": f"Bearer {await get_token(client, str(body['email']))}"}
    profile = (await client.get("/users/me", headers=headers)).json()
    assert (profile["email"], profile["display_name"]) == (body["email"], "Ada")
    assert profile["email_verified"] is False


async def test_no_answer_shows_a_password(client: httpx2.AsyncClient) -> None:
    answer = await client.post("/auth/register", json=account())

    assert PASSWORD not in answer.text
    assert "password" not in answer.json()


@pytest.mark.parametrize("spelling", [str, str.upper, str.title])
async def test_registering_tells_nobody_who_has_an_account_and_changes_none(
    client: httpx2.AsyncClient, ada: Caller, spelling: Callable[[str], str]
) -> None:
    unknown = await client.post("/auth/register", json=account())

    answer = await client.post(
        "/auth/register", json=account(email=spelling(ada.email), password="another long one")
    )

    assert (answer.status_code, answer.json()) == (unknown.status_code, unknown.json())
    assert await get_token(client, ada.email)


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("password123456", "too-common"),
        ("Qwertyuiop123", "too-common"),
        ("aaaaaaaaaaaa", "too-common"),
        ("the-address@example.com", "is-email"),
    ],
)
async def test_a_password_that_everybody_guesses_is_refused_by_field(
    client: httpx2.AsyncClient, password: str, code: str
) -> None:
    body = account(email="The-Address@example.com", password=password)

    answer = await client.post("/auth/register", json=body)

    errors = assert_problem(answer, 409, "conflict")["errors"]
    assert [(error["pointer"], error["code"]) for error in errors] == [("/password", code)]
    assert password not in answer.text


@EMBEDDED
@pytest.mark.parametrize(
    ("fields", "refused"),
    [
        ({"email": "nobody"}, {"/email": "format"}),
        ({"email": "a" * 250 + "@example.com"}, {"/email": "format"}),
        ({"email": "Ada <ada@example.com>"}, {"/email": "format"}),
        ({"password": "short"}, {"/password": "string-too-short"}),
        ({"password": "x" * 129}, {"/password": "string-too-long"}),
        ({"display_name": ""}, {"/display_name": "string-too-short"}),
        ({"role": "admin"}, {"/role": "extra-forbidden"}),
    ],
)
async def test_a_bad_account_is_refused_by_field(
    client: httpx2.AsyncClient, fields: dict[str, object], refused: dict[str, str]
) -> None:
    answer = await client.post("/auth/register", json=account(**fields))

    assert refused_fields(answer) == refused


async def test_signing_in_gives_a_token_that_no_cache_keeps(
    client: httpx2.AsyncClient, ada: Caller
) -> None:
    answer = await ask_token(client, username=ada.email)

    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    token = answer.json()
    assert token | {"access_token": "", "refresh_token": ""} == {
        "access_token": "",
        "refresh_token": "",
        "token_type": "Bearer",
        "expires_in": 600,
        "scope": ALL_SCOPES,
    }
    headers = {"Authorization": f"Bearer {token['access_token']}"}
    assert (await client.get("/users/me", headers=headers)).json()["email"] == ada.email


async def test_an_address_signs_in_in_upper_and_lower_case(client: httpx2.AsyncClient) -> None:
    email = f"Ada-{uuid4().hex}@Example.com"
    await client.post("/auth/register", json=account(email=email))

    for spelling in (email, email.lower(), email.upper()):
        assert (await ask_token(client, username=spelling)).status_code == 200


async def test_an_unknown_user_and_a_wrong_password_look_the_same(
    client: httpx2.AsyncClient, ada: Caller
) -> None:
    unknown = await ask_token(client, username=f"{uuid4().hex}@example.com")
    wrong = await ask_token(client, username=ada.email, password="not the password")

    assert_oauth_error(unknown, "invalid_grant")
    assert unknown.json() == wrong.json()


@pytest.mark.parametrize(
    ("form", "code", "named"),
    [
        ({"grant_type": None}, "invalid_request", "grant_type"),
        ({"grant_type": ""}, "invalid_request", "grant_type"),
        ({"grant_type": "client_credentials"}, "unsupported_grant_type", "grant_type"),
        ({"username": None}, "invalid_request", "username"),
        ({"grant_type": "refresh_token"}, "invalid_request", "refresh_token"),
        ({"username": ""}, "invalid_request", "username"),
        ({"password": None}, "invalid_request", "password"),
        ({"password": "x" * 129}, "invalid_request", "password"),
        ({"scope": "two  spaces"}, "invalid_request", "scope"),
    ],
)
async def test_a_bad_token_request_is_answered_as_oauth2_says(
    client: httpx2.AsyncClient, form: dict[str, str | None], code: str, named: str
) -> None:
    answer = await ask_token(client, **form)

    assert named in assert_oauth_error(answer, code)


@pytest.mark.parametrize(
    "form",
    [
        {"grant_type": "x" * 2_000},
        {"grant_type": 'ö"\\\n'},
    ],
)
async def test_a_description_has_the_length_and_the_characters_of_the_standard(
    client: httpx2.AsyncClient, form: dict[str, str | list[str]]
) -> None:
    answer = await client.post("/auth/token", data=form)

    assert answer.status_code == 400, answer.text
    assert re.fullmatch(r"[ !#-\[\]-~]{1,1000}", answer.json()["error_description"])


@pytest.mark.parametrize("field", ["grant_type", "password", "username"])
async def test_a_field_that_is_sent_twice_is_refused(
    client: httpx2.AsyncClient, ada: Caller, field: str
) -> None:
    form = {"grant_type": "password", "username": ada.email, "password": PASSWORD}

    answer = await client.post("/auth/token", data=form | {field: [form[field], form[field]]})

    assert field in assert_oauth_error(answer, "invalid_request")


async def test_fields_without_a_value_count_as_left_out(
    client: httpx2.AsyncClient, ada: Caller
) -> None:
    answer = await ask_token(client, username=ada.email, scope="", client_id="")

    assert (answer.status_code, answer.json()["scope"]) == (200, ALL_SCOPES)


@pytest.mark.parametrize(
    "form",
    [
        {"grant_type": "password"},
        {"grant_type": "password", "username": "ada@example.com"},
        {"grant_type": "password", "refresh_token": "x"},
        {"grant_type": "refresh_token", "username": "ada@example.com", "password": PASSWORD},
    ],
)
async def test_the_contract_says_what_each_grant_needs(
    client: httpx2.AsyncClient, form: dict[str, str]
) -> None:
    assert_oauth_error(await client.post("/auth/token", data=form), "invalid_request")


async def test_an_empty_token_request_is_answered_as_oauth2_says(
    client: httpx2.AsyncClient,
) -> None:
    assert_oauth_error(await client.post("/auth/token"), "invalid_request")


async def test_a_form_that_cannot_be_read_is_answered_as_oauth2_says(
    client: httpx2.AsyncClient,
) -> None:
    answer = await client.post("/auth/token", data={f"field-{n}": "" for n in range(1001)})

    assert "form cannot be read" in assert_oauth_error(answer, "invalid_request")


async def test_a_token_request_in_json_is_not_supported(client: httpx2.AsyncClient) -> None:
    answer = await client.post("/auth/token", json={"grant_type": "password"})

    assert_problem(answer, 415, "unsupported-media-type")


async def test_unknown_fields_of_a_token_request_are_ignored(
    client: httpx2.AsyncClient, ada: Caller
) -> None:
    form = {"grant_type": "password", "username": ada.email, "password": PASSWORD}

    answer = await client.post("/auth/token", data=form | {"client_id": ["browser", "browser"]})

    assert answer.status_code == 200


async def test_a_token_can_be_narrowed_to_the_scopes_that_are_asked_for(
    client: httpx2.AsyncClient, ada: Caller
) -> None:
    answer = await ask_token(client, username=ada.email, scope="profile:read")

    assert answer.json()["scope"] == "profile:read"
    headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    assert (await client.get("/users/me", headers=headers)).status_code == 200
    assert (await client.patch("/users/me", json={}, headers=headers)).status_code == 403


async def test_of_the_scopes_that_are_asked_for_those_are_granted_that_the_user_may_have(
    client: httpx2.AsyncClient, ada: Caller
) -> None:
    answer = await ask_token(client, username=ada.email, scope="profile:read users:read no:such")

    assert (answer.status_code, answer.json().get("scope")) == (200, "profile:read")


async def test_a_request_for_scopes_that_the_user_may_not_have_is_refused(
    client: httpx2.AsyncClient, ada: Caller
) -> None:
    answer = await ask_token(client, username=ada.email, scope="users:read no:such")

    assert ALL_SCOPES in assert_oauth_error(answer, "invalid_scope")


async def register_losing(
    app: FastAPI, client: httpx2.AsyncClient, *, times: int
) -> tuple[httpx2.Response, str]:
    """Register an account whose insert loses races against other transactions."""
    if app.state.settings.sqlite_file is not None:
        pytest.skip("SQLite has one writer: an insert loses no race")
    email = f"loser-{uuid4().hex}@example.com"
    condition = f"NEW.email = '{email}'"
    async with refusing(app, "users", condition, sqlstate=SERIALIZATION_FAILURE, times=times):
        return await client.post("/auth/register", json=account(email=email)), email


async def test_a_registration_that_loses_races_is_tried_again(
    app: FastAPI, client: httpx2.AsyncClient
) -> None:
    answer, email = await register_losing(app, client, times=2)

    assert answer.status_code == 202
    assert await get_token(client, email)


async def test_a_registration_that_loses_every_race_is_refused(
    app: FastAPI, client: httpx2.AsyncClient
) -> None:
    answer, email = await register_losing(app, client, times=1_000)

    assert_problem(answer, 409, "concurrent-update")
    assert answer.headers["Retry-After"] == "1"
    assert await mail_to(app, email) == []


async def test_a_hash_that_cannot_be_replaced_now_refuses_no_login(
    app: FastAPI, ada: Caller, settings: Settings
) -> None:
    if settings.sqlite_file is not None:
        pytest.skip("SQLite has one writer: an update loses no race")
    dearer = create_app(changed(settings, bcrypt_rounds=5))
    condition = f"NEW.email = '{ada.email}'"

    async with (
        started(dearer) as client,
        refusing(app, "users", condition, change="UPDATE", sqlstate=SERIALIZATION_FAILURE),
    ):
        answer = await ask_token(client, username=ada.email)

    assert answer.status_code == 200
