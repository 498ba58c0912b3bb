"""Guessing passwords is slowed down and refused, and reveals nothing."""

import asyncio
import threading
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import cast
from uuid import UUID, uuid4

import httpx2
import pytest
from fastapi import FastAPI
from passlib.context import CryptContext
from passlib.hash import bcrypt
from sqlalchemy import update

from app.core.config import Settings
from app.core.crypto.passwords import Passwords
from app.db.models.users import User
from app.main import create_app
from tests.apps import changed, started
from tests.clients import PASSWORD, Caller, sign_in, sign_up
from tests.problems import assert_problem
from tests.versions import OPERATIONS
from tests.waiting import LIMIT_SECONDS

FLOOR = 0.1


@dataclass
class Clock:
    """The clock of the logins: each takes as long as the test says, and none really waits."""

    work_seconds: float = 0
    now: float = 0
    waits: list[float] = field(default_factory=list)

    def monotonic(self) -> float:
        """Return the time; until the next question a login works."""
        now = self.now
        self.now += self.work_seconds
        return now

    async def sleep(self, seconds: float) -> None:
        """Note how long a login waits."""
        self.waits.append(seconds)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("app.services.accounts.login.time", clock)
    monkeypatch.setattr("app.services.accounts.login.asyncio", clock)
    return clock


async def guess(client: httpx2.AsyncClient, email: str, password: str) -> httpx2.Response:
    form = {"grant_type": "password", "username": email, "password": password}
    return await client.post("/auth/token", data=form)


Start = Callable[..., Awaitable[tuple[FastAPI, httpx2.AsyncClient]]]


@pytest.fixture
async def start(settings: Settings) -> AsyncIterator[Start]:
    """Start applications with settings of their own."""
    opened = []

    async def begin(**changes: object) -> tuple[FastAPI, httpx2.AsyncClient]:
        own = {"redis_prefix": f"test:{uuid4().hex}:"} | changes
        app = create_app(changed(settings, **own))
        context = started(app)
        client = await context.__aenter__()
        opened.append(context)
        return app, client

    yield begin
    for context in reversed(opened):
        await context.__aexit__(None, None, None)


def from_address(client: httpx2.AsyncClient, app: FastAPI, address: str) -> httpx2.AsyncClient:
    transport = httpx2.ASGITransport(app=app, client=(address, 1))
    return httpx2.AsyncClient(transport=transport, base_url=client.base_url)


async def test_five_failures_of_an_address_and_account_are_the_limit(start: Start) -> None:
    app, client = await start(rate_limit_scale=1)
    ada = await sign_up(client, "Ada")

    failures = [(await guess(client, ada.email, "wrong")).status_code for _ in range(5)]
    refused = await guess(client, ada.email, PASSWORD)

    assert failures == [400] * 5
    assert_problem(refused, 429, "quota-exceeded")
    assert 0 < int(refused.headers["Retry-After"]) <= 900
    async with from_address(client, app, "203.0.113.9") as elsewhere:
        assert (await guess(elsewhere, ada.email, PASSWORD)).status_code == 200


async def test_right_passwords_do_not_count(start: Start) -> None:
    _, client = await start(rate_limit_scale=1)
    ada = await sign_up(client, "Ada")

    for _ in range(8):
        assert (await guess(client, ada.email, PASSWORD)).status_code == 200


async def test_many_guesses_at_once_are_counted_before_they_are_checked(start: Start) -> None:
    _, client = await start(rate_limit_scale=1)
    email = f"{uuid4().hex}@example.com"

    answers = await asyncio.gather(*(guess(client, email, str(n)) for n in range(15)))

    assert sum(answer.status_code == 400 for answer in answers) == 5


