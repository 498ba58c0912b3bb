"""The committed pages: written by `generate`, compared by `check`."""

import difflib
import re
from pathlib import Path

from tools.docs.operations import operation_pages
from tools.docs.pages import GENERATED, Page, is_written
from tools.docs.reference import commands_page, database_page, problem_pages, settings_page

_INDEX = re.compile(r"(<!-- pages:start -->\n).*(<!-- pages:end -->)", re.DOTALL)
_LONGEST = 40


def compute(root: Path) -> dict[str, str]:
    """Return path → text of everything that is generated and committed."""
    written = {
        **operation_pages(root),
        **problem_pages(root),
        f"{GENERATED}/settings.md": settings_page(),
        f"{GENERATED}/database.md": database_page(),
        f"{GENERATED}/commands.md": commands_page(root),
    }
    agents = root / "AGENTS.md"
    if agents.is_file():
        text = agents.read_text(encoding="utf-8")
        written["AGENTS.md"] = _INDEX.sub(rf"\1{_index(root, written)}\2", text)
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
    found = sorted((root / GENERATED).rglob("*.md"))
    return [path for path in found if path.relative_to(root).as_posix() not in written]


def _index(root: Path, written: dict[str, str]) -> str:
    """Return one line per page that people wrote, and one per folder of generated pages."""
    lines = []
    for path in sorted(root.rglob("*.md")):
        name = path.relative_to(root).as_posix()
        if name.split("/")[0] in {"app", "docs", "spec", "tests", "tools"} and is_written(name):
            page = Page(name, path.read_text(encoding="utf-8"))
            lines.append(f"- `{name}`: {page.title}")
    for name, text in written.items():
        if name.endswith("README.md") or name.count("/") == GENERATED.count("/") + 1:
            lines.append(f"- `{name}`: {Page(name, text).title}")
    return "\n".join(lines) + "\n"
