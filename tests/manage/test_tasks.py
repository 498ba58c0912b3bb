"""`python -m app.manage tasks`: how operators manage dead tasks."""

import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from pydantic import SecretStr

from app.core.config import Settings, WrongSettings
from app.core.resources import open_resources
from app.db.models.exports import Export
from app.db.models.tasks import Task
from app.db.unit_of_work import UnitOfWork
from app.manage.__main__ import main
from app.services.accounts.mail import SendAccountMail
from app.services.exports import WriteExport
from app.services.support.outbox import enqueue
from app.tasks.account_mail import send_account_mail
from app.tasks.engine.context import Handler
from app.tasks.housekeeping import DeleteExpiredKeys
from app.tasks.registry import HANDLERS
from tests import backends
from tests.apps import make_settings, own_log
from tests.users import new_user


@pytest.fixture(params=backends.DATABASES)
def settings(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Settings]:
    """Settings of a migrated database, which the environment names."""
    with backends.migrated(request.param, tmp_path) as url, own_log():
        monkeypatch.setenv("DATABASE_URL", url)
        yield make_settings(database_url=SecretStr(url))


@pytest.fixture
def dead_id(settings: Settings) -> UUID:
    """A dead task."""

    async def fail() -> UUID:
        async with open_resources(settings) as resources, resources.database.write() as work:
            task_id = await enqueue(work, DeleteExpiredKeys())
            [task] = await work.tasks.claim([DeleteExpiredKeys.task], lease_seconds=60, limit=1)
            await work.tasks.move_to_dead(task, "ValueError: no")
            return task_id

    return asyncio.run(fail())


def find(settings: Settings, task_id: UUID) -> Task | None:
    async def load() -> Task | None:
        async with open_resources(settings) as resources, resources.database.read() as work:
            return await work.session.get(Task, task_id)

    return asyncio.run(load())


def run(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> None:
    monkeypatch.setattr(sys, "argv", ["app.manage", *map(str, arguments)])
    main()


def test_dead_tasks_are_listed_with_their_last_error(
    dead_id: UUID, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run(monkeypatch, "tasks", "list")

    output = capsys.readouterr().out
    assert f"{dead_id}  " in output
    assert "1 attempts, the last: ValueError: no" in output
    assert output.endswith("1 dead tasks\n")


def test_a_replayed_task_is_queued_under_its_old_id(
    settings: Settings, dead_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(monkeypatch, "tasks", "replay", dead_id)

    task = find(settings, dead_id)
    assert task is not None
    assert (task.name, task.status, task.attempt) == (DeleteExpiredKeys.task, "queued", 0)


# part exports
def test_the_export_of_a_replayed_task_begins_anew(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail() -> tuple[UUID, UUID]:
        async with open_resources(settings) as resources, resources.database.write() as work:
            user = new_user("ada@example.com")
            owner = await work.users.add(user)
            added = await work.exports.add(Export(owner_id=owner.id, format="csv", rows_done=7))
            export = await work.exports.get_open(added.id)
            assert export is not None
            await work.exports.add_chunk(export, b"id")
            task_id = await enqueue(work, WriteExport(export_id=export.id))
            [task] = await work.tasks.claim([WriteExport.task], lease_seconds=60, limit=1)
            await HANDLERS[WriteExport.task].move_to_dead(work, task, "ValueError: no")
            assert export.status == "failed"
            return export.id, task_id

    async def load(export_id: UUID) -> tuple[Export | None, bytes | None]:
        async with open_resources(settings) as resources, resources.database.read() as work:
            piece = await work.exports.get_chunk(export_id, 0)
            return await work.exports.get_open(export_id), piece

    export_id, task_id = asyncio.run(fail())

    run(monkeypatch, "tasks", "replay", task_id)

    export, piece = asyncio.run(load(export_id))
    assert export is not None
    assert piece is None
    assert (export.status, export.rows_done, export.finished_at) == ("queued", 0, None)


# end part


def test_a_dropped_task_is_gone(
    settings: Settings,
    dead_id: UUID,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    run(monkeypatch, "tasks", "drop", dead_id)

    run(monkeypatch, "tasks", "list")
    assert capsys.readouterr().out == f"{dead_id} dropped\n0 dead tasks\n"
    assert find(settings, dead_id) is None


@pytest.mark.parametrize(("command", "done"), [("replay", "queued again"), ("drop", "dropped")])
def test_a_task_that_is_not_dead_is_named(
    command: str,
    done: str,
    dead_id: UUID,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    task_id = uuid4()

    with pytest.raises(SystemExit, match=f"No dead task has the id {task_id}"):
        run(monkeypatch, "tasks", command, task_id, dead_id)

    assert capsys.readouterr().out == f"{dead_id} {done}\n"


def test_a_task_that_nobody_can_read_any_more_is_replayed_all_the_same(
    settings: Settings, dead_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def on_replay(work: UnitOfWork, payload: SendAccountMail) -> None:
        pytest.fail("there is nothing to on_replay")

    other = Handler(SendAccountMail, send_account_mail, on_replay=on_replay)
    monkeypatch.setattr("app.manage.tasks.HANDLERS", {DeleteExpiredKeys.task: other})

    run(monkeypatch, "tasks", "replay", dead_id)

    assert find(settings, dead_id) is not None


@pytest.mark.usefixtures("settings")
def test_a_worker_without_redis_is_told_that_it_is_not_needed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(WrongSettings, match="REDIS_URL: a worker needs Redis"):
        run(monkeypatch, "worker")
