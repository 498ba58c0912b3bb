"""The contract, its explorers and the pages about problems."""

import re
from html.parser import HTMLParser

import httpx2
import pytest

from app.api.version import Version
from app.api.versions import VERSIONS
from app.core.exceptions import CATALOGUE
from app.core.problem import ProblemError
from app.schemas.document import contract_document
from tests.backends import EMBEDDED
from tests.problems import assert_problem

pytestmark = EMBEDDED

EXPLORERS = ["/docs", "/redoc"]
ADDRESSES = [(one.prefix, one) for one in VERSIONS] + [("", VERSIONS[-1])]


class Links(HTMLParser):
    """Collects whatever a page loads."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value or "" for name, value in attrs if name in {"src", "href"}]


@pytest.mark.parametrize(("prefix", "version"), ADDRESSES)
async def test_each_contract_is_served_byte_for_byte(
    client: httpx2.AsyncClient, prefix: str, version: Version
) -> None:
    answer = await client.get(f"http://test{prefix}/openapi.json")

    assert answer.headers["Content-Type"] == "application/json"
    assert answer.content == contract_document(version.name)
    assert answer.json()["servers"][0]["url"] == version.prefix


@pytest.mark.parametrize(("prefix", "version"), ADDRESSES)
@pytest.mark.parametrize("page", EXPLORERS)
async def test_an_explorer_shows_the_contract_of_its_version(
    client: httpx2.AsyncClient, prefix: str, version: Version, page: str
) -> None:
    answer = await client.get(f"http://test{prefix}{page}")

    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert f"{version.prefix}/openapi.json" in answer.text


@pytest.mark.parametrize("page", EXPLORERS)
async def test_an_explorer_loads_only_what_this_server_serves(
    client: httpx2.AsyncClient, page: str
) -> None:
    answer = await client.get(f"http://test{page}")
    links = Links(answer.text).found

    assert len(links) >= 2
    for link in links:
        assert link.startswith("/assets/")
        asset = await client.get(f"http://test{link}")
        assert asset.status_code == 200
        assert asset.content
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
    assert "http" not in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("name", ["swagger-ui-bundle.js", "redoc.standalone.js", "swagger-ui.css"])
async def test_an_asset_loads_nothing_from_elsewhere(client: httpx2.AsyncClient, name: str) -> None:
    text = (await client.get(f"http://test/assets/{name}")).text

    assert not re.findall(r"""(?:src[:=]|url\(|import\(|fetch\()\s*["'`]?https?://[^"'`)]+""", text)


async def test_an_asset_has_its_media_type_and_may_be_cached(client: httpx2.AsyncClient) -> None:
    for name, media_type in {
        "swagger-ui.css": "text/css; charset=utf-8",
        "swagger-ui-bundle.js": "text/javascript; charset=utf-8",
        "favicon.png": "image/png",
    }.items():
        answer = await client.get(f"http://test/assets/{name}")
        assert answer.headers["Content-Type"] == media_type
        assert "max-age" in answer.headers["Cache-Control"]


@pytest.mark.parametrize("path", ["/assets/nothing.js", "/assets/..%2f..%2fmain.py", "/assets/"])
async def test_nothing_but_the_assets_is_served(client: httpx2.AsyncClient, path: str) -> None:
    assert_problem(await client.get(f"http://test{path}"), 404, "not-found")


@pytest.mark.parametrize("problem", CATALOGUE.values(), ids=CATALOGUE)
async def test_each_kind_of_problem_has_a_page(
    client: httpx2.AsyncClient, problem: type[ProblemError]
) -> None:
    answer = await client.get(f"http://test/problems/{problem.slug}")

    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    for text in (problem.slug, str(problem.status), problem.title, problem.remedy):
        assert text in answer.text


async def test_the_type_of_a_problem_is_the_address_of_its_page(
    client: httpx2.AsyncClient,
) -> None:
    problem = assert_problem(await client.get("/users/me"), 401, "unauthorized")

    page = await client.get(f"http://test{httpx2.URL(problem['type']).path}")

    assert problem["title"] in page.text


async def test_an_unknown_kind_of_problem_has_no_page(client: httpx2.AsyncClient) -> None:
    assert_problem(await client.get("http://test/problems/nothing"), 404, "not-found")
