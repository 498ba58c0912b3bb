"""Malformed and hostile requests: each gets a fitting problem, none a 500."""

import json
import logging
from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI
from jsonschema_rs import validator_for

from app.core.security import ROLE_SCOPES
from tests.apps import AppClient
from tests.backends import EMBEDDED
from tests.clients import PASSWORD, Caller, sign_up
from tests.raw import Header, send
from tests.versions import OPERATIONS, PREFIX

API = PREFIX
ITEM = "/items/0199d6a0-a5b0-7c3e-9a4f-6f1d2c3b4a59"  # part example
JSON_OPERATIONS = [
    ("POST", "/auth/register"),
    ("PATCH", "/users/me"),
    ("POST", "/items"),  # part example
    ("PATCH", ITEM),  # part example
]
MAX_BODY = 65_536
METHODS = (
    *("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"),
    *("OPTIONS", "TRACE", "CONNECT", "BREW"),
)
PATHS = sorted({operation.path for operation in OPERATIONS.values()})

JSON: Header = ("Content-Type", "application/json")
FORM: Header = ("Content-Type", "application/x-www-form-urlencoded")


@pytest.fixture(scope="session")
async def ada(app: FastAPI) -> AsyncIterator[Caller]:
    """One user for all of these tests; none of them cares what the user owns."""
    async with AppClient(app) as client:
        yield await sign_up(client, "Ada")


def signed_in(caller: Caller, *headers: Header) -> list[Header]:
    """Return the headers of a request of this user."""
    return [*caller.headers.items(), *headers]


@EMBEDDED
@pytest.mark.parametrize(("method", "path"), JSON_OPERATIONS)
@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b'{"a": "\xff"}', id="invalid UTF-8"),
        pytest.param(b'{"a": "\xed\xa0\x80"}', id="surrogate in UTF-8"),
        pytest.param(b'{"a": "\xc0\xaf"}', id="overlong UTF-8"),
        pytest.param(b'{"\\ud800": 1}', id="lone surrogate"),
        pytest.param(b'{"a": "\x00"}', id="raw NUL"),
        pytest.param(b'{"a": ' + b"9" * 5000 + b"}", id="5000 digits"),
        pytest.param(b'{"a": -Infinity}', id="infinity"),
        pytest.param(b'{"a":' * 10_000 + b"1" + b"}" * 10_000, id="deep nesting"),
        pytest.param("{}".encode("utf-32"), id="UTF-32"),
        pytest.param(b'{"name": 1, "name": "Oak table"}', id="two members of one name"),
        pytest.param(b'{"name": 1, "n\\u0061me": 1}', id="two members of one name, escaped"),
        pytest.param(b'{"a": [{"b": {"c": 1, "c": 1}}]}', id="two members of one name, deep"),
        pytest.param(b"\x1f\x8b\x08", id="gzip"),
        pytest.param(b" ", id="nothing but space"),
    ],
)
async def test_bytes_that_are_no_json_cannot_be_read(
    app: FastAPI, ada: Caller, method: str, path: str, body: bytes
) -> None:
    answer = await send(app, method, API + path, signed_in(ada, JSON), body)

    assert (answer.status, answer.problem()["code"]) == (400, "malformed-body")


# part example
@EMBEDDED
@pytest.mark.parametrize(
    ("body", "refused"),
    [
        (b'{"name": "a\\u0000b"}', {"/name"}),
        (b'{"name": "x", "description": "\\u0000"}', {"/description"}),
        (b'{"name": "x", "status": "active\\u0000"}', {"/status"}),
        (b'{"name": "x", "a\\u0000b": 1}', {"/a\0b"}),
        (b'{"name": "x", "quantity": 1e400}', {"/quantity"}),
        (b'{"name": "x", "quantity": -1e400}', {"/quantity"}),
        (b'{"name": "x", "quantity": ' + b"9" * 4000 + b"}", {"/quantity"}),
        (b'{"name": "x", "quantity": 0.5}', {"/quantity"}),
        (b'{"name": "x", "quantity": "5"}', {"/quantity"}),
        (b'{"name": "x", "quantity": true}', {"/quantity"}),
        (b'{"name": ' + b"[" * 150 + b"]" * 150 + b"}", {"/name"}),
        (b'{"name": "x", "__proto__": {}}', {"/__proto__"}),
        (b'{"name": "x", "' + b"k" * 2000 + b'": 1}', {""}),
        (b"[" + b"0," * 30_000 + b"0]", {""}),
        (b'"text"', {""}),
        (b"", {""}),
    ],
    ids=lambda value: repr(value)[:40],
)
async def test_json_that_breaks_the_contract_is_refused_by_field(
    app: FastAPI, ada: Caller, body: bytes, refused: set[str]
) -> None:
    answer = await send(app, "POST", f"{API}/items", signed_in(ada, JSON), body)

    assert answer.refused() == refused


