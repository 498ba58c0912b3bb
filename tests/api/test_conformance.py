"""Requests are checked against the contract; a service that does not match it is detected."""

import json
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from fastapi import FastAPI

from app import schemas
from app.api.request.conformance import Conformance
from app.api.request.contract import Contract
from app.core.config import Settings
from app.core.exceptions import NotFound, ServiceUnavailable
from app.main import create_app
from app.schemas.document import contract_digest, contract_document
from app.schemas.reply import Replayed, Reply
from tests.api.conftest import Logs
from tests.apps import make_settings, replace_services, started
from tests.problems import assert_problem
from tests.tokens import issue_let_in
from tests.versions import OLDEST

ACCOUNT = {"email": "ada@example.com", "password": "correct horse battery"}
# part example
MOMENT = "2026-11-23T09:00:00Z"
ITEM = schemas.Item.model_validate(
    {
        "id": str(uuid4()),
        "name": "Oak table",
        "description": None,
        "status": "draft",
        "quantity": 0,
        "created_at": MOMENT,
        "updated_at": MOMENT,
    }
)


class Surprise(Reply):
    """A reply that no operation declares."""

    status = 202


class Shelf:
    """Stands in for the service of the tag `items`, and replies whatever a test wants."""

    def __init__(self, reply: object) -> None:
        self._reply = reply

    async def create_item(self, body: schemas.ItemCreate, **arguments: object) -> object:
        if isinstance(self._reply, Exception):
            raise self._reply
        return self._reply


# end part


class Accounts:
    """Stands in for the service of the tag `auth`."""

    async def register_user(self, body: schemas.UserRegister) -> schemas.Accepted:
        return schemas.Accepted(detail="Done.")


# part example
def created(**changes: object) -> schemas.CreateItem201:
    fields: dict[str, Any] = {"body": ITEM, "location": "/items/1", "etag": '"1"'}
    return schemas.CreateItem201(**fields | changes)


async def stream(*pieces: bytes) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece


async def create(settings: Settings, reply: object) -> httpx2.Response:
    app = create_app(settings)
    replace_services(app, items=Shelf(reply))
    async with started(app) as client:
        headers = {"Authorization": f"Bearer {await issue_let_in(app, settings)}"}
        return await client.post("/items", json={"name": "Oak table"}, headers=headers)


VIOLATIONS: dict[str, tuple[Callable[[], object], str]] = {
    "status": (lambda: Surprise(body=ITEM), "status 202 is not declared"),
    "header missing": (lambda: created(location=None), "header Location is missing"),
    "header malformed": (lambda: created(location="a" * 2001), "header Location: "),
    "body": (lambda: created(body=ITEM.model_copy(update={"quantity": -1})), "/quantity"),
    "another body": (lambda: created(body=schemas.Liveness(status="live")), '"id" is a required'),
    "no body": (lambda: created(body=None), "media type '' is not declared for status 201"),
    "stream of another type": (
        lambda: created(body=stream(b"a,b"), media_type="text/csv"),
        "media type 'text/csv' is not declared for status 201",
    ),
    "error": (lambda: NotFound("There is nothing."), "status 404 is not declared"),
    "header of an error": (
        lambda: ServiceUnavailable("Wait.", retry_after_seconds=-1),
        "header Retry-After: ",
    ),
}


@pytest.mark.parametrize(("reply", "fault"), VIOLATIONS.values(), ids=VIOLATIONS)
async def test_a_reply_that_the_contract_forbids_never_leaves_a_test(
    reply: Callable[[], object], fault: str, logs: Logs
) -> None:
    answer = await create(make_settings(), reply())

    problem = assert_problem(answer, 500, "contract-violation")
    assert problem["detail"].startswith("createItem: ")
    assert fault in problem["detail"]


