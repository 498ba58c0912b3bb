"""The generated code serves HTTP as the sample contract says."""

import json
from collections.abc import AsyncIterator, Iterator
from importlib import import_module
from types import SimpleNamespace
from uuid import UUID

import httpx2
import pytest
from fastapi import FastAPI, Request

from app.api.request.security import READERS, Count
from app.core.exceptions import Unauthorized
from app.core.rate_limit import MemoryLimiter
from app.core.security import Principal
from app.schemas.operation import SecurityScheme
from tests.spec.project import Project
from tests.spec.served import app_of

PET = "/pets/018f0c2e-0000-7000-8000-000000000000"
TOM = {"kind": "cat", "name": "Tom", "lives": 9}
CLIENT = {"X-Client-Version": "1.0"}
TOKEN = {"Authorization": "Bearer pets:read pets:write"}


class Tokens:
    """Tokens that are the list of their own scopes."""

    def read(self, token: str) -> Principal:
        if not token.startswith("pets:"):
            raise Unauthorized("No such token.")
        return Principal(user_id=UUID(int=0), scopes=frozenset(token.split()))


async def api_key(request: Request, scheme: SecurityScheme, _: Count) -> Principal | None:
    """Read the other scheme of the sample."""
    known = request.headers.get(scheme.name) == "secret"
    return Principal(user_id=UUID(int=0), scopes=frozenset()) if known else None


