"""The site in a real browser: nothing foreign, nothing broken, nothing wider than the screen."""

import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from docs.tools.core import PAGES as CORE
from docs.tools.core import resource_files
from docs.tools.llms import CHARACTERS_PER_TOKEN, copy_of
from tests.docs.browser import launched
from tests.docs.pages import PAGES as SOURCES
from tests.docs.pages import ROOT
from tests.waiting import LIMIT_SECONDS

pytestmark = pytest.mark.browser

PAGES = [
    "",
    "docs/ARCHITECTURE/",
    "docs/how-to/add-a-resource/",
    "docs/reference/database/",
    "docs/reference/settings/",
    "docs/reference/api/",
    "docs/reference/api/v1/users/updateUser/",
    "docs/reference/code/app/core/redis/",
    "docs/reference/problems/conflict/",
]
IS_CUT_OFF = """[document.documentElement, ...document.querySelectorAll(".md-typeset__scrollwrap")]
    .some((part) => part.scrollWidth > part.clientWidth)"""
LIMIT_MILLISECONDS = 1_000 * LIMIT_SECONDS
MOST_TOKENS = 25_000
WIDTHS = {"desktop": (1280, 900), "phone": (390, 844)}


class Quiet(SimpleHTTPRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the site; any warning fails, and so does one that takes long."""
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--quiet", "--site-dir", str(folder)]
    environment = os.environ | {"NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture(scope="module")
def address(site: Path) -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(site))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as browser:
        yield browser


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("device", WIDTHS)
def test_pages_load_only_this_site_and_fit_the_screen(
    browser: Browser, address: str, device: str, scheme: str
) -> None:
    width, height = WIDTHS[device]
    faults: list[str] = []
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if scheme == "dark" else "light",
    )
    context.set_default_timeout(LIMIT_MILLISECONDS)
    context.on(
        "console", lambda m: faults.append(m.text) if m.type in {"error", "warning"} else None
    )
    context.on("weberror", lambda error: faults.append(str(error.error)))
    context.on(
        "request", lambda r: None if r.url.startswith((address, "data:")) else faults.append(r.url)
    )
    context.on(
        "response", lambda r: faults.append(f"{r.status} {r.url}") if r.status >= 400 else None
    )
    # All pages at once, so that the quiet half second at the end of each is waited for together.
    opened = {path: context.new_page() for path in PAGES}
    for path, page in opened.items():
        page.goto(f"{address}/{path}", wait_until="commit")
    for path, page in opened.items():
        page.wait_for_load_state("networkidle")
        if page.evaluate(IS_CUT_OFF):
            faults.append(f"{path} is wider than the screen, or a table of it than its place")
        if folder := os.environ.get("SCREENSHOTS"):
            name = path.strip("/").replace("/", "-") or "home"
            page.screenshot(path=f"{folder}/{name}-{device}-{scheme}.png")
    context.close()
    assert faults == []


def new_page(browser: Browser) -> Page:
    """Return a page on which everything may take its time."""
    page = browser.new_page()
    page.set_default_timeout(LIMIT_MILLISECONDS)
    return page


def test_a_diagram_is_drawn(browser: Browser, address: str) -> None:
    page = new_page(browser)
    page.goto(f"{address}/docs/ARCHITECTURE/", wait_until="networkidle")
    # The theme draws into a closed shadow root: the source is gone, and the drawing has a height.
    diagram = page.locator("div.mermaid").first
    diagram.wait_for()
    box = diagram.bounding_box()
    page.close()
    assert box is not None
    assert box["height"] > 40


def test_search_finds_a_problem(browser: Browser, address: str) -> None:
    page = new_page(browser)
    page.goto(f"{address}/", wait_until="networkidle")
    search = page.locator(".md-search__input")
    search.click()
    search.press_sequentially("precondition", delay=20)
    result = page.locator(".md-search-result__link", has_text="has changed").first
    result.wait_for()
    page.close()


def test_a_page_is_copied_as_markdown(browser: Browser, address: str) -> None:
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    context.set_default_timeout(LIMIT_MILLISECONDS)
    page = context.new_page()
    page.goto(f"{address}/docs/ERROR_MODEL/", wait_until="networkidle")
    page.locator("a.copy-page").click()
    page.wait_for_selector("a.copy-page--done")
    text = page.evaluate("navigator.clipboard.readText()")
    context.close()
    assert "\n# Errors\n" in text


def test_every_page_has_its_markdown_and_llms_txt_names_it(site: Path) -> None:
    index = (site / "llms.txt").read_text()
    for page in site.rglob("index.html"):
        folder = page.parent
        copies = [folder / "index.md", folder.parent / f"{folder.name}.md"]
        found = [copy for copy in copies if copy.is_file()]
        assert found, f"{page} has no Markdown beside it"
        assert f"/{found[0].relative_to(site)})" in index


def test_the_core_fits_a_language_model(site: Path) -> None:
    tokens = len((site / "llms-full.txt").read_text()) / CHARACTERS_PER_TOKEN
    assert tokens < MOST_TOKENS, "Fix: shorten the pages and sections of docs/tools/core.py"


def test_every_page_is_in_the_core_or_named_by_it(site: Path) -> None:
    core, _, rest = (site / "llms-full.txt").read_text().partition("\n# The other pages\n")
    whole = set(re.findall("^<!-- (.+) -->$", core, re.MULTILINE))
    named = set(re.findall(r"^- (\S+\.md)(?=: \S)", rest, re.MULTILINE))
    for folder, names in re.findall(r"^- (\S+/): (.+)$", rest, re.MULTILINE):
        named |= {f"{folder}{name}.md" for name in names.split(", ")}
    partial = {address for address, sections in CORE.items() if sections}
    assert partial <= named
    have = {copy_of(address) for address in whole | named}
    index = (site / "llms.txt").read_text()
    (url,) = re.findall(r"(\S+)/llms-full\.txt", index)
    indexed = re.findall(rf"\]\({re.escape(url)}/(\S+)\)", index)
    assert sorted(set(indexed) ^ have) == []


@pytest.mark.parametrize("name", CORE)
def test_the_core_keeps_the_sections_and_examples_of_its_pages(site: Path, name: str) -> None:
    text = (site / "llms-full.txt").read_text()
    page = next(page for page in SOURCES if page.path == name)
    sections = CORE[name] or page.headings(2)
    assert set(sections) <= set(page.headings(2)), "Fix: name sections of the page"
    assert f"<!-- {name} -->" in text
    assert all(f"\n## {section}\n" in text for section in sections)
    blocks = [block for block in page.blocks if not CORE[name] or block.section in sections]
    assert [block.line for block in blocks if block.content not in text] == []


def test_the_core_shows_a_resource_in_every_layer(site: Path) -> None:
    text = (site / "llms-full.txt").read_text()
    files = resource_files()
    assert {"spec", "app"} <= {name.split("/")[0] for name in files}
    assert [name for name in files if (ROOT / name).read_text().strip() not in text] == []
