"""The text of llms-full.txt: what is enough to extend the API, and where the other pages are."""

import re
from collections.abc import Sequence
from pathlib import PurePosixPath

from docs.tools.pages import CODE, REFERENCE, ROOT, Page

# The pages of the core, in the order of reading; of some, only the named sections.
PAGES: dict[str, tuple[str, ...]] = {
    "AGENTS.md": (),
    "spec/README.md": ("Inputs and outputs", "Design"),
    "docs/how-to/add-a-resource.md": (),
    "spec/resource/README.md": ("Inputs and outputs", "Examples"),
    "docs/how-to/add-an-operation.md": (),
    "docs/how-to/add-a-field.md": (),
    "app/schemas/README.md": ("How it works",),
    "app/services/README.md": ("Design", "How it works", "Extensibility Notes"),
    "app/db/README.md": ("Design", "How it works", "Extensibility Notes"),
    "app/api/README.md": ("How it works", "Extensibility Notes"),
    "docs/ERROR_MODEL.md": ("Design",),
    "docs/AUTH_MODEL.md": ("Design", "Extensibility Notes"),
    "tests/README.md": ("Design", "How it works"),
}
# The core contains the code of the first of these.
RESOURCES = (
    "items",  # part example
    "sessions",
)
_LAYERS = (
    "spec/v1/{}.yaml",
    "app/db/models/{}.py",
    "app/db/repositories/{}.py",
    "app/services/{}.py",
    "tests/api/test_{}.py",
)
_LANGUAGES = {".py": "python", ".yaml": "yaml"}
_DETAILS = (f"{CODE}/", f"{REFERENCE}/api/v", f"{REFERENCE}/problems/")
_HEADING = re.compile(r"^(?=#{2,3} )", re.MULTILINE)


def core_text(pages: Sequence[Page], url: str) -> str:
    """Return the pages of the core, the code of one resource, and a list of the other pages."""
    known = {page.address: page for page in pages}
    parts = ["A link is relative to the page that the comment above it names."]
    parts += [_part(known[name], sections) for name, sections in PAGES.items() if name in known]
    parts += ["# The code of one resource", *map(_code, resource_files())]
    rest = [page for page in pages if PAGES.get(page.address, ("",))]
    return "\n\n".join([*parts, _rest(rest, url)])


def resource_files() -> list[str]:
    """Return the files of the resource whose code the core contains."""
    names = [layer.format(RESOURCES[0]) for layer in _LAYERS]
    return [name for name in names if (ROOT / name).is_file()]


def _part(page: Page, sections: tuple[str, ...]) -> str:
    text = page.text
    if sections:
        start, *found = _HEADING.split(text)
        title = start.split("\n", 1)[0]
        wanted = [f"## {name}" for name in sections]
        kept = [part.strip() for part in found if part.split("\n", 1)[0] in wanted]
        text = "\n\n".join([title, *kept])
    return f"<!-- {page.address} -->\n{text.strip()}"


def _code(name: str) -> str:
    text = (ROOT / name).read_text(encoding="utf-8").strip()
    return f"`{name}`:\n\n```{_LANGUAGES[PurePosixPath(name).suffix]}\n{text}\n```"


def _rest(pages: Sequence[Page], url: str) -> str:
    """Return a line for each page, and a line for each folder of details."""
    lines: list[str] = []
    folders: dict[str, list[str]] = {}
    for page in pages:
        name = PurePosixPath(page.address).stem
        if page.address.startswith(_DETAILS) and (
            name != "README" or page.address.startswith(CODE)
        ):
            folders.setdefault(page.folder, []).append(name)
            continue
        lines.append(f"- {page.address}: {page.summary}")
    details = [f"- {folder}/: {', '.join(names)}" for folder, names in folders.items()]
    intro = (
        "# The other pages\n\n"
        "The core has only parts of some of them. "
        f"Read a page at {url}/PATH; there `README.md` is `index.md`. A clone has the same paths; "
        "`make docs` writes `docs/reference/` below `site/`."
    )
    by_folder = "By folder; append `.md` to a name:"
    return "\n\n".join([intro, "\n".join(lines), by_folder, "\n".join(details)])
