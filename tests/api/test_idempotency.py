"""Idempotency-Key over HTTP: however often a request is sent, its effect happens once."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from fastapi import FastAPI
from sqlalchemy import event, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import PoolProxiedConnection

from app.core.config import Settings
from app.db.models.idempotency_keys import IdempotencyKey
from tests import figures
from tests.backends import kind_of
from tests.clients import Caller
from tests.idempotency import age
from tests.items import create, walk
from tests.problems import assert_problem, refused_fields
from tests.statements import engine_of, in_request
from tests.versions import PREFIX

DUPLICATES = 200
CHAIR = {"name": "Chair"}


async def post(caller: Caller, key: str, body: dict[str, Any] = CHAIR) -> httpx2.Response:
    return await caller.request("POST", "/items", body, **{"Idempotency-Key": key})


@pytest.fixture
def key() -> str:
    """A key that was not used before."""
    return str(uuid4())


async def rewrite(app: FastAPI, key: str, **columns: object) -> None:
    """Change columns of a key's row."""
    async with app.state.resources.database.write() as work:
        await work.session.execute(
            update(IdempotencyKey).where(IdempotencyKey.key == key).values(**columns)
        )


async def forget_answer(app: FastAPI, key: str) -> None:
    """Leave a key as a process leaves it that dies in the middle of the request."""
    await rewrite(app, key, status=None, headers=None, answer=None, contract=None)


async def test_a_repeat_gets_the_first_answer_and_has_no_effect(ada: Caller, key: str) -> None:
    first = await post(ada, key)
    again = await post(ada, key)

    assert first.status_code == again.status_code == 201
    assert again.content == first.content
    for header in ("Location", "ETag", "Content-Type"):
        assert again.headers[header] == first.headers[header]
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    assert await walk(ada) == [first.json()]


async def test_a_repeat_gets_the_first_answer_even_after_a_change(ada: Caller, key: str) -> None:
    first = await post(ada, key)
    await ada.patch(f"/items/{first.json()['id']}", {"name": "Stool"})

    assert (await post(ada, key)).content == first.content


async def test_an_answer_of_an_older_contract_is_replayed_byte_for_byte(
    ada: Caller, app: FastAPI, key: str
) -> None:
    """Today's model would refuse it: fields that are required today are missing."""
    await post(ada, key)
    body = '{"id": 7,  "name":"Chair"}'
    headers = {"Location": "/items/7", "X-Old": "yes"}
    await rewrite(app, key, answer=body, headers=headers, status=202, contract="older")

    again = await post(ada, key)

    assert (again.status_code, again.text) == (202, body)
    assert (again.headers["Location"], again.headers["X-Old"]) == (f"{PREFIX}/items/7", "yes")
    assert again.headers["Content-Type"] == "application/json"
    assert again.headers["Idempotency-Replayed"] == "true"


async def test_an_answer_kept_without_its_status_is_neither_replayed_nor_repeated(
    ada: Caller, app: FastAPI, key: str
) -> None:
    """An earlier release kept such answers."""
    first = await post(ada, key)
    await rewrite(app, key, status=None, headers=None, contract=None)
    await age(app, key, lease_until=-1)

    assert_problem(await post(ada, key), 409, "conflict")
    assert await walk(ada) == [first.json()]


async def test_without_a_key_every_request_has_its_effect(ada: Caller) -> None:
    assert (await create(ada))["id"] != (await create(ada))["id"]


async def test_a_key_with_another_body_is_refused(ada: Caller, key: str) -> None:
    first = await post(ada, key)

    other = await post(ada, key, {"name": "Stool"})

    problem = assert_problem(other, 422, "validation-failed")
    assert [error["code"] for error in problem["errors"]] == ["key-reused"]
    assert await walk(ada) == [first.json()]


async def test_a_body_that_is_written_differently_is_the_same(ada: Caller, key: str) -> None:
    first = await post(ada, key, {"name": "Chair", "quantity": 0})

    again = await post(ada, key, {"quantity": 0, "name": "Chair", "description": None})

    assert again.json() == first.json()


async def test_keys_of_different_users_have_nothing_to_do_with_each_other(
    ada: Caller, bob: Caller, key: str
) -> None:
    first = await post(ada, key)
    second = await post(bob, key, {"name": "Stool"})

    assert second.status_code == 201
    assert "Idempotency-Replayed" not in second.headers
    assert await walk(ada) == [first.json()]
    assert await walk(bob) == [second.json()]


@pytest.mark.parametrize("key", ["k", "K" * 255, '"quoted"', "!~"])
async def test_a_key_is_any_visible_text(ada: Caller, key: str) -> None:
    first, again = await post(ada, key), await post(ada, key)

    assert first.status_code == again.status_code == 201, first.text
    assert len(await walk(ada)) == 1


@pytest.mark.parametrize("key", ["", "k" * 256, "two words", "tab\there"])
async def test_what_is_no_key_is_refused(ada: Caller, key: str) -> None:
    assert set(refused_fields(await post(ada, key))) == {"Idempotency-Key"}
    assert await walk(ada) == []


async def test_an_invalid_request_does_not_use_up_its_key(ada: Caller, key: str) -> None:
    assert refused_fields(await post(ada, key, {"name": ""})).keys() == {"/name"}

    assert (await post(ada, key)).status_code == 201


