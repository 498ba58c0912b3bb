"""The chain of migrations, without those of a part."""

import re
from collections.abc import Iterable
from pathlib import Path

FOLDER = Path("app/db/migrations/versions")
_REVISION = re.compile(r'^revision: str = "(\w+)"$', re.MULTILINE)
_BEFORE = re.compile(r'^down_revision: str \| None = (?:"(\w+)"|None)$', re.MULTILINE)


def relink(root: Path, gone: Iterable[Path]) -> None:
    """Let the migrations that follow a removed one follow the one before it."""
    before = dict(_ids(path) for path in gone if path.parent == root / FOLDER)
    for path in sorted((root / FOLDER).glob("*_*.py")):
        _, follows = _ids(path)
        if follows not in before:
            continue
        new = follows
        while new in before:
            new = before[new]
        _write(path, follows, new)


def _ids(path: Path) -> tuple[str, str]:
    """Return the revision of a file, and the one that it follows; empty for the first."""
    text = path.read_text(encoding="utf-8")
    revision, before = _REVISION.search(text), _BEFORE.search(text)
    return (revision[1], before[1] or "") if revision and before else ("", "")


def _write(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    text = text.replace(f"Follows: {old}\n", f"Follows: {new or 'nothing'}\n", 1)
    value = f'"{new}"' if new else "None"
    text = _BEFORE.sub(f"down_revision: str | None = {value}", text, count=1)
    path.write_text(text, encoding="utf-8", newline="\n")
