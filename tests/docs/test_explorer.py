"""The first steps of a newcomer in Swagger UI: sign in, then try operations as they are shown."""

import json
from collections.abc import Iterator

import httpx2
import pytest
from playwright.sync_api import Browser, Page, expect
from pydantic import SecretStr

from tests import backends
from tests.apps import make_settings
from tests.clients import PASSWORD
from tests.contract.server import Server, serve
from tests.docs.browser import launched
from tests.versions import PREFIX

pytestmark = pytest.mark.browser

EMAIL = "ada@example.com"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as browser:
        yield browser


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("explorer")
    with backends.migrated("sqlite", folder) as url:
        settings = make_settings(database_url=SecretStr(url), bcrypt_rounds=4)
        with serve(settings, folder) as server:
            account = {"email": EMAIL, "password": PASSWORD}
            httpx2.post(f"{server.url}{PREFIX}/auth/register", json=account).raise_for_status()
            yield server


@pytest.fixture
def page(server: Server, browser: Browser) -> Iterator[Page]:
    """Open the explorer and sign in as its dialogue offers it: with every scope there is."""
    page = browser.new_page()
    page.goto(f"{server.url}/docs", wait_until="networkidle")
    page.get_by_role("button", name="Authorize").first.click()
    dialogue = page.locator(".auth-container", has_text="oauth2").first
    dialogue.locator("#oauth_username").fill(EMAIL)
    dialogue.locator("#oauth_password").fill(PASSWORD)
    dialogue.get_by_text("select all", exact=True).click()
    dialogue.get_by_role("button", name="Apply given OAuth2 credentials").click()
    expect(dialogue.get_by_role("button", name="Remove authorization")).to_be_visible()
    page.locator(".close-modal").click()
    yield page
    page.close()


def try_out(page: Page, tag: str, operation: str, **parameters: str) -> tuple[int, str]:
    """Execute an operation with what the explorer suggests; return status and body."""
    block = page.locator(f"#operations-{tag}-{operation}")
    if "is-open" not in (block.get_attribute("class") or ""):
        block.locator(".opblock-summary-control").click()
        block.get_by_role("button", name="Try it out").click()
    for name, value in parameters.items():
        block.locator(f'tr[data-param-name="{name}"] input').fill(value)
    with page.expect_response(lambda r: f"{PREFIX}/" in r.url) as caught:
        block.get_by_role("button", name="Execute").click()
    return caught.value.status, caught.value.text() if caught.value.ok else ""


def test_what_the_explorer_suggests_succeeds(page: Page) -> None:
    created = [try_out(page, "items", "createItem") for _ in range(2)]
    first, second = (str(json.loads(text)["id"]) for _, text in created)
    listed = try_out(page, "items", "listItems")
    read = try_out(page, "items", "getItem", item_id=first)
    changed = [try_out(page, "items", "updateItem", item_id=first) for _ in range(2)]

    statuses = [status for status, _ in (*created, listed, read, *changed)]
    assert (statuses, first != second) == ([201, 201, 200, 200, 200, 200], True)
    assert {item["id"] for item in json.loads(listed[1])["items"]} == {first, second}