async def test_an_expired_key_is_a_fresh_one(ada: Caller, app: FastAPI, key: str) -> None:
    first = await post(ada, key)
    await age(app, key, expires_at=-1)

    second = await post(ada, key, {"name": "Stool"})

    assert second.status_code == 201
    assert "Idempotency-Replayed" not in second.headers
    assert await walk(ada) == [second.json(), first.json()]


async def test_a_repeat_meets_the_first_request_still_running(
    ada: Caller, app: FastAPI, key: str
) -> None:
    await post(ada, key)
    await forget_answer(app, key)

    answer = await post(ada, key)

    problem = assert_problem(answer, 409, "conflict")
    assert "still running" in problem["detail"]
    assert answer.headers["Retry-After"] == "1"


async def test_a_request_that_died_is_done_by_its_repeat(
    ada: Caller, app: FastAPI, key: str
) -> None:
    await post(ada, key)
    await forget_answer(app, key)
    await age(app, key, lease_until=-1)

    assert_problem(await post(ada, key, {"name": "Stool"}), 422, "validation-failed")
    assert (await post(ada, key)).status_code == 201
    assert (await post(ada, key)).headers["Idempotency-Replayed"] == "true"


async def test_of_many_duplicates_at_once_one_has_an_effect(
    ada: Caller, settings: Settings, key: str
) -> None:
    answers = await asyncio.gather(*(post(ada, key) for _ in range(DUPLICATES)))
    items = await walk(ada)

    statuses = Counter(answer.status_code for answer in answers)
    replayed = [a for a in answers if "Idempotency-Replayed" in a.headers]
    assert set(statuses) <= {201, 409}
    assert len(items) == 1
    assert statuses[201] == 1 + len(replayed)
    assert [answer.json() for answer in answers if answer.status_code == 201] == items * (
        1 + len(replayed)
    )
    figures.record(
        f"{DUPLICATES} requests at once with one key [{kind_of(settings)}]",
        f"1 effect, {len(replayed)} replayed, {statuses[409]} answered 409",
    )


@contextmanager
def failing_insert(app: FastAPI, sqlstate: str | None, times: int = 1) -> Iterator[list[str]]:
    """Let the database refuse to insert an item, with this SQLSTATE, a number of times.

    Gives the list of refused statements.
    """
    engine = engine_of(app)
    refused: list[str] = []

    def fail(_: object, __: object, statement: str, *___: object) -> None:
        if statement.startswith("INSERT INTO items") and len(refused) < times:
            refused.append(statement)
            cause = Exception("refused")
            cause.sqlstate = sqlstate  # type: ignore[attr-defined]
            raise OperationalError(statement, None, cause)

    event.listen(engine, "before_cursor_execute", fail)
    try:
        yield refused
    finally:
        event.remove(engine, "before_cursor_execute", fail)


async def test_a_request_that_failed_gives_its_key_back(
    ada: Caller, app: FastAPI, key: str
) -> None:
    with failing_insert(app, None):
        assert_problem(await post(ada, key), 503, "service-unavailable")
        assert await walk(ada) == []

        again = await post(ada, key)

    assert again.status_code == 201
    assert "Idempotency-Replayed" not in again.headers


@pytest.mark.parametrize("sqlstate", ["40001", "40P01"], ids=["serialization", "deadlock"])
async def test_an_effect_that_lost_a_race_is_tried_again(
    ada: Caller, app: FastAPI, key: str, sqlstate: str
) -> None:
    with failing_insert(app, sqlstate, times=2):
        with_key = await post(ada, key)
    with failing_insert(app, sqlstate, times=2):
        without = await create(ada)

    assert with_key.status_code == 201, with_key.text
    assert await walk(ada) == [without, with_key.json()]


async def test_races_are_run_a_bounded_number_of_times(ada: Caller, app: FastAPI, key: str) -> None:
    with failing_insert(app, "40001", times=1_000) as refused:
        assert_problem(await post(ada, key), 409, "concurrent-update")

    assert 1 < len(refused) < 100
    assert (await post(ada, key)).status_code == 201


@contextmanager
def lost_answer(app: FastAPI, commit: int) -> Iterator[None]:
    """Let the answer to a commit be lost; the commit itself is done."""
    dialect = engine_of(app).dialect
    do_commit, count = dialect.do_commit, 0

    def commit_and_fail(connection: PoolProxiedConnection) -> None:
        nonlocal count
        count += in_request()
        do_commit(connection)
        if count == commit and in_request():
            raise OperationalError("COMMIT", None, Exception("the connection is gone"))

    dialect.do_commit = commit_and_fail  # type: ignore[assignment, method-assign]
    try:
        yield
    finally:
        del dialect.do_commit


@pytest.mark.parametrize("commit", [1, 2], ids=["of-the-claim", "of-the-effect"])
async def test_a_commit_whose_answer_is_lost_is_not_repeated(
    ada: Caller, app: FastAPI, key: str, commit: int
) -> None:
    with lost_answer(app, commit):
        assert_problem(await post(ada, key), 503, "service-unavailable")
    done = await walk(ada)
    assert len(done) == commit - 1
    await age(app, key, lease_until=-1)

    again = await post(ada, key)

    assert again.status_code == 201
    assert await walk(ada) == [again.json()]
