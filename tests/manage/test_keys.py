"""`python -m app.manage keys`: making and rotating the keys of access tokens."""

import json
import sys
from pathlib import Path

import pytest

from app.core.crypto.keys import read_keys
from app.manage.__main__ import main
from tests.apps import own_log


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "keys" / "signing.json"


def run(monkeypatch: pytest.MonkeyPatch, file: Path, step: str) -> list[str]:
    """Take a step and return the states of the keys."""
    arguments = ["app.manage", "keys", step, "--file", str(file)]
    monkeypatch.setattr(sys, "argv", arguments)
    with own_log():
        main()
    return [key.state for key in read_keys(file).keys]


def test_a_rotation_takes_three_steps_and_keeps_what_tokens_need(
    monkeypatch: pytest.MonkeyPatch, file: Path
) -> None:
    assert run(monkeypatch, file, "make") == ["active"]
    old = read_keys(file).active.kid

    assert run(monkeypatch, file, "add") == ["active", "next"]
    assert read_keys(file).active.kid == old
    assert run(monkeypatch, file, "activate") == ["retired", "active"]
    assert read_keys(file).active.kid != old
    assert run(monkeypatch, file, "list") == ["retired", "active"]
    assert run(monkeypatch, file, "prune") == ["active"]


def test_a_file_that_is_there_is_kept(monkeypatch: pytest.MonkeyPatch, file: Path) -> None:
    run(monkeypatch, file, "make")
    before = file.read_bytes()

    run(monkeypatch, file, "make")

    assert file.read_bytes() == before


def test_only_the_owner_reads_the_file_and_nobody_sees_a_private_part(
    monkeypatch: pytest.MonkeyPatch, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(monkeypatch, file, "make")

    assert file.stat().st_mode & 0o777 == 0o600
    shown = capsys.readouterr().out
    key = json.loads(file.read_text())["keys"][0]
    assert key["kid"] in shown
    assert key["d"] not in shown
    assert "signing_key.created" in shown


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("", "Expecting value"),
        ('{"keys": []}', "exactly one key has to have the state active, not 0"),
        ('{"keys": [{"kty": "RSA", "state": "active"}]}', "is not supported; use ES256 or HS256"),
        ('{"keys": [{"kty": "oct", "k": "c2hvcnQ", "state": "on"}]}', "the state 'on'"),
    ],
)
def test_a_file_that_is_none_is_refused_by_name(
    monkeypatch: pytest.MonkeyPatch, file: Path, content: str, fault: str
) -> None:
    file.parent.mkdir()
    file.write_text(content)

    with pytest.raises(SystemExit, match=fault) as ended:
        run(monkeypatch, file, "list")

    assert str(file) in str(ended.value)


def test_nothing_is_activated_before_it_was_published(
    monkeypatch: pytest.MonkeyPatch, file: Path
) -> None:
    run(monkeypatch, file, "make")

    with pytest.raises(SystemExit, match="no key has the state next"):
        run(monkeypatch, file, "activate")
