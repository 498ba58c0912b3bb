"""`python -m app.manage shell`: statements run with the resources of the application."""

import io
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.manage.__main__ import main
from tests import backends
from tests.apps import own_log
from tests.keys import keys_file


@pytest.fixture(params=backends.DATABASES)
def _database(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    with backends.migrated(request.param, tmp_path) as url, own_log():
        monkeypatch.setenv("DATABASE_URL", url)
        monkeypatch.setenv("SIGNING_KEYS_FILE", str(keys_file()))
        yield


def run(monkeypatch: pytest.MonkeyPatch, *lines: str) -> None:
    monkeypatch.setattr(sys, "argv", ["app.manage", "shell"])
    monkeypatch.setattr(sys, "stdin", io.StringIO("\n".join([*lines, ""])))
    main()


@pytest.mark.usefixtures("_database")
def test_statements_await_and_keep_their_names(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run(
        monkeypatch,
        "async with database.read() as work:",
        "    known = await work.users.has_admin()",
        "",
        "f'known {known}, {settings.environment}'",
    )

    assert "'known False, development'" in capsys.readouterr().out


@pytest.mark.usefixtures("_database")
def test_services_are_ready(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run(monkeypatch, "(await services.health.get_liveness()).status")

    assert "'live'" in capsys.readouterr().out


@pytest.mark.usefixtures("_database")
def test_a_statement_that_fails_prints_its_traceback_and_the_next_one_runs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run(monkeypatch, "1 / 0", "20 + 3")

    shown = capsys.readouterr()
    assert "ZeroDivisionError: division by zero" in shown.err
    assert "23" in shown.out


@pytest.mark.usefixtures("_database")
def test_exit_ends_the_shell(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run(monkeypatch, "'first'", "raise SystemExit", "'second'")

    output = capsys.readouterr().out
    assert "'first'" in output
    assert "'second'" not in output
