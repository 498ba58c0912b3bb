"""Operations that the contract has and no service yet."""

from typing import Any, cast
from uuid import uuid4

import pytest
from fastapi import FastAPI

from app import schemas
from app.core import dependencies
from app.core.config import Settings
from app.core.security import Principal
from app.main import create_app
from tests.api.conftest import Logs
from tests.apps import make_settings, replace_services, started
from tests.examples import DOCUMENTS
from tests.problems import assert_problem
from tests.tokens import issue_let_in
from tests.versions import NEWEST

ADA = DOCUMENTS[NEWEST.name]["components"]["examples"]["ada"]["value"]


class Users(schemas.UsersService):
    """A service with one implemented method."""

    async def get_me(self, *, principal: Principal) -> schemas.User:
        return schemas.User.model_validate(ADA)


# part exports
class Items(schemas.ItemsService):
    """A service without implemented methods."""


class Exports(schemas.ExportsService):
    """Another one."""


# end part


def make_app(settings: Settings) -> FastAPI:
    app = create_app(settings)
    services: dict[str, Any] = {"users": cast("Any", Users)()}
    # part exports
    services |= {"items": cast("Any", Items)(), "exports": cast("Any", Exports)()}
    # end part
    replace_services(app, **services)
    return app


async def sign_in(app: FastAPI, settings: Settings) -> dict[str, str]:
    return {"Authorization": f"Bearer {await issue_let_in(app, settings)}"}


@pytest.fixture
def unfinished(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the application be composed of a service that is not finished."""
    monkeypatch.setattr(dependencies, "Users", lambda *_: cast("Any", Users)())


async def test_every_operation_of_the_contract_is_implemented(app: FastAPI) -> None:
    assert dependencies.unimplemented_operations(app.state.services) == []


async def test_an_operation_without_code_is_a_501_and_its_neighbours_work(logs: Logs) -> None:
    settings = make_settings()

    app = make_app(settings)
    async with started(app) as client:
        headers = await sign_in(app, settings)
        changed = await client.patch("/users/me", json={}, headers=headers)
        read = await client.get("/users/me", headers=headers)

    problem = assert_problem(changed, 501, "not-implemented")
    assert "updateMe" in problem["detail"]
    assert read.json()["display_name"] == ADA["display_name"]


async def test_an_operation_without_code_checks_its_requests_all_the_same(logs: Logs) -> None:
    settings = make_settings()

    app = make_app(settings)
    async with started(app) as client:
        headers = await sign_in(app, settings)
        anonymous = await client.patch("/users/me", json={})
        wrong = await client.patch("/users/me", json={"a": 1}, headers=headers)

    assert (anonymous.status_code, wrong.status_code) == (401, 422)


async def test_a_mock_answers_with_the_examples_of_the_contract(logs: Logs) -> None:
    settings = make_settings(unimplemented="mock")

    app = make_app(settings)
    async with started(app) as client:
        headers = await sign_in(app, settings)
        changed = await client.patch("/users/me", json={}, headers=headers)
        created = await client.post("/items", json={"name": "x"}, headers=headers)  # part exports
        listed = await client.get("/items", headers=headers)  # part exports
        read = await client.get("/users/me", headers=headers)

    assert changed.status_code == 200
    assert schemas.User.model_validate(changed.json()).display_name == "Ada"
    # part exports
    assert created.status_code == 201
    assert schemas.Item.model_validate(created.json()).name == "Oak table"
    assert listed.json()["items"]
    # end part
    assert read.json()["display_name"] == ADA["display_name"]


# part exports
@pytest.mark.parametrize(
    ("path", "media_type", "start"),
    [
        ("events", "text/event-stream", "event: export\ndata: {"),
        ("file", "text/csv", '"id","name",'),
    ],
)
async def test_a_mock_answers_text_as_it_is(
    logs: Logs, path: str, media_type: str, start: str
) -> None:
    settings = make_settings(unimplemented="mock")

    app = make_app(settings)
    async with started(app) as client:
        headers = await sign_in(app, settings)
        answer = await client.get(f"/exports/{uuid4()}/{path}", headers=headers)

    assert answer.headers["Content-Type"].startswith(media_type)
    assert answer.text.startswith(start)


async def test_a_mock_without_a_body_needs_no_example(logs: Logs) -> None:
    settings = make_settings(unimplemented="mock")

    app = make_app(settings)
    async with started(app) as client:
        headers = await sign_in(app, settings)
        deleted = await client.delete(f"/items/{uuid4()}", headers=headers)

    assert (deleted.status_code, deleted.content) == (204, b"")


# end part


@pytest.mark.usefixtures("unfinished")
async def test_what_is_missing_is_named_at_the_start(logs: Logs) -> None:
    async with started(create_app(make_settings())):
        pass

    lines = [line for line in logs() if line["logger"] == "app.main"]
    warnings = [line["message"] for line in lines if line["level"] == "WARNING"]
    assert len(warnings) == 1
    assert warnings[0].startswith("not implemented: Users.change_password, Users.")


@pytest.mark.usefixtures("unfinished")
async def test_production_does_not_start_without_all_operations(logs: Logs) -> None:
    app = create_app(make_settings(environment="production"))

    with pytest.raises(
        RuntimeError, match=r"not implemented: Users\.change_password, .*Users\.update_me"
    ):
        async with started(app):
            pass


async def test_what_code_of_a_service_does_not_implement_is_a_failure_of_the_service(
    logs: Logs,
) -> None:
    class Broken:
        async def get_me(self, *, principal: Principal) -> schemas.User:
            raise NotImplementedError("a branch of the service")

    settings = make_settings(unimplemented="mock")
    app = create_app(settings)
    replace_services(app, users=cast("Any", Broken)())
    async with started(app) as client:
        answer = await client.get("/users/me", headers=await sign_in(app, settings))

    assert_problem(answer, 500, "internal-error")