# end part


async def test_a_very_large_number_of_wrong_fields_is_counted_but_not_listed(
    app: FastAPI, ada: Caller
) -> None:
    body = json.dumps({f"{n:x}": 0 for n in range(5_000)}).encode()

    answer = await send(app, "PATCH", f"{API}/users/me", signed_in(ada, JSON), body)

    assert len(answer.refused()) == 100
    assert answer.problem()["detail"] == "5000 fields were refused; see errors."


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"", "invalid_request"),
        (b"&&&&=%", "invalid_request"),
        (b"%zz=%zz", "invalid_request"),
        (b"&".join(b"k%d=1" % n for n in range(2000)), "invalid_request"),
        (b"grant_type=password&username=a&username=b&password=c", "invalid_request"),
        (b"grant_type=&username=&password=", "invalid_request"),
        (b"grant_type=password&username=%00&password=x", "invalid_request"),
        (b"grant_type=password&username=a&password=b&scope=%FF", "invalid_request"),
        (b"grant_type=password&username=a&password=b&scope=a++b", "invalid_request"),
        (b"grant_type=password&username=a&password=" + b"b" * 1000, "invalid_request"),
        (b"grant_type=%FF&username=a&password=b", "unsupported_grant_type"),
        (b"grant_type=password&username=\xff\xfe&password=\xff", "invalid_grant"),
        (b"grant_type=password&username=%ED%A0%80&password=%00", "invalid_grant"),
    ],
    ids=lambda value: repr(value)[:60],
)
async def test_a_form_that_is_no_token_request_gets_the_error_of_oauth2(
    app: FastAPI, body: bytes, error: str
) -> None:
    answer = await send(app, "POST", f"{API}/auth/token", [FORM], body)

    assert (answer.status, json.loads(answer.content)["error"]) == (400, error)
    assert answer.headers["cache-control"] == "no-store"


async def test_an_empty_scope_is_one_that_was_left_out(app: FastAPI, ada: Caller) -> None:
    """RFC 6749, section 3.2: parameters without a value are treated as if they were omitted."""
    form = f"grant_type=password&username={ada.email}&password={PASSWORD}&scope=".encode()

    answer = await send(app, "POST", f"{API}/auth/token", [FORM], form)

    assert answer.status == 200
    assert set(json.loads(answer.content)["scope"].split()) == ROLE_SCOPES["user"]


@EMBEDDED
@pytest.mark.parametrize(
    "content_type",
    [
        "multipart/form-data; boundary=b",
        "multipart/form-data",
        "application/json, text/plain",
        "application/vnd.api+json",
        "application/*",
        ";",
        b"application/json\xff",
        "x" * 5000,
    ],
    ids=lambda value: repr(value)[:40],
)
@pytest.mark.parametrize(("method", "path"), [*JSON_OPERATIONS, ("POST", "/auth/token")])
async def test_a_body_of_another_media_type_is_refused(
    app: FastAPI, ada: Caller, method: str, path: str, content_type: bytes | str
) -> None:
    part = b'--b\r\nContent-Disposition: form-data; name="grant_type"\r\n\r\npassword\r\n--b--\r\n'
    headers = signed_in(ada, ("Content-Type", content_type))

    answer = await send(app, method, API + path, headers, part)

    assert (answer.status, answer.problem()["code"]) == (415, "unsupported-media-type")


