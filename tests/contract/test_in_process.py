"""Every operation of the contract, fuzzed in this process, embedded and on the servers."""

from contextlib import suppress
from pathlib import Path
from uuid import UUID

import httpx2
import pytest
import schemathesis
from anyio import to_thread
from fastapi import FastAPI, Request
from schemathesis.config import SchemathesisConfig
from schemathesis.schemas import BaseSchema

from app import schemas
from app.api.request import security
from app.api.request.security import Count
from app.api.version import Version
from app.api.versions import VERSIONS
from app.core.config import Settings
from app.core.exceptions import NotFound, Unauthorized
from app.core.security import ROLE_SCOPES, Principal
from app.db.engine import make_engine
from app.db.unit_of_work import Database
from app.main import create_app
from app.schemas.operation import SecurityScheme
from app.services.items import Items, to_item
from app.services.support.preconditions import etag
from tests import backends
from tests.apps import started
from tests.contract import campaign
from tests.versions import NEWEST

pytestmark = pytest.mark.contract


@pytest.fixture(params=VERSIONS, ids=lambda version: version.name)
def version(request: pytest.FixtureRequest) -> Version:
    """The version of the contract to fuzz."""
    fuzzed: Version = request.param
    return fuzzed


@pytest.fixture(params=["peers"])
async def contract(
    request: pytest.FixtureRequest,
    version: Version,
    fuzzed_settings: Settings,
    tmp_path: Path,
    anyio_backend: str,
) -> BaseSchema:
    """The contract as the application serves it; schemathesis starts and stops the application.

    It runs each request in an event loop of its own, so nothing may go on between them: no tasks.
    """
    app = create_app(fuzzed_settings, runs_tasks=False)
    async with started(app) as client:
        users = await register(request.param, app, client)
    configuration = campaign.write_configuration(tmp_path, version, users)
    config = SchemathesisConfig.from_path(configuration)
    return schemathesis.openapi.from_asgi(f"{version.prefix}/openapi.json", app, config=config)


async def register(who: str, app: FastAPI, client: httpx2.AsyncClient) -> list[campaign.Account]:
    if who == "admin":
        return await campaign.register_admin(app, client)
    # part api_keys
    if who == "machines":
        return await campaign.register_machines(client)
    # end part
    return await campaign.register_peers(client)


@pytest.mark.parametrize("backend", backends.DATABASES)
def test_the_application_keeps_every_promise_of_the_contract(contract: BaseSchema) -> None:
    found = campaign.run(contract)

    assert not found, "\n\n".join(map(str, found))


# part api_keys
@pytest.mark.parametrize("contract", ["machines"], indirect=True)
def test_it_keeps_them_for_api_keys(contract: BaseSchema, version: Version) -> None:
    found = campaign.run(contract.include(operation_id=campaign.with_keys(version)))

    assert not found, "\n\n".join(map(str, found))


# end part


@pytest.mark.parametrize("contract", ["admin"], indirect=True)
async def test_it_keeps_them_for_administrators(
    contract: BaseSchema, version: Version, fuzzed_settings: Settings
) -> None:
    found = await to_thread.run_sync(
        campaign.run,
        contract.include(operation_id=["registerUser", *campaign.for_admins(version)]),
    )

    assert not found, "\n\n".join(map(str, found))
    engine = make_engine(fuzzed_settings)
    async with Database(engine).read() as work:
        visible = work.users.accounts(role="admin", disabled=False)
        admins = await work.users.list_page(visible, sort=(), start=None, limit=100)
    await engine.dispose()
    assert any(admin.email.startswith("root-") for admin in admins.rows), "it locked itself out"


# A check that does not apply passes in silence. The next ones show that the delicate ones bite.


@pytest.mark.parametrize("version", [NEWEST])
@pytest.mark.parametrize("backend", ["sqlite"])
def test_an_operation_that_answers_without_a_token_would_be_found(
    contract: BaseSchema, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def let_in(_: Request, __: SecurityScheme, ___: Count) -> Principal:
        return Principal(user_id=UUID(int=0), scopes=ROLE_SCOPES["user"])

    monkeypatch.setattr(security, "READERS", {**security.READERS, "oauth2": let_in})

    found = campaign.run(contract.include(operation_id="listSessions"))

    assert "ignored_auth" in {complaint.check for complaint in found}


# part api_keys
@pytest.mark.parametrize("contract", ["machines"], indirect=True)
@pytest.mark.parametrize("version", [NEWEST])
@pytest.mark.parametrize("backend", ["sqlite"])
def test_an_operation_that_takes_any_api_key_would_be_found(
    contract: BaseSchema, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, owners = security.READERS["apiKey"], list[Principal | None]()

    async def let_in(request: Request, scheme: SecurityScheme, count: Count) -> Principal | None:
        """Take any wrong key for the last right one."""
        with suppress(Unauthorized):
            owners.append(await read(request, scheme, count))
        return owners[-1] if owners and scheme.name in request.headers else None

    monkeypatch.setattr(security, "READERS", {**security.READERS, "apiKey": let_in})

    found = campaign.run(contract.include(operation_id="getMe"))

    assert "ignored_auth" in {complaint.check for complaint in found}


# end part


# part example
@pytest.mark.parametrize("version", [NEWEST])
@pytest.mark.parametrize("backend", ["sqlite"])
def test_an_operation_that_shows_other_users_things_would_be_found(
    contract: BaseSchema, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def get_anybodys(items: Items, item_id: UUID, **_: object) -> schemas.GetItem200:
        async with items._database.read() as work:
            item = await work.items.find(item_id)
        if item is None:
            raise NotFound("There is no item with this id.")
        return schemas.GetItem200(body=to_item(item), etag=etag(item.version))

    monkeypatch.setattr(Items, "get_item", get_anybodys)

    found = campaign.run(contract.include(operation_id=["createItem", "getItem"]))

    assert "object_level_authorization" in {complaint.check for complaint in found}


# end part
