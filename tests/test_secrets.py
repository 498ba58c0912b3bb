"""Nothing secret in logs: what the whole run wrote, searched for all that it used.

These tests run last (see conftest.py): they look at every line before them.
"""

import httpx2
import pytest

from app.core import audit
from tests import figures, secrets_seen
from tests.clients import PASSWORD, sign_in, sign_up


@pytest.fixture
async def used(client: httpx2.AsyncClient) -> dict[str, str]:
    """Tokens that were just used, so that this module alone has something to look for."""
    ada = await sign_up(client, "Ada")
    answer = await sign_in(client, ada.email)
    await ada.get("/users/me")
    return answer


async def test_no_log_line_of_the_run_holds_a_password_or_token(used: dict[str, str]) -> None:
    """Promise 24."""
    assert {PASSWORD, used["access_token"], used["refresh_token"]} <= secrets_seen.secrets

    found = secrets_seen.found_in("\n".join(secrets_seen.lines), secrets_seen.secrets)

    figures.record(
        "secrets in logs",
        f"{len(found)} of {len(secrets_seen.secrets):,} in {len(secrets_seen.lines):,} lines",
    )
    assert secrets_seen.lines
    assert found == []


async def test_a_secret_in_a_log_line_would_be_found(used: dict[str, str]) -> None:
    before = len(secrets_seen.lines)

    audit.record(audit.Event.LOGIN_FAILED, reason=f"wrong password {PASSWORD}")

    written = secrets_seen.lines[before:]
    del secrets_seen.lines[before:]
    assert PASSWORD in secrets_seen.found_in("\n".join(written), secrets_seen.secrets)
