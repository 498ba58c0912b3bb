"""Verb `drop-version`: remove the oldest version when nobody calls it any more."""

import shutil
from collections.abc import Iterator
from pathlib import Path

from spec.adopt.write import to_yaml
from spec.tools.finding import Finding, RefusedError, Where
from spec.tools.generate import compute, generate
from spec.tools.load import load
from spec.tools.overlay import EXTENDS, base_of, changed
from spec.tools.target import Target, targets


def drop_version(root: Path, name: str) -> list[str]:
    """Remove a version; the next one gets the files of the contract that it took from it.

    Raises:
        RefusedError: It is not the oldest of several versions, or a contract is refused.
    """
    found = targets(root)
    names = [target.version for target in found]
    if name != names[0] or len(found) == 1:
        message = f"{name} is not the oldest of several versions: {', '.join(names)}"
        fix = "name the oldest version, and start the next one first if it is the only one"
        raise RefusedError(Finding(Where("spec", 1), message, fix))
    compute(found)
    older = found[0]
    lines: list[str] = []
    for target in found[1:]:
        base = base_of(target, [])
        if base is not None and base.contract == older.contract:
            lines += _complete(target, older)
    for folder in (older.contract.parent, older.schemas, older.routes.parent):
        shutil.rmtree(folder, ignore_errors=True)
        lines.append(f"removed {older.show(folder)}")
    lines += generate(targets(root))
    return [*lines, f"Correct what still names it: git grep -nw {name}"]


def _complete(target: Target, older: Target) -> Iterator[str]:
    """Write the whole contract of a version that is a difference so far; yield what was written."""
    for path in sorted(older.contract.parent.glob("*.yaml")):
        own = target.contract.parent / path.name
        if not own.exists():
            shutil.copy(path, own)
            yield f"wrote {target.show(own)}"
            continue
        before = load(path, older.show(path), [])
        data = changed(before, load(own, target.show(own), []), []).data
        whole = {key: it for key, it in data.items() if key != EXTENDS}  # type: ignore[union-attr]
        own.write_text(to_yaml(whole), encoding="utf-8", newline="\n")
        yield f"wrote {target.show(own)}; comments were not kept"
