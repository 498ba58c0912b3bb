"""`python -m app.manage doctor`: what is missing, and how to get it."""

import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import text

from app.core.config import Settings
from app.db.engine import make_engine
from app.manage.__main__ import main
from tests import backends
from tests.apps import make_settings


@pytest.fixture(params=backends.DATABASES)
def settings(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Settings]:
    """Settings of a migrated database, which the environment names."""
    with backends.migrated(request.param, tmp_path) as url:
        monkeypatch.setenv("DATABASE_URL", url)
        yield make_settings(database_url=SecretStr(url))


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["app.manage", "doctor"])
    main()


def failed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> str:
    """Return what a run that finds something missing prints, with single spaces."""
    with pytest.raises(SystemExit) as ended:
        run(monkeypatch)
    assert ended.value.code == 1
    return " ".join(capsys.readouterr().out.split())


def set_revision(settings: Settings, revision: str) -> None:
    async def update() -> None:
        engine = make_engine(settings)
        async with engine.begin() as connection:
            statement = text("UPDATE alembic_version SET version_num = :revision")
            await connection.execute(statement, {"revision": revision})
        await engine.dispose()

    asyncio.run(update())


@pytest.mark.usefixtures("settings")
def test_nothing_is_missing_where_the_database_is_migrated(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run(monkeypatch)

    output = capsys.readouterr().out
    assert "missing" not in output
    assert "at the newest revision" in output
    assert "cp .env.example .env" in output


def test_a_file_of_sqlite_that_is_not_there_is_not_created(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("DATABASE_URL", "sqlite+aiosqlite:///data/none.db")

    output = failed(monkeypatch, capsys)

    assert "missing Database there is no file data/none.db Fix: make setup" in output
    assert list(tmp_path.iterdir()) == []


def test_a_revision_of_other_code_is_named(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    set_revision(settings, "elsewhere")

    output = failed(monkeypatch, capsys)

    assert "missing Migrations elsewhere is not a revision of this code" in output
    assert "make db-reset" in output


@pytest.mark.parametrize("kind", backends.DATABASES)
def test_a_database_without_tables_has_to_be_migrated(
    kind: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    with backends.empty(kind, tmp_path) as url:
        (tmp_path / "test.db").touch()
        monkeypatch.setenv("DATABASE_URL", url)

        output = failed(monkeypatch, capsys)

    assert "missing Migrations none was run" in output
    assert "Fix: make migrate" in output


@pytest.mark.usefixtures("settings")
def test_servers_that_do_not_answer_are_named_with_their_settings(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql+psycopg://nobody:hidden@127.0.0.1:1/nothing")
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1/0")

    output = failed(monkeypatch, capsys)

    assert "Fix: start the server that DATABASE_URL names" in output
    assert "Fix: start the server that REDIS_URL names" in output
    assert "hidden" not in output


@pytest.mark.skipif(not backends.HAS_REDIS, reason="needs Redis")
@pytest.mark.usefixtures("settings")
def test_a_redis_that_answers_is_ok(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("REDIS_URL", backends.REDIS_URL)

    run(monkeypatch)

    assert "ok Redis answers" in " ".join(capsys.readouterr().out.split())


def test_each_wrong_setting_is_a_finding(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ENVIRONMENT", "prod")
    monkeypatch.setenv("SECRET_KEY", "short")

    output = failed(monkeypatch, capsys)

    assert "missing Settings ENVIRONMENT: " in output
    assert "missing Settings SECRET_KEY: " in output


@pytest.mark.usefixtures("settings")
def test_git_is_required_and_docker_is_not(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    output = failed(monkeypatch, capsys)

    assert "missing Git git is not on the PATH Fix: install it" in output
    assert "optional Docker docker is not on the PATH" in output
