"""A request with unknown or repeated parameters is refused."""

import httpx2
import pytest
from fastapi import FastAPI

from tests.backends import EMBEDDED
from tests.clients import PASSWORD, Caller
from tests.items import create
from tests.problems import refused_fields
from tests.raw import Header, send
from tests.versions import PREFIX

API = PREFIX
ME = f"{API}/users/me"


@EMBEDDED
@pytest.mark.parametrize(
    ("query", "refused"),
    [
        ("?limti=5", {"limti": "extra-forbidden"}),
        ("?Limit=5", {"Limit": "extra-forbidden"}),
        ("?a=1&b=2&limit=5", {"a": "extra-forbidden", "b": "extra-forbidden"}),
        ("?limit=1&limit=2", {"limit": "repeated"}),
        ("?limit=1&limit=1&x", {"limit": "repeated", "x": "extra-forbidden"}),
    ],
)
async def test_unknown_and_repeated_query_parameters_are_refused_by_name(
    ada: Caller, query: str, refused: dict[str, str]
) -> None:
    answer = await ada.get(f"/users/me/sessions{query}")

    assert refused_fields(answer) == refused
    assert {error["location"] for error in answer.json()["errors"]} == {"query"}


async def test_the_parameters_that_exist_are_named(ada: Caller) -> None:
    error = (await ada.get("/users/me/sessions?size=5")).json()["errors"][0]

    assert error["detail"] == "There is no such parameter; this operation has: limit, cursor"


async def test_a_refused_request_has_no_effect(ada: Caller) -> None:
    answer = await ada.patch("/users/me?dry_run=true", {"display_name": "Changed"})

    assert refused_fields(answer) == {"dry_run": "extra-forbidden"}
    assert (await ada.get("/users/me")).json()["display_name"] == "Ada"


# part example
async def test_an_array_repeats_its_parameter(ada: Caller) -> None:
    item = await create(ada, status="draft")

    page = await ada.get("/items?status=draft&status=active&status=draft")

    assert page.json()["items"] == [item]


# end part


@pytest.mark.parametrize("path", ["/health/live?probe=1", "/health/ready?a=1&a=2"])
async def test_an_operation_may_ignore_what_it_does_not_know(
    client: httpx2.AsyncClient, path: str
) -> None:
    assert (await client.get(path)).status_code == 200


async def test_the_token_endpoint_ignores_what_it_does_not_know(ada: Caller) -> None:
    """RFC 6749, section 3.2."""
    form = {"grant_type": "password", "username": ada.email, "password": PASSWORD}

    answer = await ada.client.post("/auth/token?audience=x", data=form)

    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "repeated"),
    [
        ("POST", f"{API}/items", ("Idempotency-Key", "a" * 10)),  # part example
        ("PATCH", ME, ("Content-Type", "text/plain")),
        ("GET", ME, ("Authorization", "Bearer other")),
        ("GET", ME, ("X-API-Key", "other")),  # part api_keys
    ],
)
async def test_a_header_with_one_value_may_not_be_repeated(
    app: FastAPI, ada: Caller, method: str, path: str, repeated: Header
) -> None:
    name, _ = repeated
    first: Header = (name, ada.headers.get(name, "application/json"))
    signed: list[Header] = [*(ada.headers | {"Content-Type": "application/json"}).items()]
    headers = [header for header in signed if header[0] != name] + [first, repeated]

    answer = await send(app, method, path, headers, b'{"name": "Oak table"}')

    assert answer.refused() == {name}
    assert answer.problem()["errors"][0]["code"] == "repeated"


async def test_lines_of_a_header_that_holds_a_list_are_one_list(
    app: FastAPI, ada: Caller, admin: Caller
) -> None:
    account = f"{API}/users/{(await ada.get('/users/me')).json()['id']}"
    tags: list[Header] = [("If-None-Match", '"7"'), ("If-None-Match", '"1"')]

    answer = await send(app, "GET", account, [*admin.headers.items(), *tags])

    assert answer.status == 304


@EMBEDDED
@pytest.mark.parametrize("coding", ["gzip", "br", "GZIP, identity", "deflate", "x"])
@pytest.mark.parametrize(("method", "path"), [("POST", f"{API}/auth/register"), ("PATCH", ME)])
async def test_a_compressed_body_is_refused(
    app: FastAPI, ada: Caller, method: str, path: str, coding: str
) -> None:
    headers = [*ada.headers.items(), ("Content-Type", "application/json")]

    answer = await send(app, method, path, [*headers, ("Content-Encoding", coding)], b"{}")

    assert (answer.status, answer.problem()["code"]) == (415, "unsupported-media-type")
    assert answer.headers["accept-encoding"] == "identity"
    assert "Content-Encoding" in answer.problem()["detail"]


@pytest.mark.parametrize("coding", ["identity", "Identity", ""])
async def test_a_body_that_is_not_compressed_may_say_so(
    app: FastAPI, ada: Caller, coding: str
) -> None:
    headers = [*ada.headers.items(), ("Content-Type", "application/json")]

    answer = await send(
        app, "PATCH", ME, [*headers, ("Content-Encoding", coding)], b'{"display_name": "x"}'
    )

    assert answer.status == 200


async def test_where_no_body_is_read_its_coding_does_not_matter(app: FastAPI, ada: Caller) -> None:
    headers: list[Header] = [*ada.headers.items(), ("Content-Encoding", "gzip")]

    answer = await send(app, "GET", ME, headers)

    assert answer.status == 200


@pytest.mark.parametrize(
    ("password", "code", "detail"),
    [
        ("short", "string-too-short", "String should have at least 12 characters"),
        ("x" * 129, "string-too-long", "String should have at most 128 characters"),
    ],
)
async def test_a_password_of_a_wrong_length_is_a_string_of_a_wrong_length(
    client: httpx2.AsyncClient, password: str, code: str, detail: str
) -> None:
    body = {"email": "ada@example.com", "password": password}

    answer = await client.post("/auth/register", json=body)

    assert refused_fields(answer) == {"/password": code}
    assert answer.json()["errors"][0]["detail"] == detail


@EMBEDDED
@pytest.mark.parametrize(
    ("path", "body", "detail"),
    [
        ("/auth/register", [], "Input should be an object"),
        # part api_keys
        ("/api-keys", {"name": "x", "scopes": "profile:read"}, "Input should be an array"),
        ("/api-keys", {"name": "x", "scopes": []}, "Array should have at least 1 item, not 0"),
        # end part
        ("/auth/register", {"email": 1, "password": "x" * 20}, "Input should be a valid string"),
        ("/auth/register", {}, "Field required"),
    ],
)
async def test_refusals_speak_of_json_not_of_python(
    ada: Caller, path: str, body: object, detail: str
) -> None:
    answer = await ada.post(path, body)

    assert answer.json()["errors"][0]["detail"] == detail