@pytest.mark.parametrize(
    ("reply", "status"),
    [(Surprise(body=ITEM), 202), (NotFound("There is nothing."), 404)],
    ids=["success", "error"],
)
async def test_production_sends_an_undeclared_status_and_logs_it(
    reply: object, status: int, logs: Logs
) -> None:
    answer = await create(make_settings(environment="production"), reply)

    assert answer.status_code == status
    faults = [line for line in logs() if "is not declared" in line["message"]]
    assert [line["message"] for line in faults] == [f"createItem: status {status} is not declared."]
    assert faults[0]["level"] == "ERROR"
    assert faults[0]["request_id"] == answer.headers["X-Request-ID"]


def replayed(contract: str) -> Replayed:
    return Replayed(status=201, headers={}, body='{"old": true}', contract=contract)


async def test_a_replayed_answer_is_judged_by_the_contract_that_it_was_made_under() -> None:
    older = await create(make_settings(), replayed("an older contract"))
    same = await create(make_settings(), replayed(contract_digest(OLDEST.name)))

    assert (older.status_code, older.content) == (201, b'{"old": true}')
    assert older.headers["Idempotency-Replayed"] == "true"
    assert_problem(same, 500, "contract-violation")


async def test_production_takes_no_time_to_check_bodies(logs: Logs) -> None:
    answer = await create(make_settings(environment="production"), created(location=None))

    assert answer.status_code == 201
    assert "Location" not in answer.headers


async def test_a_stream_of_the_declared_type_leaves_piece_by_piece() -> None:
    answer = await create(make_settings(), created(body=stream(b'{"a":', b" 1}")))

    assert answer.status_code == 201
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.json() == {"a": 1}


# end part


def judged_by(app: FastAPI, **limits: object) -> None:
    """Let the application be judged by a contract that differs from its models."""
    document = json.loads(contract_document(OLDEST.name))
    document["components"]["schemas"]["UserRegister"]["properties"]["password"].update(limits)
    conformance = Conformance(document, digest="", check_bodies=True)
    app.state.rules = {OLDEST.name: replace(app.state.rules[OLDEST.name], conformance=conformance)}


@pytest.mark.parametrize("environment", ["test", "production"])
@pytest.mark.parametrize(
    ("limits", "password", "status"),
    [({"minLength": 1}, "short", 202), ({"maxLength": 20}, "x" * 21, 422)],
    ids=["allows more", "allows less"],
)
async def test_the_contract_judges_requests_everywhere(
    environment: str, limits: dict[str, int], password: str, status: int
) -> None:
    app = create_app(make_settings(environment=environment))
    replace_services(app, auth=Accounts())
    judged_by(app, **limits)

    async with started(app) as client:
        answer = await client.post("/auth/register", json=ACCOUNT | {"password": password})

    assert answer.status_code == status


async def test_a_model_that_refuses_what_the_contract_allows_is_found_out(logs: Logs) -> None:
    app = create_app(make_settings())
    replace_services(app, auth=Accounts())
    judged_by(app, type="integer", format="int64")

    async with started(app) as client:
        answer = await client.post("/auth/register", json=ACCOUNT | {"password": 123456789012})

    detail = assert_problem(answer, 500, "contract-violation")["detail"]
    assert detail.startswith("The models refuse what the contract allows: ")
    assert "123456789012" not in detail


async def test_what_the_contract_refuses_is_the_callers_fault() -> None:
    async with started(create_app(make_settings())) as client:
        answer = await client.post("/auth/register", json=ACCOUNT | {"password": "short"})

    assert_problem(answer, 422, "validation-failed")


@pytest.mark.parametrize(
    ("kind", "value", "valid"),
    [
        ("int32", 2**31 - 1, True),
        ("int32", 2**31, False),
        ("int32", -(2**31) - 1, False),
        ("int64", 2**63, False),
    ],
)
def test_the_format_of_an_integer_bounds_it(kind: str, value: int, *, valid: bool) -> None:
    schema = {"type": "integer", "format": kind}
    contract = Contract({"components": {"schemas": {"Count": schema}}}, "request")

    assert contract.allows("/components/schemas/Count", value) is valid
