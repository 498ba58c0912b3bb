"""Sessions and their tokens over HTTP."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx2
import jwt
import pytest
from fastapi import FastAPI
from sqlalchemy import Executable, delete, func, select, update

from app.core.config import Settings
from app.core.crypto.opaque import RefreshTokens
from app.core.security import ROLE_SCOPES
from app.db.models.refresh_tokens import RefreshToken
from app.db.models.sessions import Session
from app.db.models.users import User
from app.db.unit_of_work import Database
from tests import figures
from tests.backends import kind_of
from tests.clients import Caller, sign_in, sign_up
from tests.problems import assert_problem, challenge_of
from tests.waiting import until

LONG_AGO = datetime.now(UTC) - timedelta(days=365)


async def refresh(client: httpx2.AsyncClient, token: str, **form: str) -> httpx2.Response:
    data = {"grant_type": "refresh_token", "refresh_token": token} | form
    return await client.post("/auth/token", data=data)


async def refresh_in_the_end(client: httpx2.AsyncClient, token: str) -> httpx2.Response:
    """Refresh as a client does: where the server is too busy it comes back."""
    answers: list[httpx2.Response] = []

    async def is_served() -> bool:
        answers.append(await refresh(client, token))
        return answers[-1].status_code != 503

    await until(is_served)
    return answers[-1]


async def revoke(client: httpx2.AsyncClient, token: str) -> httpx2.Response:
    return await client.post("/auth/revoke", data={"token": token})


def bearer(answer: dict[str, Any]) -> dict[str, str]:
    return {"Authorization": f"Bearer {answer['access_token']}"}


async def is_let_in(client: httpx2.AsyncClient, answer: dict[str, Any]) -> bool:
    return (await client.get("/users/me", headers=bearer(answer))).status_code == 200


def assert_invalid_grant(answer: httpx2.Response) -> None:
    assert answer.status_code == 400, answer.text
    assert answer.json()["error"] == "invalid_grant"
    assert answer.headers["Cache-Control"] == "no-store"


def session_of(answer: dict[str, Any]) -> UUID:
    return UUID(jwt.decode(answer["access_token"], options={"verify_signature": False})["sid"])


async def change(app: FastAPI, statement: Executable) -> None:
    """Change rows without the application."""
    database: Database = app.state.resources.database
    async with database.write() as work:
        await work.session.execute(statement)


async def age_tokens(app: FastAPI, answer: dict[str, Any]) -> None:
    """Let the spent tokens of a session be spent an hour ago."""
    spent = datetime.now(UTC) - timedelta(hours=1)
    mine = RefreshToken.session_id == session_of(answer)
    await change(
        app,
        update(RefreshToken).where(mine, RefreshToken.spent_at.is_not(None)).values(spent_at=spent),
    )


async def test_a_refresh_token_gets_new_tokens_and_is_spent(
    client: httpx2.AsyncClient, ada: Caller
) -> None:
    first = await sign_in(client, ada.email)

    second = (await refresh(client, first["refresh_token"])).json()

    assert second["refresh_token"] != first["refresh_token"]
    assert second["scope"].split() == sorted(ROLE_SCOPES["user"])
    assert session_of(second) == session_of(first)
    assert await is_let_in(client, second)


async def test_a_repeat_within_the_grace_gets_the_very_same_successor(
    client: httpx2.AsyncClient, ada: Caller
) -> None:
    first = await sign_in(client, ada.email)

    answers = [(await refresh(client, first["refresh_token"])).json() for _ in range(3)]

    assert len({answer["refresh_token"] for answer in answers}) == 1
    assert await is_let_in(client, answers[-1])


async def test_a_hundred_refreshes_at_once_have_one_successor(
    client: httpx2.AsyncClient, ada: Caller, settings: Settings
) -> None:
    first = await sign_in(client, ada.email)

    answers = await asyncio.gather(
        *(refresh_in_the_end(client, first["refresh_token"]) for _ in range(100))
    )

    successors = {answer.json().get("refresh_token") for answer in answers}
    refused = sum(answer.status_code != 200 for answer in answers)
    figures.record(
        f"100 refreshes of one token at once [{kind_of(settings)}]",
        f"{len(successors)} successor, {refused} refused",
    )
    assert (refused, len(successors)) == (0, 1)
    assert (await refresh(client, successors.pop())).status_code == 200


async def test_a_spent_token_that_comes_back_later_ends_the_session(
    client: httpx2.AsyncClient, app: FastAPI, ada: Caller
) -> None:
    first = await sign_in(client, ada.email)
    second = (await refresh(client, first["refresh_token"])).json()
    await age_tokens(app, first)

    assert_invalid_grant(await refresh(client, first["refresh_token"]))

    # The refusal was an error, and its effect stayed.
    assert_invalid_grant(await refresh(client, second["refresh_token"]))
    assert not await is_let_in(client, second)


async def spend_many(client: httpx2.AsyncClient, app: FastAPI, ada: Caller) -> list[dict[str, Any]]:
    """Return the answers of a session that was refreshed several times, each time much later."""
    answers = [await sign_in(client, ada.email)]
    for _ in range(5):
        answers.append((await refresh(client, answers[-1]["refresh_token"])).json())
        await age_tokens(app, answers[0])
    return answers


async def count_tokens(app: FastAPI, answer: dict[str, Any]) -> int:
    database: Database = app.state.resources.database
    mine = select(func.count()).where(RefreshToken.session_id == session_of(answer))
    async with database.read() as work:
        return await work.session.scalar(mine) or 0


async def test_spent_tokens_are_deleted_once_they_cannot_be_repeated(
    client: httpx2.AsyncClient, app: FastAPI, ada: Caller
) -> None:
    answers = await spend_many(client, app, ada)

    # The newest one, and the one that was exchanged for it.
    assert await count_tokens(app, answers[0]) == 2


async def test_a_spent_token_whose_row_is_gone_still_ends_the_session(
    client: httpx2.AsyncClient, app: FastAPI, ada: Caller
) -> None:
    answers = await spend_many(client, app, ada)

    assert_invalid_grant(await refresh(client, answers[0]["refresh_token"]))

    assert_invalid_grant(await refresh(client, answers[-1]["refresh_token"]))
    assert not await is_let_in(client, answers[-1])


async def test_a_spent_token_whose_row_is_gone_still_revokes_the_session(
    client: httpx2.AsyncClient, app: FastAPI, ada: Caller
) -> None:
    answers = await spend_many(client, app, ada)

    await revoke(client, answers[0]["refresh_token"])

    assert not await is_let_in(client, answers[-1])


async def test_a_forged_token_that_names_a_session_does_not_end_it(
    client: httpx2.AsyncClient, ada: Caller
) -> None:
    answer = await sign_in(client, ada.email)
    forged = RefreshTokens("a secret that is not the server's").make(session_of(answer))

    assert_invalid_grant(await refresh(client, forged))
    await revoke(client, forged)

    assert await is_let_in(client, answer)


async def test_other_sessions_outlive_a_reuse(
    client: httpx2.AsyncClient, app: FastAPI, ada: Caller
) -> None:
    stolen, other = await sign_in(client, ada.email), await sign_in(client, ada.email)
    await refresh(client, stolen["refresh_token"])
    await age_tokens(app, stolen)
    await refresh(client, stolen["refresh_token"])

    assert (await refresh(client, other["refresh_token"])).status_code == 200
    assert await is_let_in(client, other)


@pytest.mark.parametrize("token", ["x", "a" * 43, "ü"])
async def test_a_refresh_token_that_nobody_gave_out_is_refused(
    client: httpx2.AsyncClient, token: str
) -> None:
    assert_invalid_grant(await refresh(client, token))


@pytest.mark.parametrize("moment", ["expires_at", "idle_until", "revoked_at"])
async def test_a_session_that_is_over_gives_out_no_tokens(
    client: httpx2.AsyncClient, app: FastAPI, ada: Caller, moment: str
) -> None:
    first = await sign_in(client, ada.email)
    over = update(Session).where(Session.id == session_of(first))
    await change(app, over.values({moment: LONG_AGO}))

    assert_invalid_grant(await refresh(client, first["refresh_token"]))


async def test_a_session_never_gets_more_than_it_was_opened_with(
    client: httpx2.AsyncClient, admin: Caller
) -> None:
    first = await sign_in(client, admin.email, scope="profile:read users:read")

    other = await refresh(client, first["refresh_token"], scope="users:write")
    more = await refresh(client, first["refresh_token"], scope="profile:read users:write no:such")
    as_before = await refresh(client, more.json()["refresh_token"])

    assert (other.status_code, other.json()["error"]) == (400, "invalid_scope")
    assert more.json()["scope"] == "profile:read"
    assert as_before.json()["scope"] == "profile:read users:read"


@pytest.mark.parametrize("scope", [None, "profile:read users:read"])
async def test_a_role_that_grows_adds_nothing_to_a_session(
    client: httpx2.AsyncClient, app: FastAPI, ada: Caller, scope: str | None
) -> None:
    first = await sign_in(client, ada.email, **({"scope": scope} if scope else {}))
    await change(app, update(User).where(User.email == ada.email).values(role="admin"))

    later = await refresh(client, first["refresh_token"])

    assert later.json()["scope"] == first["scope"]


@pytest.mark.parametrize("kind", ["refresh_token", "access_token"])
async def test_a_revoked_token_takes_its_session_along(
    client: httpx2.AsyncClient, ada: Caller, kind: str
) -> None:
    answer = await sign_in(client, ada.email)
    assert await is_let_in(client, answer)

    revoked = await revoke(client, answer[kind])

    assert (revoked.status_code, revoked.content) == (200, b"")
    refused = await client.get("/users/me", headers=bearer(answer))
    assert_problem(refused, 401, "unauthorized")
    assert challenge_of(refused) == 'Bearer error="invalid_token"'
    assert_invalid_grant(await refresh(client, answer["refresh_token"]))


async def test_a_token_that_nobody_knows_is_revoked_all_the_same(
    client: httpx2.AsyncClient,
) -> None:
    assert (await revoke(client, "unknown")).status_code == 200


async def test_a_revocation_without_a_token_is_answered_as_oauth2_says(
    client: httpx2.AsyncClient,
) -> None:
    answer = await client.post("/auth/revoke", data={})

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


async def test_sessions_are_listed_by_page_with_the_present_one_marked(
    client: httpx2.AsyncClient, ada: Caller, bob: Caller
) -> None:
    for _ in range(2):
        await sign_in(client, ada.email)

    first = await ada.get("/users/me/sessions?limit=2")
    second = await ada.get(f"/users/me/sessions?limit=2&cursor={first.json()['next']}")

    assert first.headers["Link"].endswith('rel="next"')
    sessions = first.json()["items"] + second.json()["items"]
    assert [session["current"] for session in sessions] == [False, False, True]
    agents = [session["user_agent"] for session in sessions[:2]]
    assert agents == [client.headers["User-Agent"]] * 2
    assert len((await bob.get("/users/me/sessions")).json()["items"]) == 1


async def test_a_session_can_be_ended_from_another_one(
    client: httpx2.AsyncClient, ada: Caller
) -> None:
    lost = await sign_in(client, ada.email)

    ended = await ada.delete(f"/users/me/sessions/{session_of(lost)}")

    assert ended.status_code == 204
    assert not await is_let_in(client, lost)
    assert len((await ada.get("/users/me/sessions")).json()["items"]) == 1
    again = await ada.delete(f"/users/me/sessions/{session_of(lost)}")
    assert_problem(again, 404, "not-found")


async def test_nobody_ends_somebody_elses_session(
    client: httpx2.AsyncClient, ada: Caller, bob: Caller
) -> None:
    hers = await sign_in(client, ada.email)

    answer = await bob.delete(f"/users/me/sessions/{session_of(hers)}")

    assert_problem(answer, 404, "not-found")
    assert await is_let_in(client, hers)


async def test_signing_out_everywhere_ends_this_session_too(
    client: httpx2.AsyncClient, ada: Caller, bob: Caller
) -> None:
    other = await sign_in(client, ada.email)

    assert (await ada.delete("/users/me/sessions")).status_code == 204

    assert not await is_let_in(client, other)
    assert (await ada.get("/users/me")).status_code == 401
    assert (await bob.get("/users/me")).status_code == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/users/me"), ("PATCH", "/users/me"), ("GET", "/users/me/sessions")],
)
async def test_a_token_is_no_good_when_its_account_is_gone(
    client: httpx2.AsyncClient, app: FastAPI, method: str, path: str
) -> None:
    gone = await sign_up(client, "Gone")
    user_id = UUID((await gone.get("/users/me")).json()["id"])
    database: Database = app.state.resources.database
    async with database.write() as work:
        await app.state.resources.session_gate.end_sessions(work, user_id)
        await work.session.execute(delete(User).where(User.id == user_id))

    answer = await gone.request(method, path, {"display_name": "A"} if method == "PATCH" else None)

    assert_problem(answer, 401, "unauthorized")


async def test_a_disabled_account_is_refused_like_a_wrong_password_and_signed_out(
    client: httpx2.AsyncClient, app: FastAPI
) -> None:
    eve = await sign_up(client, "Eve")
    answer = await sign_in(client, eve.email)
    user_id = UUID((await eve.get("/users/me")).json()["id"])
    database: Database = app.state.resources.database
    async with database.write() as work:
        disabled = update(User).where(User.id == user_id).values(disabled_at=datetime.now(UTC))
        await work.session.execute(disabled)
        await app.state.resources.session_gate.end_sessions(work, user_id)

    form = {"grant_type": "password", "username": eve.email, "password": "correct horse battery"}
    right = await client.post("/auth/token", data=form)
    wrong = await client.post("/auth/token", data=form | {"password": str(uuid4())})

    assert (right.status_code, right.json()) == (wrong.status_code, wrong.json())
    assert_invalid_grant(await refresh(client, answer["refresh_token"]))
    assert not await is_let_in(client, answer)
