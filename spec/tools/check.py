"""Verb `check`: compare the generated code with the contract."""

import difflib
from collections.abc import Sequence
from pathlib import Path

from spec.tools.generate import compute, stale
from spec.tools.target import Target

_LONGEST = 60


def check(targets: Sequence[Target]) -> list[str]:
    """Return a diff of everything that differs, bounded per file; raises RefusedError."""
    output = compute(targets)
    show = targets[0].show
    lines = [f"EXTRA {show(path)}" for path in stale(targets, output)]
    lines += [f"MISSING {show(path)}" for path in output.once]
    for path, text in output.owned.items():
        if not path.is_file():
            lines.append(f"MISSING {show(path)}")
        else:
            lines += _difference(path, show(path), text)
    return lines


def _difference(path: Path, shown: str, text: str) -> list[str]:
    disk = path.read_text(encoding="utf-8").splitlines()
    names = (f"{shown} (on disk)", f"{shown} (from the contract)")
    lines = list(difflib.unified_diff(disk, text.splitlines(), *names, lineterm="", n=2))
    left = len(lines) - _LONGEST
    return [*lines[:_LONGEST], *([f"… {left} more lines"] if left > 0 else [])]