@EMBEDDED
@pytest.mark.parametrize(("method", "path"), [*JSON_OPERATIONS, ("POST", "/auth/token")])
async def test_two_mebibytes_in_pieces_are_too_many(
    app: FastAPI, ada: Caller, method: str, path: str
) -> None:
    content_type = FORM if path == "/auth/token" else JSON
    pieces = [b" " * 8_192] * (2 * MAX_BODY // 8_192)

    answer = await send(app, method, API + path, signed_in(ada, content_type), pieces)

    assert (answer.status, answer.problem()["code"]) == (413, "content-too-large")


async def test_a_size_that_is_no_number_that_python_reads_is_too_large(app: FastAPI) -> None:
    size = ("Content-Length", "9" * 5000)

    answer = await send(app, "POST", f"{API}/auth/register", [JSON, size])

    assert (answer.status, answer.problem()["code"]) == (413, "content-too-large")


async def test_a_client_that_goes_away_is_nobodys_failure(
    app: FastAPI, ada: Caller, caplog: pytest.LogCaptureFixture
) -> None:
    headers = signed_in(ada, JSON)

    answer = await send(app, "PATCH", f"{API}/users/me", headers, b'{"name":', cut_off=True)

    assert answer.status == 0
    background = ("app.tasks", "app.telemetry")
    lines = [line for line in caplog.records if not line.name.startswith(background)]
    assert [line for line in lines if line.levelno >= logging.WARNING] == []


@EMBEDDED
@pytest.mark.parametrize(
    ("query", "refused"),
    [
        ("limit=%FF", {"limit"}),
        ("limit=%00", {"limit"}),
        ("limit=" + "9" * 5000, {"limit"}),
        ("limit=%D9%A3", {"limit"}),
        ("limit=1_0", {"limit"}),
        ("limit=1e1", {"limit"}),
        ("limit=5&limit=x", {"limit"}),
        ("cursor=%FF", {"cursor"}),
        ("cursor=%ED%A0%80", {"cursor"}),
        ("cursor=a%0A", {"cursor"}),
        ("cursor=" + "A" * 3000, {"cursor"}),
        ("%FF=%FF&&&=%", {"\ufffd", ""}),
        ("x=" + "y" * 50_000, {"x"}),
        ("x" * 50_000, {"x" * 1000}),
    ],
    ids=lambda value: str(value if isinstance(value, str) else sorted(value))[:40],
)
async def test_a_query_that_breaks_the_contract_is_refused_by_name(
    app: FastAPI, ada: Caller, query: str, refused: set[str]
) -> None:
    answer = await send(app, "GET", f"{API}/users/me/sessions?{query}", signed_in(ada))

    assert answer.refused() == refused


@pytest.mark.parametrize(("query", "status"), [("&&&", 200), ("cursor=-_-_", 400)])
async def test_a_query_that_is_odd_but_right_is_answered(
    app: FastAPI, ada: Caller, query: str, status: int
) -> None:
    answer = await send(app, "GET", f"{API}/users/me/sessions?{query}", signed_in(ada))

    assert answer.status == status, answer.content


# part example
@pytest.mark.parametrize(
    ("query", "refused"),
    [
        ("sort=%00&status=%FF", {"sort", "status"}),
        ("created_after=%FF&created_before=1e400", {"created_after", "created_before"}),
    ],
)
async def test_a_filter_that_breaks_the_contract_is_refused_by_name(
    app: FastAPI, ada: Caller, query: str, refused: set[str]
) -> None:
    answer = await send(app, "GET", f"{API}/items?{query}", signed_in(ada))

    assert answer.refused() == refused


@pytest.mark.parametrize(
    "query",
    [
        "created_after=0000-01-01T00:00:00Z",
        "created_after=0001-01-01T00:00:00%2B23:59",
        "created_before=9999-12-31T23:59:59-23:59",
        "created_before=2016-12-31T23:59:60Z",
        "created_before=2026-01-01t00:00:00.123456789123456789z",
    ],
)
async def test_an_odd_moment_is_read(app: FastAPI, ada: Caller, query: str) -> None:
    answer = await send(app, "GET", f"{API}/items?{query}", signed_in(ada))

    assert answer.status == 200, answer.content


# end part


@EMBEDDED
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("DELETE", "/users/me/sessions"),
        *(("GET", "/items"), ("PATCH", "/items"), ("DELETE", "/items")),  # part example
    ],
)
@pytest.mark.parametrize(
    ("identifier", "status"),
    [
        ("%00", 422),
        ("%FF", 422),
        ("%ED%A0%80", 422),
        ("%E2%80%AE", 422),
        ("%", 422),
        ("%zz", 422),
        ("..", 404),
        ("%2e%2e", 404),
        ('{0199d6a0-a5b0-7c3e-9a4f-6f1d2c3b4a59}"<>^`|', 422),
        ("0199d6a0-a5b0-7c3e-9a4f-6f1d2c3b4a59\\", 404),
        ("0199d6a0-a5b0-7c3e-9a4f-6f1d2c3b4a59%00", 422),
        ("a" * 20_000, 422),
        ("%2F", 404),
        ("0199d6a0-a5b0-7c3e-9a4f-6f1d2c3b4a59%2F", 404),
        ("0199d6a0-a5b0-7c3e-9a4f-6f1d2c3b4a59/", 404),
        ("/0199d6a0-a5b0-7c3e-9a4f-6f1d2c3b4a59", 404),
    ],
    ids=lambda value: str(value)[:30],
)
async def test_an_identifier_that_is_none_is_refused(
    app: FastAPI, ada: Caller, method: str, path: str, identifier: str, status: int
) -> None:
    is_reference = validator_for({"format": "uri-reference"}, validate_formats=True).is_valid

    answer = await send(app, method, f"{API}{path}/{identifier}", signed_in(ada, JSON), b"{}")

    assert answer.status == status
    assert is_reference(answer.problem().get("instance", ""))


