"""Every response of a deprecated operation announces its removal."""

from collections.abc import AsyncIterator
from dataclasses import replace

import httpx2
import pytest
from fastapi import APIRouter, Response

from app.api.request.route import contract_route
from app.core.exceptions import InternalError
from app.main import create_app
from tests.apps import make_settings, started
from tests.versions import OLDEST, OPERATIONS, PREFIX

PAGE = "https://docs.example.com/changes"
OLD = replace(
    OPERATIONS["getLiveness"],
    extensions={
        "x-rate-limit": {"policies": []},
        "x-deprecation": {"since": "2026-12-01", "link": PAGE},
        "x-sunset": "2027-06-30",
    },
)


@pytest.fixture
async def client() -> AsyncIterator[httpx2.AsyncClient]:
    """A client of an application whose health check is deprecated."""
    router = APIRouter(route_class=contract_route(OLDEST.name, {OLD.operation_id: OLD}))

    @router.get(OLD.path, operation_id=OLD.operation_id)
    async def answer(fails: str | None = None) -> Response:
        if fails:
            raise InternalError
        headers = {"Link": '</health/ready>; rel="related"'}
        return Response('{"status": "live"}', media_type="application/json", headers=headers)

    app = create_app(make_settings())
    app.include_router(router, prefix="/old")
    async with started(app) as client:
        client.base_url = httpx2.URL("http://test/old")
        yield client


@pytest.mark.parametrize(("query", "status"), [("", 200), ("?fails=yes", 500)])
async def test_every_answer_says_since_when_and_until_when(
    client: httpx2.AsyncClient, query: str, status: int
) -> None:
    answer = await client.get(f"{OLD.path}{query}")

    assert answer.status_code == status, answer.text
    assert answer.headers["Deprecation"] == "@1796083200"
    assert answer.headers["Sunset"] == "Wed, 30 Jun 2027 23:59:59 GMT"
    assert f'<{PAGE}>; rel="deprecation"' in answer.headers.get_list("Link")


async def test_other_links_stay(client: httpx2.AsyncClient) -> None:
    answer = await client.get(OLD.path)

    assert answer.headers.get_list("Link")[0] == '</old/health/ready>; rel="related"'


async def test_an_operation_that_stays_announces_nothing(client: httpx2.AsyncClient) -> None:
    answer = await client.get(f"http://test{PREFIX}/health/live")

    assert not {"deprecation", "sunset", "link"} & set(answer.headers)
