"""`python -m app.manage routes`: the table of operations."""

import sys

import pytest

from app.api.versions import VERSIONS
from app.manage.__main__ import main


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> list[str]:
    """The printed lines, each with single spaces."""
    monkeypatch.setattr(sys, "argv", ["app.manage", "routes"])
    monkeypatch.setenv("RATE_LIMIT_PER_SECOND", "7")
    main()
    return [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]


def test_each_version_has_its_operations(lines: list[str]) -> None:
    for version in VERSIONS:
        assert f"{version.name}: {len(version.operations)} operations" in lines
        starts = [f"{one.method} {version.prefix}{one.path}" for one in version.operations.values()]
        assert [
            start for start in starts if not any(line.startswith(f"{start} ") for line in lines)
        ] == []


def test_a_line_has_the_scopes_and_the_limit_of_the_settings(lines: list[str]) -> None:
    assert (
        "PATCH /api/v1/users/me updateMe oauth2[profile:write] default: 7/1s, 1000/60s per caller"
    ) in lines


def test_a_limit_of_the_contract_is_shown_with_its_bucket(lines: list[str]) -> None:
    assert (
        "POST /api/v1/auth/register registerUser none auth: 10/1s, 100/60s per address"
    ) in lines


def test_an_operation_without_credentials_and_limit_says_so(lines: list[str]) -> None:
    assert "GET /api/v1/health/live getLiveness none none" in lines


# part api_keys
def test_alternatives_of_security_are_joined_by_or(lines: list[str]) -> None:
    found = [line for line in lines if " getMe " in line]

    assert len(found) == len(VERSIONS)
    assert all(" oauth2[profile:read] or api_key[profile:read] " in line for line in found)


# end part
