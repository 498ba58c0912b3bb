"""Units of work: all or nothing, whatever ends them."""

import asyncio
from functools import partial
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from pydantic import SecretStr
from sqlalchemy import select, text, update
from sqlalchemy.pool import QueuePool

from app.core.config import Settings
from app.core.exceptions import Conflict, LostRace, ServiceUnavailable
from app.db.engine import make_engine
from app.db.models.users import User
from app.db.repositories.idempotency_keys import KeyName
from app.db.unit_of_work import Database, retried
from tests import backends
from tests.apps import changed
from tests.users import new_user
from tests.waiting import LIMIT_SECONDS


@pytest.fixture
def mark() -> str:
    """What the addresses of one test's users have in common."""
    return uuid4().hex


def make_user(mark: str, name: str = "Oak") -> User:
    return new_user(f"{uuid4().hex}@{mark}.example.com", name)


async def names_of(database: Database, mark: str) -> list[str | None]:
    ours = select(User.display_name).where(User.email.endswith(f"@{mark}.example.com"))
    async with database.read() as work:
        return list(await work.session.scalars(ours.order_by(User.display_name)))


def connections_in_use(database: Database) -> int:
    pool = database.engine.pool
    assert isinstance(pool, QueuePool)
    return pool.checkedout()


async def test_what_ends_well_is_committed(database: Database, mark: str) -> None:
    async with database.write() as work:
        await work.users.add(make_user(mark, "Oak"))
        await work.users.add(make_user(mark, "Elm"))

    assert await names_of(database, mark) == ["Elm", "Oak"]
    assert connections_in_use(database) == 0


async def test_a_read_refuses_a_changed_row(database: Database, mark: str) -> None:
    async with database.read() as work:
        with pytest.raises(RuntimeError, match=r"use Database\.write\(\)"):
            await work.users.add(make_user(mark, "Oak"))

    assert await names_of(database, mark) == []


async def test_a_read_refuses_a_changing_statement(database: Database, mark: str) -> None:
    async with database.read() as work:
        with pytest.raises(RuntimeError, match=r"use Database\.write\(\)"):
            await work.session.execute(update(User).values(display_name="Elm"))


async def test_an_error_leaves_nothing(database: Database, mark: str) -> None:
    async def write() -> None:
        async with database.write() as work:
            await work.users.add(make_user(mark))
            raise KeyError

    with pytest.raises(KeyError):
        await write()

    assert await names_of(database, mark) == []
    assert connections_in_use(database) == 0


async def test_what_follows_a_commit_does_not_follow_a_rollback(database: Database) -> None:
    followed: list[str] = []

    async def write(*, fail: bool) -> None:
        async with database.write() as work:
            work.after_commit.append(partial(followed.append, "failed" if fail else "committed"))
            if fail:
                raise KeyError

    await write(fail=False)
    with pytest.raises(KeyError):
        await write(fail=True)

    assert followed == ["committed"]


async def test_a_callback_that_fails_after_the_commit_stops_no_other_one(
    database: Database, mark: str, caplog: pytest.LogCaptureFixture
) -> None:
    called: list[str] = []

    def fail() -> None:
        raise KeyError("a callback")

    async def fail_later() -> None:
        raise ValueError("a callback that waits")

    async with database.write() as work:
        await work.users.add(make_user(mark))
        work.after_commit += [fail, fail_later, partial(called.append, "the last one")]

    assert called == ["the last one"]
    assert await names_of(database, mark) == ["Oak"]
    lines = [record for record in caplog.records if record.name == "app.db.unit_of_work"]
    assert [line.exc_info[0] for line in lines if line.exc_info] == [
        KeyError,
        ValueError,
    ]


async def test_a_cancellation_during_a_callback_comes_after_the_others(
    database: Database, mark: str
) -> None:
    called: list[str] = []
    is_waiting = asyncio.Event()

    async def wait() -> None:
        is_waiting.set()
        await asyncio.Event().wait()

    async def write() -> None:
        async with database.write() as work:
            await work.users.add(make_user(mark))
            work.after_commit += [wait, partial(called.append, "the last one")]

    task = asyncio.create_task(write())
    await is_waiting.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert called == ["the last one"]
    assert await names_of(database, mark) == ["Oak"]


async def test_a_cancellation_leaves_nothing(database: Database, mark: str) -> None:
    has_written = asyncio.Event()

    async def write() -> None:
        async with database.write() as work:
            await work.users.add(make_user(mark))
            has_written.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(write())
    await has_written.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert await names_of(database, mark) == []
    assert connections_in_use(database) == 0


async def test_a_cancellation_in_the_middle_of_a_statement_frees_the_connection(
    database: Database, mark: str
) -> None:
    """Cancel at many moments: wherever it strikes, the next unit of work finds all in order."""
    for moment in range(30):

        async def write() -> None:
            async with database.write() as work:
                await work.users.add(make_user(mark, "Ash"))

        task = asyncio.create_task(write())
        for _ in range(moment):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])
        assert connections_in_use(database) == 0

    async with database.write() as work:
        await work.users.add(make_user(mark, "Oak"))
    assert "Oak" in await names_of(database, mark)


async def test_what_is_not_committed_is_seen_by_nobody(database: Database, mark: str) -> None:
    async with database.write() as work:
        await work.users.add(make_user(mark))
        assert await names_of(database, mark) == []


