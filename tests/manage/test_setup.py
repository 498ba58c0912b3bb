"""`python -m app.manage setup`: the first administrator."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from pydantic import SecretStr

from app.core.config import Settings
from app.main import create_app
from app.manage.__main__ import main
from tests import backends
from tests.apps import make_settings, started
from tests.clients import PASSWORD, get_token
from tests.conftest import ROOT

SHOWN = re.compile(r"Administrator: root@example\.com\nPassword \(shown once\): (\S{20,})\n")


@pytest.fixture(params=backends.DATABASES)
def database(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[SecretStr]:
    """A database without tables, named by the environment as an operator does it."""
    with backends.empty(request.param, tmp_path) as url:
        monkeypatch.chdir(ROOT)
        for name, value in {
            "DATABASE_URL": url,
            "ADMIN_EMAIL": "root@example.com",
            "ADMIN_PASSWORD": "",
            "BCRYPT_ROUNDS": "4",
        }.items():
            monkeypatch.setenv(name, value)
        yield SecretStr(url)


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> None:
    monkeypatch.setattr(sys, "argv", ["app.manage", *arguments])
    main()


@pytest.fixture
def first_output(
    database: SecretStr, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> str:
    """What the first run prints."""
    run(monkeypatch, "setup")
    return capsys.readouterr().out


def served(database: SecretStr) -> Settings:
    return make_settings(database_url=database, bcrypt_rounds=4)


async def test_the_printed_password_signs_the_administrator_in(
    first_output: str, database: SecretStr
) -> None:
    shown = SHOWN.fullmatch(first_output)
    assert shown, first_output

    async with started(create_app(served(database))) as client:
        token = await get_token(client, "root@example.com", password=shown[1])
        headers = {"Authorization": f"Bearer {token}"}
        assert (await client.get("/users/me", headers=headers)).status_code == 200


def test_another_run_changes_and_prints_nothing(
    first_output: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert first_output

    run(monkeypatch, "setup")

    assert capsys.readouterr().out == ""


@pytest.fixture
def output_with_password(
    database: SecretStr, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> str:
    """What the first run prints when the settings name a password."""
    monkeypatch.setenv("ADMIN_PASSWORD", PASSWORD)
    run(monkeypatch, "setup")
    return capsys.readouterr().out


async def test_a_password_of_the_settings_is_used_and_not_printed(
    output_with_password: str, database: SecretStr
) -> None:
    assert output_with_password == "Administrator: root@example.com\n"

    async with started(create_app(served(database))) as client:
        assert await get_token(client, "root@example.com")


async def test_the_administrator_counts_as_one_who_was_registered(
    first_output: str, database: SecretStr
) -> None:
    account = {"email": "Root@example.com", "password": PASSWORD}

    async with started(create_app(served(database))) as client:
        answer: httpx2.Response = await client.post("/auth/register", json=account)

        assert answer.status_code == 202
        form = {"grant_type": "password", "username": "root@example.com", "password": PASSWORD}
        assert (await client.post("/auth/token", data=form)).status_code == 400


def test_help_names_the_commands(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        run(monkeypatch, "--help")

    assert ended.value.code == 0
    assert "setup" in capsys.readouterr().out
