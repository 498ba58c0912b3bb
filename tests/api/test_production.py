"""Production responds like development, but does not validate responses."""

import json
import re
from collections.abc import AsyncIterator
from urllib.parse import urlencode
from uuid import uuid4

import httpx2
import pytest

from app.core.config import Settings
from app.main import create_app
from app.schemas.operation import Operation
from tests.apps import started
from tests.backends import EMBEDDED
from tests.clients import Caller
from tests.problems import assert_problem
from tests.versions import OPERATIONS

SECRET = "hunter2 and many more words"
WITH_BODY = [one for one in OPERATIONS.values() if one.bodies]


@pytest.fixture(scope="session")
async def production(settings: Settings) -> AsyncIterator[httpx2.AsyncClient]:
    """A client of the same service, with the same database, in production."""
    fields = {name: getattr(settings, name) for name in type(settings).model_fields}
    # Without validation, as production would refuse SQLite and short hashes.
    own = Settings.model_construct(**fields | {"environment": "production"})
    assert own.in_production
    async with started(create_app(own)) as client:
        yield client


@EMBEDDED
@pytest.mark.parametrize("operation", WITH_BODY, ids=lambda one: one.operation_id)
async def test_a_refused_body_gets_the_answer_that_development_gives(
    operation: Operation, admin: Caller, production: httpx2.AsyncClient
) -> None:
    path = re.sub(r"\{\w+\}", str(uuid4()), operation.path)
    media_type = next(iter(operation.bodies))
    is_json = media_type.endswith("json")
    body = json.dumps({"surprise": SECRET}) if is_json else urlencode({"surprise": SECRET})
    headers = admin.headers | {"Content-Type": media_type}

    expected, answer = [
        await client.request(operation.method, path, headers=headers, content=body)
        for client in (admin.client, production)
    ]

    assert answer.status_code == expected.status_code
    assert answer.status_code < 500


async def test_a_refused_body_is_not_in_the_log(
    production: httpx2.AsyncClient, capsys: pytest.CaptureFixture[str]
) -> None:
    account = {"email": "ada@example.com", "passwort": SECRET}

    answer = await production.post("/auth/register", json=account)

    assert_problem(answer, 422, "validation-failed")
    assert SECRET not in "".join(capsys.readouterr())
