"""Paths in headers have the prefix of the version that serves the request."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace

import httpx2
import pytest
from fastapi import FastAPI

from app import main
from app.core.config import Settings
from app.main import create_app
from tests.apps import started
from tests.clients import Caller, sign_up
from tests.items import create
from tests.structure.files import modules, read
from tests.versions import OLDEST, PREFIX

MOVED = "/services/shop/v1"
VERSION = re.compile(r"\b(api|schemas|spec)[./]v[0-9]+\b")
VERSIONED = re.compile(r"app/(api/versions\.py|schemas/__init__\.py|(api|schemas)/v[0-9]+/)")


@pytest.fixture
async def moved(
    app: FastAPI, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[httpx2.AsyncClient]:
    """Serve the contract below another prefix, on the same data."""
    monkeypatch.setattr(main, "VERSIONS", (replace(OLDEST, prefix=MOVED),))
    async with started(create_app(settings)) as client:
        client.base_url = httpx2.URL(f"http://test{MOVED}")
        yield client


@pytest.fixture
async def eve(moved: httpx2.AsyncClient) -> Caller:
    """A user who calls below the other prefix."""
    return await sign_up(moved, "Eve")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/items", {"name": "Oak table"}),  # part example
        ("/api-keys", {"name": "Import", "scopes": ["profile:read"]}),  # part api_keys
        ("/exports", {"format": "csv"}),  # part exports
    ],
)
async def test_what_was_created_is_found_below_the_prefix_of_the_request(
    eve: Caller, path: str, body: dict[str, object]
) -> None:
    created = await eve.post(path, body)

    assert created.headers["Location"] == f"{MOVED}{path}/{created.json()['id']}"


# part example
async def test_the_next_page_is_found_below_the_prefix_of_the_request(
    ada: Caller, eve: Caller
) -> None:
    for _ in range(2):
        await create(ada)

    moved = await eve.client.get("/items?limit=1", headers=ada.headers)

    cursor = moved.json()["next"]
    assert moved.headers["Link"] == f'<{MOVED}/items?limit=1&cursor={cursor}>; rel="next"'
    assert (await ada.get(f"/items?cursor={cursor}")).status_code == 200


async def test_the_path_of_a_proxy_is_part_of_the_prefix(app: FastAPI, ada: Caller) -> None:
    transport = httpx2.ASGITransport(app=app, root_path="/shop")

    async with httpx2.AsyncClient(transport=transport, base_url="http://test/shop") as client:
        created = await client.post(f"{PREFIX}/items", json={"name": "x"}, headers=ada.headers)

    assert created.headers["Location"] == f"/shop{PREFIX}/items/{created.json()['id']}"


# end part


def test_only_the_registry_names_a_version() -> None:
    written = [path for path in modules("app") if not VERSIONED.match(path.as_posix())]

    assert [path for path in written if VERSION.search(read(path))] == []
