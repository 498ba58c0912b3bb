"""Where readers and language models find the documentation."""

import json
from pathlib import Path

import httpx2
import pytest
from fastapi import FastAPI

from app.api import guide
from app.api.versions import VERSIONS
from app.core.exceptions import CATALOGUE
from app.main import create_app
from app.schemas.document import contract_document
from tests.apps import make_settings
from tests.versions import NEWEST

DOCS = "https://docs.example.com"


def client_of(app: FastAPI) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://test")


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A site of two pages, in place of the one that `make docs` builds."""
    (tmp_path / "page").mkdir()
    for name in ("index", "page/index"):
        (tmp_path / f"{name}.html").write_text("<title>Page</title>")
    (tmp_path / "index.md").write_text("# Start")
    (tmp_path / "page.md").write_text("# Page")
    monkeypatch.setattr(guide, "SITE", tmp_path)
    return tmp_path


async def test_llms_txt_names_every_operation_and_every_problem() -> None:
    async with client_of(create_app(make_settings())) as client:
        answer = await client.get("/llms.txt")

    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.text.startswith("# Items API\n\n> ")
    for operation in NEWEST.operations.values():
        assert f"`{operation.method} {NEWEST.prefix}{operation.path}`" in answer.text
    for version in VERSIONS:
        assert f"{version.prefix}/openapi.json)" in answer.text or version is NEWEST
    assert all(f"/problems/{slug})" in answer.text for slug in CATALOGUE)


async def test_an_operation_without_a_summary_is_named_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    document = json.loads(contract_document(NEWEST.name))
    for item in document["paths"].values():
        item.get("get", {}).pop("summary", None)
    monkeypatch.setattr(guide, "read_contract", lambda _: document)

    text = guide.llms_txt(VERSIONS, make_settings())

    assert f"\n- `GET {NEWEST.prefix}/health/live`\n" in text


async def test_published_documentation_explains_problems(site: Path) -> None:
    async with client_of(create_app(make_settings(docs_url=DOCS))) as client:
        page = await client.get("/problems/conflict")
        index = await client.get("/llms.txt")

    assert page.status_code == 307
    assert page.headers["Location"] == f"{DOCS}/docs/reference/problems/conflict/"
    assert f"{DOCS}/llms.txt" in index.text


@pytest.mark.parametrize("path", ["/guide/", "/guide/page/"])
async def test_the_site_is_served_in_development(site: Path, path: str) -> None:
    async with client_of(create_app(make_settings(environment="development"))) as client:
        page = await client.get(path)
        copy = await client.get(path, headers={"Accept": "text/markdown"})
        problem = await client.get("/problems/conflict")

    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert copy.headers["Content-Type"] == "text/markdown; charset=utf-8"
    assert copy.headers["Vary"] == "Accept"
    assert problem.headers["Location"].endswith("/guide/docs/reference/problems/conflict/")


async def test_the_site_is_served_nowhere_else(site: Path) -> None:
    async with client_of(create_app(make_settings(environment="test"))) as client:
        assert (await client.get("/guide/")).status_code == 404
        assert (await client.get("/problems/conflict")).status_code == 200
