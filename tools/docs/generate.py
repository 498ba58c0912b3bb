"""The committed pages: written by `generate`, compared by `check`."""

import difflib
import re
from pathlib import Path, PurePosixPath

from tools.docs.access import access_page
from tools.docs.markdown import NOTE
from tools.docs.operations import operation_pages
from tools.docs.pages import GENERATED, Page, build_pages
from tools.docs.reference import commands_page, database_page, problem_pages
from tools.docs.settings import settings_page

_INDEX = re.compile(r"(<!-- pages:start -->\n).*(<!-- pages:end -->)", re.DOTALL)
_LONGEST = 40
GUIDES = "docs/how-to"
SKILLS = ".agents/skills"


def compute(root: Path) -> dict[str, str]:
    """Return path → text of everything that is generated and committed."""
    written = {
        **operation_pages(root),
        **problem_pages(root),
        f"{GENERATED}/access.md": access_page(),
        f"{GENERATED}/settings.md": settings_page(root),
        f"{GENERATED}/database.md": database_page(),
        f"{GENERATED}/commands.md": commands_page(root),
    }
    agents = root / "AGENTS.md"
    if agents.is_file():
        text = agents.read_text(encoding="utf-8")
        written["AGENTS.md"] = _INDEX.sub(rf"\1{_index(root, written)}\2", text)
    for guide in sorted((root / GUIDES).glob("*.md")):
        if guide.name != "README.md":
            skill = f"{SKILLS}/{guide.stem}/SKILL.md"
            written[skill] = _skill(Page(f"{GUIDES}/{guide.name}", guide.read_text("utf-8")))
    return written


def generate(root: Path) -> list[str]:
    """Write what changed, remove what vanished; return a line for each."""
    lines = []
    written = compute(root)
    for path in _stale(root, written):
        path.unlink()
        lines.append(f"removed {path.relative_to(root)}")
    for name, text in written.items():
        path = root / name
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
            lines.append(f"wrote {name}")
    return lines


def check(root: Path) -> list[str]:
    """Return a diff of everything that differs, bounded per file."""
    written = compute(root)
    lines = [f"EXTRA {path.relative_to(root)}" for path in _stale(root, written)]
    for name, text in written.items():
        path = root / name
        disk = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
        names = (f"{name} (on disk)", f"{name} (generated)")
        found = list(difflib.unified_diff(disk, text.splitlines(), *names, lineterm="", n=1))
        lines += found[:_LONGEST]
    return lines


def _stale(root: Path, written: dict[str, str]) -> list[Path]:
    found = sorted(path for folder in (GENERATED, SKILLS) for path in (root / folder).rglob("*.md"))
    return [path for path in found if path.relative_to(root).as_posix() not in written]


def _index(root: Path, written: dict[str, str]) -> str:
    """Return one line per page that people wrote, and one per folder of generated pages."""
    lines = [
        f"- `{page.address}`: {page.summary}"
        for page in build_pages(root).values()
        if page.editable and page.folder
    ]
    for name, text in written.items():
        below = name.removeprefix(f"{GENERATED}/")
        if below != name and (below.endswith("README.md") or "/" not in below):
            lines.append(f"- `{name}`: {Page(name, text).summary}")
    return "\n" + "\n".join(lines) + "\n\n"


def _skill(guide: Page) -> str:
    """Return a skill that leads to a guide; a model reads its description to choose it."""
    name = PurePosixPath(guide.address).stem
    return (
        f"---\nname: {name}\ndescription: {guide.summary} Use it when you have to "
        f"{guide.title[:1].lower()}{guide.title[1:]}.\n---\n\n# {guide.title}\n\n{NOTE}\n\n"
        f"Follow [{guide.address}](../../../{guide.address}) from top to bottom; the tests keep it "
        "true.\nKeep the rules of [AGENTS.md](../../../AGENTS.md), and finish with `make check`.\n"
    )
