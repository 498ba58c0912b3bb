"""Hooks of mkdocs.yml, which pass the pages to MkDocs."""

import json
import logging
import subprocess
import sys
from importlib.resources import files as package_files
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page as SitePage

ROOT = Path(__file__).resolve().parents[2]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from docs.tools.llms import write_copies
from docs.tools.nav import fill
from docs.tools.pages import REFERENCE, Page, code_pages, place_in_site, written_pages

logger = logging.getLogger("mkdocs.plugins.docs")

pages: dict[str, Page] = {}


def on_config(config: MkDocsConfig) -> None:
    """Read and generate the pages, and add them to the navigation."""
    pages.clear()
    pages.update(written_pages() | _reference() | code_pages())
    config.nav = fill(config.nav, pages)


def _reference() -> dict[str, Page]:
    """Generate the reference pages in a new process, because this one keeps loaded modules."""
    command = [sys.executable, "-m", "docs.tools.reference"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        logger.warning("the reference pages cannot be built: %s", done.stderr.strip()[-500:])
        return {}
    return {name: Page(name, text, is_built=True) for name, text in json.loads(done.stdout).items()}


def on_files(files: Files, config: MkDocsConfig) -> None:
    """Replace the Markdown of docs/ with the pages, under their paths in the repository."""
    for file in files.documentation_pages():
        files.remove(file)
    host = (config.repo_url or "").rstrip("/")
    for page in pages.values():
        text = page.relinked(place_in_site(page, pages, host))
        file = File.generated(config, page.address, content=text)
        if not page.is_built:
            file.edit_uri = page.address
        files.append(file)
    script = package_files("mermaidx") / "assets" / "mermaid.js"
    files.append(File.generated(config, "assets/mermaid.js", abs_src_path=str(script)))


def on_page_markdown(markdown: str, page: SitePage, config: MkDocsConfig, files: Files) -> None:
    """Set the method of an operation's page, which the navigation shows as a badge."""
    start = markdown.partition("```http\n")[2].split(" ", 1)[0]
    if page.file.src_uri.startswith(f"{REFERENCE}/api/") and start.isupper():
        page.meta["status"] = start.lower()


def on_post_build(config: MkDocsConfig) -> None:
    """Write the pages as Markdown, and the files for language models."""
    order = [page for page in _in_order(config.nav) if page in pages]
    count = write_copies(
        [pages[address] for address in order],
        Path(config.site_dir),
        url=(config.site_url or "/").rstrip("/"),
        title=config.site_name,
        description=config.site_description or "",
    )
    logger.info("llms-full.txt: %d pages, about %d tokens", len(order), count)


def _in_order(entry: object) -> list[str]:
    if isinstance(entry, str):
        return [entry]
    parts = entry.values() if isinstance(entry, dict) else entry if isinstance(entry, list) else []
    return [address for part in parts for address in _in_order(part)]
