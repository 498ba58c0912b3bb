"""The chain of migrations: without those of a part, and with those of a later version."""

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


def append(root: Path, new: Iterable[Path]) -> list[Path]:
    """Let added migrations follow the newest of all others; return the files that were changed.

    Databases of the product have run its own migrations. What comes before those, they never run.
    """
    chain = {path: _ids(path) for path in sorted((root / FOLDER).glob("*_*.py"))}
    added = {path: chain[path] for path in new if path in chain}
    others = [ids for path, ids in chain.items() if path not in added]
    followed = {before for _, before in others}
    newest = [revision for revision, _ in others if revision not in followed]
    revisions = {revision for revision, _ in added.values()}
    first = [path for path, (_, before) in added.items() if before not in {*revisions, *newest}]
    if len(newest) != 1:
        return []
    for path in first:
        _write(path, added[path][1], newest[0])
    return first


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
