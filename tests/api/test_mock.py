"""`MOCK_OPERATIONS`: the contract answers instead of a service, as the header `Prefer` wants it."""

import re
from collections.abc import AsyncIterator
from uuid import uuid4

import httpx2
import pytest

from app import schemas
from app.api.request.handshake import SWITCHED
from app.core.config import WrongSettings
from app.main import create_app
from app.schemas.operation import Operation
from tests.access.rows import headers_of, row_of
from tests.api.conftest import Logs
from tests.apps import make_settings, started
from tests.clients import Caller
from tests.problems import assert_problem, refused_fields
from tests.tokens import issue_let_in
from tests.versions import OLDEST, OPERATIONS

ANY_TOKEN = {"Authorization": "Bearer what-a-mock-does-not-check"}
# A mock opens no WebSocket.
DECLARED = [
    (one, status)
    for one in OPERATIONS.values()
    for status in sorted(one.statuses)
    if status != SWITCHED
]


@pytest.fixture
async def mock(logs: Logs, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[httpx2.AsyncClient]:
    """An application without services, as before they are written; it has no database either."""
    monkeypatch.delattr("app.main.make_services")
    async with started(create_app(make_settings(mock_operations=["*"]))) as client:
        yield client


async def call(mock: httpx2.AsyncClient, operation: Operation, prefer: str) -> httpx2.Response:
    """Send a valid request."""
    row = row_of(operation.operation_id, OLDEST.name)
    body = row.body(Caller("ada@example.com", {}, mock)) if row.body else None
    is_form = "application/x-www-form-urlencoded" in operation.bodies
    return await mock.request(
        operation.method,
        re.sub(r"\{\w+\}", str(uuid4()), operation.path),
        headers={**ANY_TOKEN, "Prefer": prefer, **headers_of(row, row.content)},
        content=row.content,
        data=body if is_form else None,
        json=None if is_form else body,
    )


# The tests compare each response with the contract: status, headers and body.
@pytest.mark.parametrize("preference", ["", ", dynamic=true"], ids=["fixed", "dynamic"])
async def test_every_declared_response_can_be_asked_for(
    mock: httpx2.AsyncClient, preference: str
) -> None:
    wrong = {}
    for operation, status in DECLARED:
        answer = await call(mock, operation, f"code={status}{preference}")
        if answer.status_code != status:
            wrong[f"{operation.operation_id} {status}"] = answer.text

    assert wrong == {}


async def test_without_a_preference_the_first_success_is_answered(
    mock: httpx2.AsyncClient,
) -> None:
    for operation in OPERATIONS.values():
        answer = await call(mock, operation, "")

        is_socket = SWITCHED in operation.statuses
        assert answer.status_code == (501 if is_socket else min(operation.statuses))
        assert "Preference-Applied" not in answer.headers


async def test_what_was_honoured_is_named(mock: httpx2.AsyncClient) -> None:
    answer = await call(mock, OPERATIONS["updateMe"], "code=200, example=ada")

    assert answer.headers["Preference-Applied"] == "code=200, example=ada"
    assert "Prefer" in answer.headers["Vary"]
    assert schemas.User.model_validate(answer.json()).display_name == "Ada"


async def test_dynamic_bodies_differ(mock: httpx2.AsyncClient) -> None:
    bodies = {(await call(mock, OPERATIONS["getUser"], "dynamic=true")).text for _ in range(10)}

    assert len(bodies) > 1


async def test_dynamic_false_gives_the_example(mock: httpx2.AsyncClient) -> None:
    answer = await call(mock, OPERATIONS["getUser"], "dynamic=false")

    assert answer.headers["Preference-Applied"] == "dynamic=false"
    assert answer.json()["display_name"] == "Ada"


@pytest.mark.parametrize(
    ("prefer", "applied"),
    [
        ("return=minimal, code=404; note=1, code=409", "code=404"),
        ('CODE="404"', "code=404"),
        ('wait=10;x="a,b",  code = 404 ,', "code=404"),
        (", ,code=404, ,", "code=404"),
        ("return=minimal", None),
    ],
)
async def test_preferences_are_read_as_rfc_7240_writes_them(
    mock: httpx2.AsyncClient, prefer: str, applied: str | None
) -> None:
    answer = await call(mock, OPERATIONS["getUser"], prefer)

    assert answer.headers.get("Preference-Applied") == applied
    assert answer.status_code == (404 if applied else 200)


@pytest.mark.parametrize(
    ("prefer", "named"),
    [
        ("code=418", "no response 418: it has 200, 304"),
        ("code=four", "code=four is no status"),
        ("code=099", "code=099 is no status"),
        ("code", "code= is no status"),
        ("example=chair", "no example chair: it has ada"),
        ("example=", "send the name of an example"),
        ("code=304, example=ada", "no example ada: it has no named examples"),
        ("dynamic=maybe", "send true or false"),
        ("code=404 example=ada", "malformed"),
        ('example="ada', "malformed"),
    ],
)
async def test_a_preference_that_cannot_be_honoured_is_refused(
    mock: httpx2.AsyncClient, prefer: str, named: str
) -> None:
    answer = await call(mock, OPERATIONS["getUser"], prefer)

    assert named in assert_problem(answer, 400, "preference-refused")["detail"]


async def test_an_operation_that_declares_no_400_refuses_preferences_too(
    mock: httpx2.AsyncClient,
) -> None:
    answer = await mock.get("/health/live", headers={"Prefer": "code=404"})

    assert_problem(answer, 400, "preference-refused")


# part exports
async def test_the_header_accept_chooses_among_the_declared_media_types(
    mock: httpx2.AsyncClient,
) -> None:
    path = f"/exports/{uuid4()}/file"

    for accept in ("text/csv", "application/jsonl", "text/*;q=0.5, image/png", "image/png"):
        answer = await mock.get(path, headers=ANY_TOKEN | {"Accept": accept})
        media_type = answer.headers["Content-Type"].partition(";")[0]

        assert media_type == ("application/jsonl" if "jsonl" in accept else "text/csv")


# end part


async def test_requests_are_validated(mock: httpx2.AsyncClient) -> None:
    headers = ANY_TOKEN | {"Prefer": "code=200"}

    wrong = await mock.patch("/users/me", json={"display_name": ""}, headers=headers)

    assert refused_fields(wrong) == {"/display_name": "string-too-short"}


async def test_credentials_have_to_be_sent_and_are_not_checked(mock: httpx2.AsyncClient) -> None:
    anonymous = await mock.get("/users/me")
    by_token = await mock.get("/users/me", headers=ANY_TOKEN)

    assert_problem(anonymous, 401, "unauthorized")
    assert by_token.status_code == 200


async def test_a_single_operation_is_mocked_beside_real_ones(logs: Logs) -> None:
    settings = make_settings(mock_operations=["getUser"])
    app = create_app(settings)
    async with started(app) as client:
        token = {"Authorization": f"Bearer {await issue_let_in(app, settings)}"}
        mocked = await client.get(f"/users/{uuid4()}", headers=token)
        real = await client.get("/health/live", headers={"Prefer": "code=418"})
        guarded = await client.get("/users/me", headers=ANY_TOKEN)

    assert mocked.json()["display_name"] == "Ada"
    assert real.json() == {"status": "live"}
    assert_problem(guarded, 401, "unauthorized")


def test_an_operation_that_the_contract_does_not_have_stops_the_start() -> None:
    with pytest.raises(WrongSettings, match=r"^MOCK_OPERATIONS: the contract has no operation x;"):
        create_app(make_settings(mock_operations=["getUser", "x"]))
