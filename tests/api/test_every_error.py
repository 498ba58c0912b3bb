"""Every error is a problem document, wherever it was raised."""

import json
from collections.abc import AsyncIterator
from typing import Annotated

import httpx2
import pytest
from fastapi import Body, Request

from app.api import deps
from app.core.exceptions import ValidationFailed
from app.main import create_app
from tests.apps import make_settings, started
from tests.backends import EMBEDDED
from tests.clients import Caller
from tests.problems import assert_problem, refused_fields
from tests.tokens import issue_let_in

ACCOUNT = {"email": "ada@example.com", "password": "correct horse battery"}
ORIGIN = "https://app.example.com"
MAX_BODY = 65_536
DEPTH = 30_000


async def pieces(size: int) -> AsyncIterator[bytes]:
    """Yield a body whose size no header declares."""
    for _ in range(0, size, 65_536):
        yield b" " * 65_536


def as_json(**headers: str) -> dict[str, str]:
    return {"Content-Type": "application/json"} | headers


@EMBEDDED
@pytest.mark.parametrize(
    "path",
    ["/nowhere", "/users/me/", "/health/live/more", "http://test/", "http://test/api/v999/users"],
)
async def test_an_unknown_path_is_not_found(client: httpx2.AsyncClient, path: str) -> None:
    assert_problem(await client.get(path), 404, "not-found")


@EMBEDDED
@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/users/me", "GET, HEAD, PATCH"),
        ("OPTIONS", "/users/me", "GET, HEAD, PATCH"),
        ("BREW", "/users/me", "GET, HEAD, PATCH"),
        ("POST", "/users/1", "DELETE, GET, HEAD, PATCH"),
        ("PUT", "/users/me", "GET, HEAD, PATCH"),
        ("GET", "/auth/token", "POST"),
        ("HEAD", "/auth/token", "POST"),
        ("POST", "http://test/docs", "GET, HEAD"),
    ],
)
async def test_a_wrong_method_is_told_every_right_one(
    client: httpx2.AsyncClient, method: str, path: str, allowed: str
) -> None:
    answer = await client.request(method, path)

    assert answer.status_code == 405
    assert answer.headers["Allow"] == allowed
    if method != "HEAD":
        assert_problem(answer, 405, "method-not-allowed")


@pytest.mark.parametrize(
    "path", ["/users/me", "/users/me/sessions", "/health/live", "http://test/docs"]
)
async def test_head_answers_as_get_without_the_body(ada: Caller, path: str) -> None:
    got = await ada.get(path)

    head = await ada.request("HEAD", path)

    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["Content-Length"] == got.headers["Content-Length"]
    assert head.headers["Content-Type"] == got.headers["Content-Type"]


async def test_a_declared_size_beyond_the_limit_is_refused_unread(
    client: httpx2.AsyncClient,
) -> None:
    read = 0

    async def body() -> AsyncIterator[bytes]:
        nonlocal read
        read += 1
        yield b""

    answer = await client.post(
        "/auth/register", content=body(), headers=as_json(**{"Content-Length": str(MAX_BODY + 1)})
    )

    assert_problem(answer, 413, "content-too-large")
    assert str(MAX_BODY) in answer.json()["detail"]
    assert read == 0


@pytest.mark.parametrize("content_type", ["application/json", "application/x-www-form-urlencoded"])
async def test_a_body_that_grows_beyond_the_limit_is_refused(
    client: httpx2.AsyncClient, content_type: str
) -> None:
    path = "/auth/register" if content_type.endswith("json") else "/auth/token"

    answer = await client.post(
        path, content=pieces(2 * MAX_BODY), headers={"Content-Type": content_type}
    )

    assert_problem(answer, 413, "content-too-large")


async def test_the_largest_body_is_read(client: httpx2.AsyncClient) -> None:
    answer = await client.post("/auth/register", content=b" " * MAX_BODY, headers=as_json())

    assert_problem(answer, 400, "malformed-body")


@EMBEDDED
@pytest.mark.parametrize("media_type", ["text/plain", "application/xml", "", "nonsense", "json"])
async def test_another_media_type_is_refused(ada: Caller, media_type: str) -> None:
    answer = await ada.client.patch(
        "/users/me",
        content=b'{"display_name": "x"}',
        headers=ada.headers | {"Content-Type": media_type},
    )

    problem = assert_problem(answer, 415, "unsupported-media-type")
    assert problem["detail"] == "Send the body as application/json."


async def test_a_media_type_may_have_parameters_and_capitals(ada: Caller) -> None:
    headers = {"Content-Type": "Application/JSON; charset=utf-8"}

    answer = await ada.request("PATCH", "/users/me", {"display_name": "A"}, **headers)

    assert answer.status_code == 200


