"""Access tokens without HTTP: what is remembered of those that were verified."""

from datetime import datetime, timedelta, tzinfo
from uuid import uuid4

import jwt
import pytest

from app.core import security
from app.core.crypto.keys import read_keys
from app.core.exceptions import Unauthorized
from app.core.security import LEEWAY, AccessTokens, Principal
from tests.keys import keys_file

LIFETIME = timedelta(minutes=15)
CALLER = Principal(user_id=uuid4(), session_id=uuid4(), scopes=frozenset({"profile:read"}))


def make_tokens(max_remembered: int = 10) -> AccessTokens:
    keys = read_keys(keys_file())
    return AccessTokens(keys, "https://a.example", LIFETIME, max_remembered=max_remembered)


@pytest.fixture
def verified(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Collect the tokens whose signatures are verified."""
    found: list[str] = []
    decode = jwt.PyJWT.decode

    def watched(verifier: jwt.PyJWT, token: str, *args: object, **options: object) -> object:
        found.append(token)
        return decode(verifier, token, *args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(jwt.PyJWT, "decode", watched)
    return found


def test_a_token_is_verified_once(verified: list[str]) -> None:
    tokens = make_tokens()
    token = tokens.issue(CALLER)

    assert [tokens.read(token) for _ in range(3)] == [CALLER] * 3
    assert verified == [token]


def test_a_token_that_was_accepted_is_refused_once_it_has_expired(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tokens = make_tokens()
    token = tokens.issue(CALLER)
    tokens.read(token)

    class Later(datetime):
        """A clock of the time after the token."""

        @classmethod
        def now(cls, tz: tzinfo | None = None) -> "Later":
            moment = datetime.now(tz) + LIFETIME + LEEWAY
            return cls.fromtimestamp(moment.timestamp(), tz)

    monkeypatch.setattr(security, "datetime", Later)
    monkeypatch.setattr("jwt.api_jwt.datetime", Later)

    with pytest.raises(Unauthorized):
        tokens.read(token)


def test_a_token_that_differs_from_one_that_was_accepted_is_refused() -> None:
    tokens = make_tokens()
    token = tokens.issue(CALLER)
    tokens.read(token)

    head, claims, signature = token.split(".")
    forged = signature[::-1]
    with pytest.raises(Unauthorized):
        tokens.read(f"{head}.{claims}.{forged}")


def test_tokens_beyond_the_bound_are_verified_again(verified: list[str]) -> None:
    tokens = make_tokens(max_remembered=1)
    first, second = tokens.issue(CALLER), tokens.issue(CALLER)

    for token in (first, second, second, first):
        assert tokens.read(token) == CALLER
    assert verified == [first, second, first]
