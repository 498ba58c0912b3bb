"""The pages of the site. A page is Markdown; its address is a path in the repository.

A relative link therefore works on the Git host, in the site and in the Markdown copies.
"""

import os
import posixpath
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from spec.adopt.report import NAME as REPORT

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = "docs/reference"
CODE = f"{REFERENCE}/code"

_FENCE = re.compile(r"^( *)(`{3,}).*?^\1\2$", re.MULTILINE | re.DOTALL)
_FOLDERS = ("app", "deploy", "docs", "spec", "tests")
_LINK = re.compile(r"(\[[^\]]*\]\()([^)\s#]*)(#[^)\s]*)?(\))")
_GENERATED_CODE = re.compile(
    r"app/(schemas/v\d+|api/v\d+/routes|api/v\d+/adapters/generated|db/migrations/versions)/"
)


@dataclass(frozen=True)
class Page:
    """A page in Markdown; `is_built` tells that it is generated and not in the repository."""

    address: str
    text: str
    is_built: bool = False

    @property
    def title(self) -> str:
        """Return the first heading, without backticks."""
        found = re.search(r"^# (.+)$", self.text, re.MULTILINE)
        return found[1].replace("`", "") if found else self.address

    @property
    def summary(self) -> str:
        """Return the first sentence of prose."""
        prose = _LINK.sub(lambda link: link[1][1:-2], _FENCE.sub("", self.text))
        lines = (line.strip() for line in prose.splitlines())
        text = next((line for line in lines if re.match(r"[A-Z`*]", line)), "")
        return re.split(r"(?<=\.) ", text)[0]

    @property
    def folder(self) -> str:
        """Return the address of the page's folder; empty for the root."""
        return posixpath.dirname(self.address)

    def relinked(self, place: Callable[[str], str]) -> str:
        """Return the text with the target of every link replaced, except in fenced blocks."""

        def replace(link: re.Match[str]) -> str:
            if not link[2] or "://" in link[2]:
                return link[0]
            address = posixpath.normpath(posixpath.join(self.folder, link[2]))
            return f"{link[1]}{place(address)}{link[3] or ''}{link[4]}"

        parts, end = [], 0
        for fence in _FENCE.finditer(self.text):
            parts += [_LINK.sub(replace, self.text[end : fence.start()]), fence[0]]
            end = fence.end()
        return "".join([*parts, _LINK.sub(replace, self.text[end:])])


def written_pages(root: Path = ROOT) -> dict[str, Page]:
    """Return every Markdown file of the repository by its path."""
    first = (root / name for name in ("README.md", "AGENTS.md"))
    found = [*(path for path in first if path.is_file()), *_below(root, ".md")]
    addresses = sorted(path.relative_to(root).as_posix() for path in found)
    return {name: Page(name, (root / name).read_text(encoding="utf-8")) for name in addresses}


def code_pages(root: Path = ROOT) -> dict[str, Page]:
    """Return a page for each hand-written module of the application and the generator."""
    pages: dict[str, Page] = {}
    for path in sorted(_below(root, ".py")):
        module = PurePosixPath(path.relative_to(root))
        if module.parts[0] not in {"app", "spec"} or _GENERATED_CODE.match(f"{module}"):
            continue
        if module.name.startswith("_") and not _defines_something(path):
            continue
        is_package = module.name == "__init__.py"
        shown = module.parent / "README.md" if is_package else module.with_suffix(".md")
        name = ".".join(module.with_suffix("").parts).removesuffix(".__init__")
        address = f"{CODE}/{shown}"
        pages[address] = Page(address, f"# `{name}`\n\n::: {name}\n", is_built=True)
    return pages


def place_in_site(page: Page, pages: dict[str, Page], host: str) -> Callable[[str], str]:
    """Return a function from a link's address to a page, or to the file on the Git host."""

    def place(address: str) -> str:
        shown = address.removesuffix("/")
        module = f"{CODE}/{shown.removesuffix('.py')}.md"
        package = f"{CODE}/{shown.removesuffix('/__init__.py')}/README.md"
        for candidate in (shown, f"{shown}/README.md", module, package):
            if candidate in pages:
                return posixpath.relpath(candidate, page.folder or ".")
        if shown.startswith("docs/images/"):  # MkDocs serves it without the name of its folder.
            return posixpath.relpath(shown.removeprefix("docs/"), page.folder or ".")
        if not (ROOT / shown).exists() or shown.startswith(".."):
            return posixpath.relpath(shown, page.folder or ".")  # the strict build reports it
        kind = "tree" if (ROOT / shown).is_dir() else "blob"
        return f"{host}/{kind}/main/{shown}"

    return place


def _defines_something(path: Path) -> bool:
    text = path.read_text(encoding="utf-8")
    return path.name == "__init__.py" and bool(re.search(r"^(class|def) ", text, re.MULTILINE))


def _below(root: Path, suffix: str) -> Iterator[Path]:
    for folder in _FOLDERS:
        for where, folders, files in os.walk(root / folder):
            folders[:] = [name for name in folders if name != "__pycache__"]
            known = (name for name in files if name.endswith(suffix) and name != REPORT)
            yield from (Path(where, name) for name in known)
