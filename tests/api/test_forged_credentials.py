"""Forged credentials: they cost few queries, and do not use up the limits of others."""

import re
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from secrets import token_urlsafe
from uuid import uuid4

import httpx2
import pytest
from fastapi import FastAPI

from app.core.config import Settings
from app.core.crypto.api_keys import make_key
from app.core.rate_limit import Limiter
from app.main import create_app
from tests.api_keys import HEADER, create, with_key
from tests.apps import changed, started
from tests.clients import Caller, sign_in, sign_up
from tests.problems import assert_problem
from tests.statements import Statement, watched

LIMIT = 20


@dataclass(frozen=True)
class Site:
    """An application whose callers have LIMIT requests a minute."""

    app: FastAPI
    client: httpx2.AsyncClient

    def seen_from(self, address: str) -> httpx2.AsyncClient:
        """Return a client with another address."""
        transport = httpx2.ASGITransport(app=self.app, client=(address, 1234))
        return httpx2.AsyncClient(transport=transport, base_url=self.client.base_url)

    @property
    def attacker(self) -> httpx2.AsyncClient:
        return self.seen_from("203.0.113.1")


@pytest.fixture
async def site(settings: Settings) -> AsyncIterator[Site]:
    app = create_app(
        changed(
            settings,
            rate_limit_scale=1,
            rate_limit_per_second=1_000,
            rate_limit_per_minute=LIMIT,
            redis_prefix=f"test:{uuid4().hex}:",
        )
    )
    async with started(app) as client:
        yield Site(app, client)


# part api_keys
async def forge_keys(attacker: httpx2.AsyncClient, count: int) -> Counter[int]:
    """Send well-formed keys that do not exist, and return the statuses."""
    return Counter(
        [
            (await attacker.get("/users/me", headers={HEADER: make_key()})).status_code
            for _ in range(count)
        ]
    )


# end part


async def first_refusal(
    site: Site, send: Callable[[], Awaitable[httpx2.Response]]
) -> tuple[httpx2.Response, list[Statement]]:
    """Send requests until the limit refuses one; return the refusal and its SQL statements."""
    while True:
        with watched(site.app) as statements:
            answer = await send()
        if answer.status_code == 429:
            return answer, statements


def left(answer: httpx2.Response) -> int:
    """Return how many requests the caller has left in this minute."""
    found = re.search(r'"minute";r=(\d+)', answer.headers["RateLimit"])
    assert found is not None
    return int(found[1])


# part api_keys
async def test_a_forged_api_key_that_is_refused_by_its_address_costs_no_statement(
    site: Site,
) -> None:
    with watched(site.app) as statements:
        statuses = await forge_keys(site.attacker, 3 * LIMIT)

    assert statuses == {401: LIMIT, 429: 2 * LIMIT}
    assert len(statements) == LIMIT


async def test_forged_keys_lock_nobody_out_who_has_a_key(site: Site) -> None:
    ada = await sign_up(site.client, "Ada")
    known, new = [(await create(ada))["key"] for _ in range(2)]
    machine = with_key(Caller(ada.email, {}, site.attacker), known)
    assert (await machine.get("/users/me")).status_code == 200
    await forge_keys(site.attacker, 2 * LIMIT)

    from_the_same_address = await machine.get("/users/me")
    from_elsewhere = await with_key(ada, new).get("/users/me")

    assert (from_the_same_address.status_code, from_elsewhere.status_code) == (200, 200)


async def test_a_key_that_was_valid_a_moment_ago_is_counted_once(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = await sign_up(site.client, "Ada")
    machine = with_key(ada, (await create(ada))["key"])
    await machine.get("/users/me")
    limiter: Limiter = site.app.state.resources.limiter
    calls: list[str] = []

    def note(name: str) -> None:
        method = getattr(limiter, name)

        async def noted(*args: object, **kwargs: object) -> object:
            calls.append(name)
            return await method(*args, **kwargs)

        monkeypatch.setattr(limiter, name, noted)

    for name in ("hit", "take_back", "peek"):
        note(name)

    with watched(site.app) as statements:
        assert (await machine.get("/users/me")).status_code == 200

    assert calls == ["hit"]
    assert len(statements) == 2


async def test_a_key_beyond_the_quota_of_its_user_costs_no_statement(site: Site) -> None:
    ada = await sign_up(site.client, "Ada")
    machine = with_key(ada, (await create(ada))["key"])

    answer, statements = await first_refusal(site, lambda: machine.get("/users/me"))

    assert_problem(answer, 429, "quota-exceeded")
    assert statements == []


async def test_a_revoked_key_is_counted_for_its_address_and_costs_its_owner_nothing(
    site: Site,
) -> None:
    ada = await sign_up(site.client, "Ada")
    key = await create(ada)
    machine = with_key(ada, key["key"])
    await machine.get("/users/me")
    await ada.delete(f"/api-keys/{key['id']}")
    thief = with_key(Caller(ada.email, {}, site.attacker), key["key"])
    before = left(await ada.get("/users/me"))

    statuses = Counter([(await thief.get("/users/me")).status_code for _ in range(LIMIT + 5)])

    assert statuses == {401: LIMIT, 429: 5}
    # The one is this request's own.
    assert before - left(await ada.get("/users/me")) == 1


# end part


async def forge(kind: str, attacker: httpx2.AsyncClient) -> httpx2.Response:
    """Send forged credentials of a kind."""
    secret = token_urlsafe()
    if kind == "refresh token":
        form = {"grant_type": "refresh_token", "refresh_token": secret}
        return await attacker.post("/auth/token", data=form)
    if kind == "revoked token":
        return await attacker.post("/auth/revoke", data={"token": secret})
    if kind == "reset code":
        body = {"token": secret, "password": "correct horse battery"}
        return await attacker.post("/auth/password/reset", json=body)
    return await attacker.post("/auth/email/verify", json={"token": secret})


@pytest.mark.parametrize(
    "kind", ["refresh token", "revoked token", "reset code", "verification code"]
)
async def test_a_forged_secret_that_is_refused_by_its_address_costs_no_statement(
    site: Site, kind: str
) -> None:
    attacker = site.attacker

    answer, statements = await first_refusal(site, lambda: forge(kind, attacker))

    assert_problem(answer, 429, "quota-exceeded")
    assert statements == []


async def test_the_token_of_an_ended_session_costs_no_more_statements_than_its_quota(
    site: Site,
) -> None:
    ada = await sign_up(site.client, "Ada")
    token = (await sign_in(site.client, ada.email))["access_token"]
    await ada.delete("/users/me/sessions")
    headers = {"Authorization": f"Bearer {token}"}

    with watched(site.app) as statements:
        statuses = Counter(
            [
                (await site.attacker.get("/users/me", headers=headers)).status_code
                for _ in range(LIMIT + 20)
            ]
        )

    assert set(statuses) == {401, 429}
    assert len(statements) <= statuses[401]