@pytest.fixture
def many_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let as many logins come at once as a test likes, so that only guesses are limited."""
    extensions = cast("dict[str, object]", OPERATIONS["createToken"].extensions)
    monkeypatch.setitem(extensions, "x-rate-limit", {"policies": []})


@pytest.mark.usefixtures("many_requests")
@pytest.mark.parametrize("logins", [8, 50])
async def test_right_passwords_at_once_are_all_let_in(start: Start, logins: int) -> None:
    _, client = await start(rate_limit_scale=1)
    ada = await sign_up(client, "Ada")

    answers = await asyncio.gather(*(guess(client, ada.email, PASSWORD) for _ in range(logins)))

    assert Counter(answer.status_code for answer in answers) == {200: logins}


@pytest.mark.usefixtures("many_requests")
async def test_of_wrong_passwords_at_once_no_more_than_the_limit_get_a_verdict(
    start: Start,
) -> None:
    _, client = await start(rate_limit_scale=1)
    ada = await sign_up(client, "Ada")

    answers = await asyncio.gather(*(guess(client, ada.email, str(n)) for n in range(50)))

    assert Counter(answer.status_code for answer in answers) == {400: 5, 429: 45}
    for answer in answers:
        if answer.status_code == 429:
            assert 0 < int(answer.headers["Retry-After"]) <= 900


@pytest.mark.usefixtures("many_requests")
async def test_wrong_passwords_among_right_ones_refuse_none_of_them(start: Start) -> None:
    _, client = await start(rate_limit_scale=1)
    ada = await sign_up(client, "Ada")
    passwords = ["wrong", *[PASSWORD] * 10] * 4

    answers = await asyncio.gather(*(guess(client, ada.email, one) for one in passwords))

    assert [answer.status_code for answer in answers] == [400, *[200] * 10] * 4


@pytest.mark.usefixtures("many_requests")
async def test_processes_share_the_limit_and_the_wait(start: Start, settings: Settings) -> None:
    if settings.redis_url is None:
        pytest.skip("without Redis each process has its part of the limit")
    shared = {"rate_limit_scale": 1, "redis_prefix": f"test:{uuid4().hex}:"}
    clients = [(await start(**shared))[1] for _ in range(2)]
    ada, bob = await sign_up(clients[0], "Ada"), await sign_up(clients[0], "Bob")

    right = [guess(client, ada.email, PASSWORD) for client in clients for _ in range(12)]
    wrong = [guess(client, bob.email, "wrong") for client in clients for _ in range(12)]
    answers = await asyncio.gather(*right, *wrong)

    assert Counter(answer.status_code for answer in answers[:24]) == {200: 24}
    assert Counter(answer.status_code for answer in answers[24:]) == {400: 5, 429: 19}


async def test_a_guess_that_could_not_be_checked_is_no_failure(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, client = await start(rate_limit_scale=1)
    ada = await sign_up(client, "Ada")

    async def break_down(*_: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr(Passwords, "verify", break_down)
        for _ in range(6):
            assert (await guess(client, ada.email, PASSWORD)).status_code == 500

    assert (await guess(client, ada.email, PASSWORD)).status_code == 200


async def test_an_account_has_a_limit_over_all_addresses(start: Start) -> None:
    app, client = await start(rate_limit_scale=1)
    email = f"{uuid4().hex}@example.com"
    statuses = []
    for n in range(21):
        async with from_address(client, app, f"203.0.113.{n}") as elsewhere:
            statuses.append((await guess(elsewhere, email, "wrong")).status_code)

    assert statuses == [400] * 20 + [429]


async def test_each_failure_waits_longer_than_the_one_before(start: Start, clock: Clock) -> None:
    _, client = await start(login_delay_seconds=0.5)
    email = f"{uuid4().hex}@example.com"

    for _ in range(4):
        await guess(client, email, "wrong")

    assert clock.waits == [0, 0.5, 1, 2]


async def disable(app: FastAPI, caller: Caller) -> None:
    user_id = UUID((await caller.get("/users/me")).json()["id"])
    await set_user(app, user_id, disabled_at=datetime.now(UTC))


async def set_user(app: FastAPI, user_id: UUID, **values: object) -> None:
    async with app.state.resources.database.write() as work:
        await work.session.execute(update(User).where(User.id == user_id).values(**values))


async def test_no_failure_tells_by_its_answer_or_time_who_exists(
    start: Start, clock: Clock
) -> None:
    app, client = await start(login_floor_seconds=FLOOR)
    known, disabled, legacy = [await sign_up(client, name) for name in ("Ada", "Dis", "Leg")]
    user_id = UUID((await legacy.get("/users/me")).json()["id"])
    await set_user(app, user_id, password_hash=bcrypt.using(rounds=8).hash(PASSWORD))
    await disable(app, disabled)
    clock.waits.clear()
    bodies = set()
    for email, password, work_seconds in (
        (f"{uuid4().hex}@example.com", "wrong", 0.05),
        (known.email, "wrong", 0.06),
        (disabled.email, PASSWORD, 0.07),
        (legacy.email, "wrong", 0.02),
    ):
        clock.work_seconds = work_seconds
        answer = await guess(client, email, password)
        bodies.add((answer.status_code, answer.text))

    assert len(bodies) == 1
    assert clock.waits == pytest.approx([0.05, 0.04, 0.03, 0.08])


async def test_a_legacy_hash_is_upgraded_at_login(
    client: httpx2.AsyncClient, app: FastAPI, ada: Caller
) -> None:
    user_id = UUID((await ada.get("/users/me")).json()["id"])
    await set_user(app, user_id, password_hash=bcrypt.using(rounds=4).hash(PASSWORD))

    assert await sign_in(client, ada.email)

    async with app.state.resources.database.read() as work:
        user = await work.users.find_by_email(ada.email)
    assert user.password_hash.startswith("$bcrypt-sha256$")
    assert await sign_in(client, ada.email)


async def test_a_hash_that_cannot_be_read_is_a_failed_login(
    client: httpx2.AsyncClient, app: FastAPI, ada: Caller
) -> None:
    user_id = UUID((await ada.get("/users/me")).json()["id"])
    await set_user(app, user_id, password_hash="no hash at all")

    answer = await guess(client, ada.email, PASSWORD)

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


async def test_argon2_is_one_setting_away(start: Start) -> None:
    app, client = await start(password_scheme="argon2", argon2_memory_kib=1024)

    ada = await sign_up(client, "Ada")

    async with app.state.resources.database.read() as work:
        user = await work.users.find_by_email(ada.email)
    assert user.password_hash.startswith("$argon2id$")


async def test_beyond_the_queue_a_login_is_told_to_come_back(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, client = await start(password_queue=1)
    may_end = threading.Event()
    monkeypatch.setattr(CryptContext, "dummy_verify", lambda _: may_end.wait(LIMIT_SECONDS))

    guesses = [asyncio.create_task(guess(client, f"{n}@b.co", "wrong")) for n in range(30)]
    first, _ = await asyncio.wait(
        guesses, timeout=LIMIT_SECONDS, return_when=asyncio.FIRST_COMPLETED
    )
    may_end.set()
    answers = await asyncio.gather(*guesses)

    # Nothing but a refusal ends while the passwords are being checked.
    for done in first:
        problem = assert_problem(done.result(), 503, "service-unavailable")
        assert int(done.result().headers["Retry-After"]) > 0
        assert problem["detail"] == "Too many passwords are waiting to be checked."
    assert {answer.status_code for answer in answers} == {400, 503}
