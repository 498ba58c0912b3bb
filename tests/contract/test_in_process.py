"""Every operation of the contract, fuzzed in this process, embedded and on the servers."""

from pathlib import Path
from uuid import UUID

import pytest
import schemathesis
from fastapi import Request
from schemathesis.config import SchemathesisConfig
from schemathesis.schemas import BaseSchema
from sqlalchemy import Select

from app.api import security
from app.core.config import Settings
from app.core.security import ROLE_SCOPES, Principal
from app.db.models import Item
from app.db.repositories.items import ItemRepository
from app.main import create_app
from tests import backends
from tests.apps import started
from tests.contract import campaign


@pytest.fixture
async def contract(fuzzed_settings: Settings, tmp_path: Path, anyio_backend: str) -> BaseSchema:
    """The contract as the application serves it; schemathesis starts and stops the application."""
    app = create_app(fuzzed_settings)
    async with started(app) as client:
        await campaign.register_peers(client)
    config = SchemathesisConfig.from_path(campaign.write_configuration(tmp_path))
    return schemathesis.openapi.from_asgi("/openapi.json", app, config=config)


@pytest.mark.parametrize("backend", backends.DATABASES)
def test_the_application_keeps_every_promise_of_the_contract(contract: BaseSchema) -> None:
    found = campaign.run(contract)

    assert not found, "\n\n".join(map(str, found))


# A check that does not apply passes in silence. The next two show that the delicate ones bite.


@pytest.mark.parametrize("backend", ["sqlite"])
def test_an_operation_that_answers_without_a_token_would_be_found(
    contract: BaseSchema, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def let_in(_: Request) -> Principal:
        return Principal(user_id=UUID(int=0), scopes=ROLE_SCOPES["user"])

    monkeypatch.setattr(security, "SCHEMES", {"oauth2": let_in, "api_key": security._api_key})

    found = campaign.run(contract.include(operation_id="listItems"))

    assert "ignored_auth" in {complaint.check for complaint in found}


@pytest.mark.parametrize("backend", ["sqlite"])
def test_an_operation_that_shows_other_users_things_would_be_found(
    contract: BaseSchema, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def get_anybodys(
        items: ItemRepository, visible: Select[Item], row_id: UUID
    ) -> Item | None:
        return await items._session.get(Item, row_id)

    monkeypatch.setattr(ItemRepository, "get", get_anybodys)

    found = campaign.run(contract.include(operation_id=["createItem", "getItem"]))

    assert "object_level_authorization" in {complaint.check for complaint in found}
