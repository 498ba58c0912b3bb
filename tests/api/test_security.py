"""Authentication: which credentials are accepted."""

import hmac
import json
from base64 import b64encode, urlsafe_b64decode, urlsafe_b64encode
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import cast

import httpx2
import jwt
import pytest
from fastapi import FastAPI

from app.core.config import Settings
from app.core.crypto.keys import make_signing_key, read_keys
from app.schemas.operation import Operation, SecurityScheme
from tests.backends import EMBEDDED
from tests.clients import PASSWORD, Caller
from tests.problems import assert_problem, challenge_of
from tests.tokens import claims, issue, sign
from tests.versions import OPERATIONS

FORGED_KEY = make_signing_key("ES256")
SHARED_KEY = make_signing_key("HS256")
HOUR = timedelta(hours=1)
NOW = datetime.now(UTC)
PROTECTED = [operation for operation in OPERATIONS.values() if operation.security]

FORGERIES: dict[str, Callable[[Settings], str]] = {
    "not a token": lambda _: "abc",
    "three parts of nothing": lambda _: "a.b.c",
    "bytes that are no text": lambda _: "\xff\xfe",
    "signed by another key": lambda s: sign(s, claims(s), key=FORGED_KEY.loaded.key),
    "signed by an unknown key": lambda s: sign(
        s, claims(s), key=FORGED_KEY.loaded.key, kid=FORGED_KEY.kid
    ),
    "signed by no named key": lambda s: _with_header(issue(s), kid=None),
    "naming a key by number": lambda s: _with_header(issue(s), kid=7),
    "signed with another algorithm": lambda s: sign(
        s, claims(s), key=SHARED_KEY.loaded.key, algorithm="HS256"
    ),
    "signed with the public key as a secret": lambda s: _signed_by_text(s, _public_key(s)),
    "bringing its own key": lambda s: sign(
        s, claims(s), key=FORGED_KEY.loaded.key, jwk=FORGED_KEY.public()
    ),
    "naming where its key is": lambda s: sign(
        s, claims(s), key=FORGED_KEY.loaded.key, jku="https://elsewhere.example/keys"
    ),
    "not signed": lambda s: sign(s, claims(s), key="", algorithm="none"),
    "not signed any more": lambda s: _with_header(issue(s), alg="none").rpartition(".")[0] + ".",
    "signature cut off": lambda s: issue(s).rpartition(".")[0] + ".",
    "content swapped": lambda s: _swap_content(issue(s)),
    "a refresh token": lambda s: sign(s, claims(s), typ="refresh+jwt"),
    "a plain JWT": lambda s: sign(s, claims(s), typ="JWT"),
    "of no type": lambda s: sign(s, claims(s), typ=None),
    "expired": lambda s: issue(s, iat=NOW - HOUR, nbf=NOW - HOUR, exp=NOW - HOUR / 2),
    "not yet valid": lambda s: issue(s, nbf=NOW + HOUR / 2, exp=NOW + HOUR),
    "issued in the future": lambda s: issue(s, iat=NOW + HOUR / 2, exp=NOW + HOUR),
    "for another audience": lambda s: issue(s, aud="https://elsewhere.example"),
    "by another issuer": lambda s: issue(s, iss="https://elsewhere.example"),
    "for no user": lambda s: issue(s, sub="ada"),
    "of no session": lambda s: issue(s, sid="none"),
    "of a session that never was": issue,
}


def _swap_content(token: str) -> str:
    header, _, signature = token.split(".")
    content = urlsafe_b64encode(b'{"sub": "somebody-else"}').rstrip(b"=").decode()
    return f"{header}.{content}.{signature}"


def _with_header(token: str, **changes: object) -> str:
    header, content, signature = token.split(".")
    fields = json.loads(urlsafe_b64decode(header + "==")) | changes
    changed = urlsafe_b64encode(json.dumps(fields).encode()).rstrip(b"=").decode()
    return f"{changed}.{content}.{signature}"


def _signed_by_text(settings: Settings, secret: bytes) -> str:
    """Return what PyJWT refuses to make: a token whose HMAC key is the text of a public key."""
    content = _with_header(issue(settings), alg="HS256").rpartition(".")[0]
    mac = urlsafe_b64encode(hmac.digest(secret, content.encode(), "sha256")).rstrip(b"=")
    return f"{content}.{mac.decode()}"


def _public_key(settings: Settings) -> bytes:
    """Return what everybody can read, as the text that a careless library takes for a secret."""
    return json.dumps(read_keys(settings.keys_file).published()[0]).encode()


def bearer(token: str) -> dict[bytes, bytes]:
    return {b"Authorization": f"Bearer {token}".encode("latin-1")}


async def test_a_token_as_the_service_issues_it_is_let_in(
    client: httpx2.AsyncClient, app: FastAPI, settings: Settings, ada: Caller
) -> None:
    token = ada.headers["Authorization"].removeprefix("Bearer ")
    content = jwt.decode(token, options={"verify_signature": False})

    answer = await client.get("/users/me", headers=bearer(sign(settings, content)))

    assert answer.status_code == 200