@pytest.fixture(scope="module")
def sample(implemented: Project) -> Iterator[FastAPI]:
    """Return an application around the generated routers."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(implemented.root))
        patch.setitem(READERS, "apiKey", api_key)
        document = json.loads(implemented.read("schemas/v1/openapi.json"))
        operations = import_module("tiny.schemas.v1.operations")
        app = app_of(import_module("tiny.routes").ROUTERS, operations, document)
        yield app


@pytest.fixture
async def http(sample: FastAPI) -> AsyncIterator[httpx2.AsyncClient]:
    """Return a client of the sample, with nothing counted yet."""
    sample.state.resources = SimpleNamespace(access_tokens=Tokens(), limiter=MemoryLimiter())
    transport = httpx2.ASGITransport(app=sample)
    async with httpx2.AsyncClient(
        transport=transport, base_url="http://sample/sample/v1"
    ) as client:
        yield client


async def test_parameters_have_their_defaults(http: httpx2.AsyncClient) -> None:
    answer = await http.get("/pets", headers=CLIENT | TOKEN)

    assert (answer.status_code, answer.json()) == (200, {"pets": [TOM]})


async def test_parameters_arrive_typed(http: httpx2.AsyncClient) -> None:
    query = {"kind": "dog", "names": ["rex", "bo"], "limit": "1", "type": "true"}

    answer = await http.get("/pets", params=query, headers=CLIENT | TOKEN)

    assert answer.json() == {"pets": [{"kind": "dog", "name": "Rex"}]}


@pytest.mark.parametrize(
    "query",
    [
        {"kind": "cow"},
        {"names": ["a", "b", "c", "d"]},
        {"names": ["UPPER"]},
        {"limit": "0"},
        {"limit": "1.5"},
        {"type": "1"},
    ],
)
async def test_parameters_are_checked(
    http: httpx2.AsyncClient, query: dict[str, str | list[str]]
) -> None:
    answer = await http.get("/pets", params=query, headers=CLIENT | TOKEN)

    assert answer.status_code == 422


async def test_a_required_header_is_required(http: httpx2.AsyncClient) -> None:
    assert (await http.get("/pets", headers=TOKEN)).status_code == 422


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"Authorization": "Bearer forged"}, 401),
        ({"Authorization": "Bearer pets:write"}, 403),
        ({"Authorization": "Bearer pets:read"}, 200),
        ({"X-Api-Key": "secret"}, 200),
    ],
)
async def test_any_alternative_of_security_suffices(
    http: httpx2.AsyncClient, headers: dict[str, str], status: int
) -> None:
    assert (await http.get("/pets", headers=CLIENT | headers)).status_code == status


async def test_optional_security_lets_anonymous_callers_in(http: httpx2.AsyncClient) -> None:
    answer = await http.put(PET, json=TOM)

    assert (answer.status_code, answer.json()) == (200, TOM)
    assert "etag" not in answer.headers


async def test_each_success_has_its_status_headers_and_body(http: httpx2.AsyncClient) -> None:
    created = await http.put(PET, json=TOM | {"name": "New"})
    unchanged = await http.put(PET, json=TOM | {"name": "Same"})

    assert created.status_code == 201
    assert created.headers["location"] == f"/sample/v1{PET}"
    assert created.headers["cache-control"] == "no-store"
    assert created.headers["x-remaining"] == "7"
    assert (unchanged.status_code, unchanged.content) == (204, b"")


@pytest.mark.parametrize(
    "body",
    [
        {"kind": "dog", "name": "Rex", "lives": 9},
        {"kind": "cow", "name": "Rex"},
        {"kind": "cat", "name": "Rex"},
        {"name": "Rex"},
    ],
)
async def test_the_discriminator_decides_which_model_is_checked(
    http: httpx2.AsyncClient, body: dict[str, object]
) -> None:
    assert (await http.put(PET, json=body)).status_code == 422


@pytest.mark.parametrize("body", [{}, {"owner": None}, {"owner": "Ada"}, {"name": "Tom"}])
async def test_null_and_absent_stay_apart(
    http: httpx2.AsyncClient, body: dict[str, object]
) -> None:
    answer = await http.patch(PET, json=body)

    assert (answer.status_code, answer.json()) == (200, body)


async def test_null_is_refused_where_it_is_not_declared(http: httpx2.AsyncClient) -> None:
    assert (await http.patch(PET, json={"name": None})).status_code == 422


async def test_a_deletion_has_no_body(http: httpx2.AsyncClient) -> None:
    answer = await http.delete(PET, headers=TOKEN)

    assert (answer.status_code, answer.content) == (204, b"")


async def test_a_file_is_uploaded_with_its_fields(http: httpx2.AsyncClient) -> None:
    answer = await http.post(
        "/files", data={"title": "poem"}, files={"content": ("poem.txt", b"Roses")}
    )

    assert (answer.status_code, answer.content) == (201, b"")
    assert answer.headers["location"] == "/sample/v1/files/poem/poem.txt/5/1"


@pytest.mark.parametrize("fields", [{"title": "UPPER"}, {"title": "a", "copies": "10"}, {}])
async def test_fields_of_an_upload_are_checked(
    http: httpx2.AsyncClient, fields: dict[str, str]
) -> None:
    answer = await http.post("/files", data=fields, files={"content": ("a", b"")})

    assert answer.status_code == 422


async def test_a_stream_has_its_media_type(http: httpx2.AsyncClient) -> None:
    answer = await http.get("/files/poem")

    assert answer.content == b"name\npoem\n"
    assert answer.headers["content-type"].startswith("text/csv")


async def test_a_caller_with_the_newest_version_gets_304(http: httpx2.AsyncClient) -> None:
    answer = await http.get("/files/poem", headers={"If-None-Match": '"1"'})

    assert (answer.status_code, answer.headers["etag"], answer.content) == (304, '"1"', b"")


@pytest.mark.parametrize("form", [{"name": "Ada"}, {"name": "Ada", "note": "hello"}])
async def test_a_form_is_read_like_an_object(
    http: httpx2.AsyncClient, form: dict[str, str]
) -> None:
    answer = await http.post("/forms", data=form)

    assert (answer.status_code, answer.json()) == (200, form)


@pytest.mark.parametrize("form", [{"note": "hello"}, {"name": "Ada", "nome": "Ada"}])
async def test_a_form_is_checked(http: httpx2.AsyncClient, form: dict[str, str]) -> None:
    assert (await http.post("/forms", data=form)).status_code == 422


@pytest.mark.parametrize(
    "form", [{"kind": "sale", "price": "9"}, {"kind": "gift"}, {"kind": "gift", "note": "hello"}]
)
async def test_the_discriminator_decides_which_form_is_read(
    http: httpx2.AsyncClient, form: dict[str, str]
) -> None:
    answer = await http.post("/orders", data=form)

    assert (answer.status_code, answer.json()) == (200, form)


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"kind": "loan"},
        {"kind": "sale"},
        {"kind": "sale", "price": "x"},
        {"kind": "sale", "price": ""},
        {"kind": "gift", "price": "9"},
    ],
)
async def test_the_form_that_the_discriminator_names_is_checked(
    http: httpx2.AsyncClient, form: dict[str, str]
) -> None:
    assert (await http.post("/orders", data=form)).status_code == 422


async def test_a_field_of_a_form_that_is_sent_twice_is_refused(http: httpx2.AsyncClient) -> None:
    answer = await http.post("/forms", data={"name": ["Ada", "Bob"]})

    assert (answer.status_code, answer.json()["code"]) == (400, "malformed-body")


async def test_another_media_type_is_refused(http: httpx2.AsyncClient) -> None:
    assert (await http.post("/forms", json={"name": "Ada"})).status_code == 415
