"""Who is let in."""

from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta

import httpx2
import pytest

from app.core.config import Settings
from app.schemas.operation import Operation
from app.schemas.v1 import operations
from tests.clients import Caller
from tests.problems import assert_problem
from tests.tokens import claims, issue, sign

FORGED_KEY = "another-secret-of-more-than-32-characters"
HOUR = timedelta(hours=1)
NOW = datetime.now(UTC)
PROTECTED = [operation for operation in operations.OPERATIONS.values() if operation.security]

FORGERIES: dict[str, Callable[[Settings], str]] = {
    "not a token": lambda _: "abc",
    "three parts of nothing": lambda _: "a.b.c",
    "bytes that are no text": lambda _: "\xff\xfe",
    "signed by somebody else": lambda s: sign(s, claims(s), key=FORGED_KEY),
    "signed with another algorithm": lambda s: sign(s, claims(s), algorithm="HS512"),
    "not signed": lambda s: sign(s, claims(s), key="", algorithm="none"),
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
}


def _swap_content(token: str) -> str:
    header, _, signature = token.split(".")
    content = urlsafe_b64encode(b'{"sub": "somebody-else"}').rstrip(b"=").decode()
    return f"{header}.{content}.{signature}"


def bearer(token: str) -> dict[bytes, bytes]:
    return {b"Authorization": f"Bearer {token}".encode("latin-1")}


async def test_a_token_as_the_service_issues_it_is_let_in(
    client: httpx2.AsyncClient, settings: Settings
) -> None:
    answer = await client.get("/items", headers=bearer(issue(settings)))

    assert answer.status_code == 200


@pytest.mark.parametrize("operation", PROTECTED, ids=lambda operation: operation.operation_id)
async def test_every_protected_operation_asks_for_a_token(
    client: httpx2.AsyncClient, operation: Operation
) -> None:
    answer = await client.request(operation.method, operation.path.replace("{item_id}", "x"))

    assert_problem(answer, 401, "unauthorized")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(
    "credentials", ["", "Bearer", "Bearer ", "Bearer   ", "Basic YWRhOnNlY3JldA==", "Token abc"]
)
async def test_a_header_without_a_bearer_token_counts_as_none(
    client: httpx2.AsyncClient, credentials: str
) -> None:
    answer = await client.get("/users/me", headers={"Authorization": credentials})

    assert_problem(answer, 401, "unauthorized")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("scheme", ["bearer", "BEARER"])
async def test_the_scheme_is_read_in_upper_and_lower_case(ada: Caller, scheme: str) -> None:
    token = ada.headers["Authorization"].partition(" ")[2]

    answer = await ada.request("GET", "/users/me", Authorization=f"{scheme}  {token}")

    assert answer.status_code == 200


@pytest.mark.parametrize("forgery", FORGERIES.values(), ids=FORGERIES)
async def test_a_token_that_is_not_ours_is_refused(
    client: httpx2.AsyncClient, settings: Settings, forgery: Callable[[Settings], str]
) -> None:
    answer = await client.get("/users/me", headers=bearer(forgery(settings)))

    problem = assert_problem(answer, 401, "unauthorized")
    assert problem["detail"] == "The access token is not valid; get a new one."
    assert answer.headers["WWW-Authenticate"] == 'Bearer error="invalid_token"'


@pytest.mark.parametrize("claim", ["iss", "aud", "sub", "iat", "nbf", "exp", "jti", "scope"])
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
    answer = await client.post("/items", content=broken_json(), headers=headers)

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