async def test_readers_do_not_wait_for_writers_that_wait_for_each_other(
    database: Database, database_url: str, mark: str
) -> None:
    # PostgreSQL's writers need a connection each, and the pool has fifteen.
    waiting = 99 if database_url.startswith("sqlite") else 9

    async def write() -> None:
        async with database.write() as work:
            await work.users.add(make_user(mark))

    async with database.write() as work:
        await work.users.add(make_user(mark))
        others = [asyncio.create_task(write()) for _ in range(waiting)]
        for _ in range(10):
            await asyncio.sleep(0)
        async with asyncio.timeout(LIMIT_SECONDS):
            await names_of(database, mark)
    await asyncio.gather(*others)

    assert len(await names_of(database, mark)) == waiting + 1


async def test_a_taken_value_names_its_field(database: Database) -> None:
    email = f"{uuid4().hex}@example.com"
    async with database.write() as work:
        await work.users.add(new_user(email))

    with pytest.raises(Conflict) as caught:
        async with database.write() as work:
            await work.users.add(new_user(email))

    assert "email" in caught.value.detail
    [error] = caught.value.errors
    assert (error.location, error.pointer, error.code) == ("body", "/email", "conflict")


async def test_of_two_writers_of_one_row_the_second_has_lost_the_race(
    database: Database, mark: str
) -> None:
    async with database.write() as work:
        user = await work.users.add(make_user(mark))
    async with database.write() as work:
        stale = await work.users.require(work.users.self_of(user.id), user.id)

    async with database.write() as work:
        current = await work.users.require(work.users.self_of(user.id), user.id)
        current.display_name = "Elm"
        await work.flush()

    async def write_stale() -> None:
        async with database.write() as work:
            work.session.add(stale)
            stale.display_name = "Ash"
            await work.flush()

    with pytest.raises(LostRace):
        await write_stale()


async def test_a_lost_race_is_run_again_until_it_is_won() -> None:
    attempts = 0

    @retried
    async def use_case() -> int:
        nonlocal attempts
        attempts += 1
        if attempts < 5:
            raise LostRace
        return attempts

    assert await use_case() == 5


@pytest.mark.parametrize("error", [ServiceUnavailable("gone"), Conflict("taken"), KeyError()])
async def test_any_other_error_is_not_run_again(error: Exception) -> None:
    attempts = 0

    @retried
    async def use_case() -> None:
        nonlocal attempts
        attempts += 1
        raise error

    with pytest.raises(type(error)):
        await use_case()
    assert attempts == 1


async def test_a_claim_that_was_taken_over_cannot_be_completed(
    database: Database, owner_id: UUID, mark: str
) -> None:
    """The fence: a process that was slower than its lease has no effect."""
    name = KeyName(principal_id=owner_id, operation="createUser", key="k")

    async def claim() -> UUID | None:
        async with database.write() as work:
            return await work.idempotency_keys.claim(
                name, "fingerprint", lease_seconds=0, life_seconds=60
            )

    async def complete(claimed: UUID, answer: str) -> None:
        async with database.write() as work:
            await work.users.add(make_user(mark, answer))
            await work.idempotency_keys.complete(
                name, claimed, status=201, headers={}, answer=answer, contract="c"
            )

    slow, quick = await claim(), await claim()
    assert slow is not None
    assert quick is not None
    await complete(quick, "quick")
    with pytest.raises(LostRace):
        await complete(slow, "slow")
    async with database.write() as work:
        await work.idempotency_keys.release(name, slow)
        await work.idempotency_keys.release(name, quick)

    assert await names_of(database, mark) == ["quick"]
    async with database.read() as work:
        known = await work.idempotency_keys.find(name)
    assert known is not None
    assert known.answer == "quick"


async def test_a_claim_without_an_effect_is_forgotten(database: Database, owner_id: UUID) -> None:
    name = KeyName(principal_id=owner_id, operation="createUser", key="k")
    async with database.write() as work:
        claim = await work.idempotency_keys.claim(name, "f", lease_seconds=60, life_seconds=60)
        assert claim is not None
        await work.idempotency_keys.release(name, claim)

    async with database.read() as work:
        assert await work.idempotency_keys.find(name) is None


async def test_the_database_answers_a_ping(database: Database) -> None:
    await database.ping()

    assert connections_in_use(database) == 0


async def test_a_database_that_takes_no_changes_is_unavailable(
    database: Database, mark: str, settings: Settings
) -> None:
    is_sqlite = settings.sqlite_file is not None
    read_only = "PRAGMA query_only = ON" if is_sqlite else "SET TRANSACTION READ ONLY"

    async def write() -> None:
        async with database.write() as work:
            await work.session.execute(text(read_only))
            await work.users.add(make_user(mark))

    with pytest.raises(ServiceUnavailable):
        await write()


async def test_a_database_that_was_not_migrated_is_said_to_be_behind(
    settings: Settings, tmp_path: Path, caplog: pytest.LogCaptureFixture, mark: str
) -> None:
    with backends.empty(backends.kind_of(settings), tmp_path) as url:
        engine = make_engine(changed(settings, database_url=SecretStr(url)))

        with pytest.raises(ServiceUnavailable, match="not up to date"):
            await names_of(Database(engine), mark)

        await engine.dispose()

    [line] = [record for record in caplog.records if record.name == "app.db.errors"]
    assert line.message == "database schema is out of date: run make migrate"
    assert "users" in vars(line)["reason"]
