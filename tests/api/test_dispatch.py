"""Routes are found by their path, and called with what they depend on."""

import sys
from collections.abc import AsyncIterator
from typing import Annotated

import httpx2
import pytest
from fastapi import APIRouter, Depends, Header, Request, Response

from app.api.request.paths import Paths
from app.api.request.route import contract_route
from app.main import create_app
from tests.apps import make_settings, started
from tests.versions import OLDEST, OPERATIONS, PREFIX

LIVE = OPERATIONS["getLiveness"]


def found(paths: Paths[str], path: str) -> list[tuple[str, dict[str, str]]]:
    """Return what is found for a path, with the values of its parameters."""
    return [(name, dict(values)) for name, values in paths.find(path)]


def paths_of(*templates: str) -> Paths[str]:
    """Return paths, each of which leads to its own template."""
    paths: Paths[str] = Paths()
    for template in templates:
        paths.add(template, template)
    return paths


@pytest.mark.parametrize(
    ("path", "template", "values"),
    [
        ("/users", "/users", {}),
        ("/users/me", "/users/me", {}),
        ("/users/you", "/users/{user_id}", {"user_id": "you"}),
        ("/users/me/files", "/users/{user_id}/files", {"user_id": "me"}),
        ("/users/a b\n", "/users/{user_id}", {"user_id": "a b\n"}),
        ("/reports/2026-11.csv", "/reports/{year}-{month}.csv", {"year": "2026", "month": "11"}),
    ],
)
def test_a_path_leads_to_its_route(path: str, template: str, values: dict[str, str]) -> None:
    paths = paths_of(
        "/users/{user_id}",
        "/users/me",
        "/users",
        "/users/{user_id}/files",
        "/users/me/keys",
        "/reports/{year}-{month}.csv",
    )

    assert found(paths, path) == [(template, values)]


@pytest.mark.parametrize(
    "path", ["", "/", "/user", "/users/", "/users/1/", "/users/1/files/2", "/reports/2026.csv"]
)
def test_another_path_leads_nowhere(path: str) -> None:
    paths = paths_of("/users/{user_id}", "/users/{user_id}/files", "/reports/{year}-{month}.csv")

    assert found(paths, path) == []


def test_templates_that_fit_too_follow_those_with_more_literal_parts() -> None:
    paths = paths_of("/{a}/{b}", "/{a}/files", "/users/{b}")

    assert [name for name, _ in found(paths, "/users/files")] == [
        "/users/{b}",
        "/{a}/files",
        "/{a}/{b}",
    ]


def calls(paths: Paths[str], path: str) -> int:
    """Return how many functions it takes to find a path."""
    count = 0

    def count_call(*_: object) -> None:
        nonlocal count
        count += 1

    sys.setprofile(count_call)
    try:
        found(paths, path)
    finally:
        sys.setprofile(None)
    return count


def test_a_path_is_found_in_as_many_steps_among_a_thousand_as_alone() -> None:
    many = [f"/things{n}/{{thing_id}}/parts" for n in range(1000)]

    alone, among = paths_of(many[-1]), paths_of(*many)

    assert calls(among, "/things999/7/parts") == calls(alone, "/things999/7/parts")


async def agent(user_agent: Annotated[str, Header()]) -> str:
    """Provide something that the framework has to read."""
    return user_agent


async def remember(request: Request) -> None:
    """Do something for every route of a router."""
    request.app.state.remembered = request.url.path


@pytest.fixture
async def client() -> AsyncIterator[httpx2.AsyncClient]:
    """A client of an application with a route of a contract that has other dependencies."""
    router = APIRouter(route_class=contract_route(OLDEST.name, {LIVE.operation_id: LIVE}))

    @router.get(LIVE.path, operation_id=LIVE.operation_id)
    async def answer(request: Request, name: Annotated[str, Depends(agent)]) -> Response:
        content = f'{{"status": "live", "agent": "{name}"}}'
        remembered = {"Remembered": request.app.state.remembered}
        return Response(content, media_type="application/json", headers=remembered)

    app = create_app(make_settings())
    app.include_router(router, prefix="/own", dependencies=[Depends(remember)])
    async with started(app) as client:
        yield client


async def test_the_framework_solves_other_dependencies(client: httpx2.AsyncClient) -> None:
    answer = await client.get("http://test/own/health/live", headers={"User-Agent": "probe"})

    assert answer.json() == {"status": "live", "agent": "probe"}
    assert answer.headers["Remembered"] == "/own/health/live"


async def test_a_path_below_a_proxy_is_found_without_the_path_of_the_proxy() -> None:
    app = create_app(make_settings())
    transport = httpx2.ASGITransport(app=app, root_path="/shop")
    async with started(app), httpx2.AsyncClient(transport=transport) as client:
        inside = await client.get(f"http://test/shop{PREFIX}/health/live")
        outside = await client.get(f"http://test/shopping{PREFIX}/health/live")

    assert (inside.status_code, outside.status_code) == (200, 404)