# part example
@EMBEDDED
@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("If-Match", value) for value in ("", "1", b'"\xff"', '"1', '*, "1"', "x" * 9000)),
        *(("Idempotency-Key", value) for value in ("", "a b", b"\xff", "k" * 9000)),
    ],
    ids=lambda value: repr(value)[:20],
)
async def test_a_header_that_breaks_the_contract_is_refused_by_name(
    app: FastAPI, ada: Caller, name: str, value: bytes | str
) -> None:
    method, path = ("PATCH", ITEM) if name == "If-Match" else ("POST", "/items")
    headers = signed_in(ada, JSON, (name, value))

    answer = await send(app, method, API + path, headers, b'{"name": "x"}')

    assert answer.refused() == {name}


# end part


@pytest.mark.parametrize("name", ["X-Request-ID", "X-Forwarded-For", "Accept", "Cookie", "Origin"])
@pytest.mark.parametrize("value", [b"", b"\xff\xfe", b"," * 9000], ids=["empty", "bytes", "long"])
async def test_a_header_that_the_contract_does_not_name_does_no_harm(
    app: FastAPI, ada: Caller, name: str, value: bytes
) -> None:
    answer = await send(app, "GET", f"{API}/users/me", signed_in(ada, (name, value)))

    assert answer.status == 200


@pytest.mark.parametrize("token", [b"\xff\xfe", b"." * 9000, b"a" * 100_000, b"e30.e30.e30"])
async def test_a_token_that_is_garbage_is_refused(app: FastAPI, token: bytes) -> None:
    answer = await send(app, "GET", f"{API}/users/me", [("Authorization", b"Bearer " + token)])

    assert (answer.status, answer.problem()["code"]) == (401, "unauthorized")


@EMBEDDED
@pytest.mark.parametrize("path", PATHS)
async def test_a_method_that_the_contract_does_not_name_is_told_those_that_it_does(
    app: FastAPI, path: str
) -> None:
    declared = {o.method for o in OPERATIONS.values() if o.path == path}
    declared |= {"HEAD"} & {"HEAD" for known in declared if known == "GET"}

    answers = {method: await send(app, method, API + path) for method in METHODS}

    assert {method for method, answer in answers.items() if answer.status != 405} == declared
    refused = [answer for answer in answers.values() if answer.status == 405]
    assert {answer.headers["allow"] for answer in refused} == {", ".join(sorted(declared))}