@EMBEDDED
@pytest.mark.parametrize("operation", PROTECTED, ids=lambda operation: operation.operation_id)
async def test_every_protected_operation_asks_for_a_token(
    client: httpx2.AsyncClient, operation: Operation
) -> None:
    answer = await client.request(
        operation.method, operation.path.replace("{", "").replace("}", "")
    )

    assert_problem(answer, 401, "unauthorized")
    assert challenge_of(answer) == "Bearer"


@EMBEDDED
@pytest.mark.parametrize(
    "credentials", ["", "Bearer", "Bearer ", "Bearer   ", "Basic YWRhOnNlY3JldA==", "Token abc"]
)
async def test_a_header_without_a_bearer_token_counts_as_none(
    client: httpx2.AsyncClient, credentials: str
) -> None:
    answer = await client.get("/users/me", headers={"Authorization": credentials})

    assert_problem(answer, 401, "unauthorized")
    assert challenge_of(answer) == "Bearer"


@pytest.mark.parametrize("scheme", ["bearer", "BEARER"])
async def test_the_scheme_is_read_in_upper_and_lower_case(ada: Caller, scheme: str) -> None:
    token = ada.headers["Authorization"].partition(" ")[2]

    answer = await ada.request("GET", "/users/me", Authorization=f"{scheme}  {token}")

    assert answer.status_code == 200


@pytest.fixture
def basic(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let operations take basic authentication in place of tokens."""
    scheme = SecurityScheme(kind="http basic")
    for operation in PROTECTED:
        for name in operation.schemes:
            monkeypatch.setitem(cast("dict[str, SecurityScheme]", operation.schemes), name, scheme)


@pytest.mark.usefixtures("basic")
async def test_basic_authentication_takes_address_and_password(ada: Caller) -> None:
    answer = await ada.client.get("/users/me", auth=(ada.email, PASSWORD))

    assert (answer.status_code, answer.json()["email"]) == (200, ada.email)


@pytest.mark.usefixtures("basic")
@pytest.mark.parametrize(
    "credentials",
    [b"", b"ada@example.com", b"ada@example.com:wrong", b"ada\0@example.com:x", b":", b"\xff:x"],
)
async def test_wrong_basic_authentication_is_refused(
    client: httpx2.AsyncClient, credentials: bytes
) -> None:
    headers = {b"Authorization": b"Basic " + b64encode(credentials)}

    answer = await client.get("/users/me", headers=headers)

    assert_problem(answer, 401, "unauthorized")
    assert challenge_of(answer) == 'Basic realm="API", charset="UTF-8"'


@EMBEDDED
@pytest.mark.parametrize("forgery", FORGERIES.values(), ids=FORGERIES)
async def test_a_token_that_is_not_ours_is_refused(
    client: httpx2.AsyncClient, settings: Settings, forgery: Callable[[Settings], str]
) -> None:
    answer = await client.get("/users/me", headers=bearer(forgery(settings)))

    problem = assert_problem(answer, 401, "unauthorized")
    assert problem["detail"] == "The access token is not valid; get a new one."
    assert challenge_of(answer) == 'Bearer error="invalid_token"'


@EMBEDDED
@pytest.mark.parametrize(
    "claim", ["iss", "aud", "sub", "sid", "client_id", "iat", "nbf", "exp", "jti", "scope"]
)
async def test_a_token_without_one_of_its_claims_is_refused(
    client: httpx2.AsyncClient, settings: Settings, claim: str
) -> None:
    content = claims(settings)
    del content[claim]

    answer = await client.get("/users/me", headers=bearer(sign(settings, content)))

    assert_problem(answer, 401, "unauthorized")


@pytest.mark.parametrize("credentials", [{}, bearer("abc")], ids=["anonymous", "forged"])
async def test_nobody_has_a_body_read_before_signing_in(
    client: httpx2.AsyncClient, credentials: dict[bytes, bytes]
) -> None:
    pieces_read = 0

    async def broken_json() -> AsyncIterator[bytes]:
        nonlocal pieces_read
        pieces_read += 1
        yield b"{not json"

    headers = {b"Content-Type": b"application/json"} | credentials
    answer = await client.patch("/users/me", content=broken_json(), headers=headers)

    assert_problem(answer, 401, "unauthorized")
    assert pieces_read == 0


async def test_a_refused_token_is_not_repeated_to_the_caller(client: httpx2.AsyncClient) -> None:
    answer = await client.get("/users/me", headers=bearer("my-secret-token"))

    assert "my-secret-token" not in answer.text


async def test_every_answer_tells_browsers_to_be_careful(client: httpx2.AsyncClient) -> None:
    for path in ("/health/live", "/users/me", "/nowhere"):
        answer = await client.get(path)
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
