"""The site for language models: llms.txt, llms-full.txt, and the Markdown of every page."""

import posixpath
from collections.abc import Sequence
from pathlib import Path

from docs.tools.core import core_text
from docs.tools.pages import CODE, REFERENCE, Page

CHARACTERS_PER_TOKEN = 3.5  # a conservative estimate; English prose has about four
_SECTIONS = {"docs/how-to/": "How-to guides", f"{REFERENCE}/": "Reference", "docs/": "Documents"}


def write_copies(
    pages: Sequence[Page], site: Path, *, url: str, title: str, description: str
) -> int:
    """Write everything below `site`; return the size of llms-full.txt in tokens."""
    known = {page.address for page in pages}
    for page in pages:
        text = page.relinked(lambda a: f"{url}/{copy_of(a)}" if a in known else a)
        path = site / copy_of(page.address)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"> All pages: {url}/llms.txt\n\n{text}", encoding="utf-8")
    index = _index(pages, url, title, description)
    (site / "llms.txt").write_text(index, encoding="utf-8")
    full = "\n\n".join([f"# {title}", f"> {description}", core_text(pages, url)]) + "\n"
    (site / "llms-full.txt").write_text(full, encoding="utf-8")
    return round(len(full) / CHARACTERS_PER_TOKEN)


def copy_of(address: str) -> str:
    """Return the path of a page's Markdown; a README becomes its folder's index."""
    folder, name = posixpath.split(address)
    return posixpath.join(folder, "index.md") if name == "README.md" else address


def _index(pages: Sequence[Page], url: str, title: str, description: str) -> str:
    sections: dict[str, list[str]] = {}
    for page in pages:
        starts = (name for start, name in _SECTIONS.items() if page.address.startswith(start))
        section = "Optional" if page.address.startswith(CODE) else next(starts, "Packages")
        summary = f": {page.summary}" if page.summary else ""
        line = f"- [{page.title}]({url}/{copy_of(page.address)}){summary}"
        sections.setdefault(section, []).append(line)
    sections["Optional"] = sections.pop("Optional", [])
    parts = [f"## {name}\n\n" + "\n".join(lines) for name, lines in sections.items() if lines]
    intro = f"Enough to extend the API, in one file: {url}/llms-full.txt"
    return "\n\n".join([f"# {title}", f"> {description}", intro, *parts]) + "\n"
