"""Verb `watch`: generate on every save, until Ctrl-C."""

import subprocess
import sys
from pathlib import Path

import watchfiles

_COMMAND = (sys.executable, "-m", "spec", "generate")


def watch(root: Path) -> None:
    """Run `generate` now and after every save below `spec/`.

    Each run is a process of its own: it sees the newest rules, and its end is not the watch's end.
    """
    saves = watchfiles.watch(root / "spec", debounce=200, raise_interrupt=False)
    subprocess.run(_COMMAND, cwd=root, check=False)
    for _ in saves:
        subprocess.run(_COMMAND, cwd=root, check=False)