@EMBEDDED
@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"{not json}",
        b'{"name": "x"} more',
        b'{"name": "\xff"}',
        b'{"name": "\\ud800"}',
        b'\xef\xbb\xbf{"name": "x"}',
        '{"name": "x"}'.encode("utf-16"),
        b'{"display_name": NaN}',
        b'{"display_name": -Infinity}',
        b'{"display_name": ' + b"9" * 5000 + b"}",
        b"[" * DEPTH + b"]" * DEPTH,
    ],
    ids=lambda body: repr(body[:30]),
)
async def test_a_body_that_is_not_json_cannot_be_read(ada: Caller, body: bytes) -> None:
    answer = await ada.client.patch("/users/me", content=body, headers=as_json(**ada.headers))

    assert_problem(answer, 400, "malformed-body")


@EMBEDDED
@pytest.mark.parametrize(
    ("body", "refused"),
    [
        ({}, {"/email": "missing", "/password": "missing"}),
        (
            {"email": 5, "password": "x"},
            {"/email": "string-type", "/password": "string-too-short"},
        ),
        (ACCOUNT | {"a/b~c": 1}, {"/a~1b~0c": "extra-forbidden"}),
        (ACCOUNT | {"": 1}, {"/": "extra-forbidden"}),
        ([], {"": "object-type"}),
        (None, {"": "object-type"}),
    ],
    ids=str,
)
async def test_each_refused_field_of_a_body_has_its_json_pointer(
    client: httpx2.AsyncClient, body: object, refused: dict[str, str]
) -> None:
    content = json.dumps(body).encode()

    answer = await client.post("/auth/register", content=content, headers=as_json())

    assert refused_fields(answer) == refused
    assert {error["location"] for error in answer.json()["errors"]} == {"body"}


async def keep(count: int, body: Annotated[list[int], Body()]) -> None:
    """Read a body and a parameter that the contract does not know."""


async def test_what_the_framework_refuses_is_a_problem_too() -> None:
    app = create_app(make_settings())
    app.add_api_route("/counts", keep, methods=["POST"])

    async with started(app) as client:
        answer = await client.post("http://test/counts?count=many", json=[1, "x"])

    assert refused_fields(answer) == {"count": "invalid", "/1": "invalid"}


@pytest.mark.parametrize(
    ("path", "location", "refused"),
    [
        ("?limit=0", "query", {"limit": "greater-than-equal"}),
        ("?limit=1.5", "query", {"limit": "integer-type"}),
        ("?limit=", "query", {"limit": "integer-type"}),
        ("/not-a-uuid", "path", {"session_id": "format"}),
    ],
)
async def test_each_refused_parameter_has_its_name(
    ada: Caller, path: str, location: str, refused: dict[str, str]
) -> None:
    method = "DELETE" if location == "path" else "GET"

    answer = await ada.request(method, f"/users/me/sessions{path}")

    assert refused_fields(answer) == refused
    assert {error["location"] for error in answer.json()["errors"]} == {location}


async def test_no_more_errors_are_listed_than_the_contract_allows(ada: Caller) -> None:
    answer = await ada.patch("/users/me", {f"unknown-{n}": n for n in range(150)})

    assert len(refused_fields(answer)) == 100
    assert answer.json()["detail"] == ValidationFailed([]).detail.replace("0", "150")


async def test_an_unexpected_failure_keeps_its_reason_from_the_client() -> None:
    async def broken_provider(_: Request) -> None:
        raise RuntimeError("the secret reason")

    app = create_app(make_settings(cors_origins=[ORIGIN]))
    app.dependency_overrides[deps.services] = broken_provider

    async with started(app) as client:
        answer = await client.get(
            "/health/live", headers={"Origin": ORIGIN, "X-Request-ID": "request-12345"}
        )

    problem = assert_problem(answer, 500, "internal-error")
    assert "secret" not in answer.text
    assert problem["request_id"] == "request-12345"
    assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert "X-Request-ID" in answer.headers["Access-Control-Expose-Headers"]


async def test_a_database_that_does_not_answer_is_a_503() -> None:
    settings = make_settings()
    app = create_app(settings)

    async with started(app) as client:
        headers = {"Authorization": f"Bearer {await issue_let_in(app, settings)}"}
        answers = [
            await client.get("/users/me/sessions", headers=headers),
            await client.patch("/users/me", json={}, headers=headers),
            await client.post(
                "/auth/register", json={"email": "a@example.com", "password": "long enough 123"}
            ),
        ]

    for answer in answers:
        assert_problem(answer, 503, "service-unavailable")
        assert int(answer.headers["Retry-After"]) > 0


async def test_other_origins_get_no_cors_headers(client: httpx2.AsyncClient) -> None:
    answer = await client.get("/health/live", headers={"Origin": "https://evil.example.com"})

    assert "Access-Control-Allow-Origin" not in answer.headers


async def test_a_page_of_a_known_origin_may_call_with_a_token(client: httpx2.AsyncClient) -> None:
    answer = await client.options(
        "/users/me",
        headers={
            "Origin": ORIGIN,
            "Access-Control-Request-Method": "PATCH",
            "Access-Control-Request-Headers": "authorization, content-type",
        },
    )

    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert "authorization" in answer.headers["Access-Control-Allow-Headers"].lower()
