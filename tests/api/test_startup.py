"""What is checked before the first request, and closed after the last one."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import cast

import pytest
from fastapi import APIRouter
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.pool import QueuePool

from app import main
from app.api.request.security import READERS
from app.api.versions import VERSIONS
from app.core import resources
from app.core.config import Settings
from app.core.resources import Resources
from app.db.engine import make_engine, make_probe_engine
from app.main import create_app
from tests.api.conftest import Logs
from tests.apps import make_settings, started
from tests.clients import sign_up
from tests.versions import OLDEST, PREFIX


def watchers() -> set[asyncio.Task[object]]:
    """Return the tasks that probe what applications depend on."""
    return {task for task in asyncio.all_tasks() if task.get_name() == "health"}


async def nothing() -> None:
    """Answer a route that no contract knows."""


def test_a_route_that_the_contract_lacks_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def with_another_route() -> APIRouter:
        router = OLDEST.router()
        router.add_api_route("/secret", nothing, methods=["PUT"])
        return router

    changed = replace(OLDEST, router=with_another_route)
    monkeypatch.setattr(main, "VERSIONS", (changed, *VERSIONS[1:]))

    with pytest.raises(RuntimeError, match=rf"\('PUT', '{PREFIX}/secret'\).*make generate"):
        create_app(make_settings())


def test_a_route_that_only_the_contract_has_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    changed = replace(OLDEST, router=APIRouter)
    monkeypatch.setattr(main, "VERSIONS", (changed, *VERSIONS[1:]))

    with pytest.raises(RuntimeError, match=rf"routes and contract differ: .*'{PREFIX}/users'"):
        create_app(make_settings())


def test_a_security_scheme_without_a_reader_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(cast("dict[str, object]", READERS), "oauth2")

    with pytest.raises(RuntimeError, match=r"oauth2 \(oauth2\) has no reader; add one"):
        create_app(make_settings())


async def test_a_mock_needs_no_readers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(cast("dict[str, object]", READERS), "oauth2")

    async with started(create_app(make_settings(mock_operations=["*"]))) as client:
        assert (await client.get("/users/me")).status_code == 200


def test_a_route_without_the_rules_of_the_contract_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def unguarded() -> APIRouter:
        router = APIRouter()
        for operation in OLDEST.operations.values():
            router.add_api_route(operation.template, nothing, methods=[operation.method])
        return router

    changed = replace(OLDEST, router=unguarded)
    monkeypatch.setattr(main, "VERSIONS", (changed, *VERSIONS[1:]))

    with pytest.raises(TypeError, match="/health/live has no rules of the contract; use manual"):
        create_app(make_settings())


def test_applications_share_what_is_compiled_unless_they_check_other_things() -> None:
    first, second = create_app(make_settings()), create_app(make_settings())
    production = create_app(make_settings(environment="production"))

    rules = [app.state.rules[OLDEST.name] for app in (first, second, production)]

    assert rules[0].conformance is rules[1].conformance
    assert rules[0].conformance is not rules[2].conformance


def test_making_an_application_opens_nothing() -> None:
    app = create_app(make_settings())

    assert not hasattr(app.state, "resources")


def connections(engine: AsyncEngine) -> int:
    """Return how many connections an engine holds open."""
    pool = cast("QueuePool", engine.pool)
    return pool.checkedin() + pool.checkedout()


async def test_the_application_holds_its_resources_while_it_runs_and_no_longer(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, logs: Logs
) -> None:
    engines: list[AsyncEngine] = []
    for maker in (make_engine, make_probe_engine):

        def remember(settings: Settings, make: Callable[..., AsyncEngine] = maker) -> AsyncEngine:
            engines.append(make(settings))
            return engines[-1]

        monkeypatch.setattr(resources, maker.__name__, remember)
    app = create_app(settings)
    before = watchers()

    async with started(app) as client:
        assert (await client.get("/health/ready")).status_code == 200
        assert isinstance(app.state.resources, Resources)
        await sign_up(client, "Ada")
        assert [connections(engine) > 0 for engine in engines] == [True, True]
        assert len(watchers()) == len(before) + 1

    assert [connections(engine) for engine in engines] == [0, 0]
    assert watchers() == before


async def test_the_resources_are_closed_when_the_application_fails(
    settings: Settings, logs: Logs
) -> None:
    before = watchers()

    with pytest.raises(KeyError, match="a failure"):
        async with started(create_app(settings)):
            raise KeyError("a failure")

    assert watchers() == before


async def test_an_application_can_be_started_again(settings: Settings, logs: Logs) -> None:
    app = create_app(settings)

    for _ in range(2):
        async with started(app) as client:
            assert (await client.get("/health/ready")).status_code == 200
