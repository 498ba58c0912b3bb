"""`python -m tests.extension.measure COMMIT`: what was done since a commit, and its size."""

import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).parent
ROOT = FOLDER.parents[1]
CHECKS = "tests/extension/checks.py"
_GIT = shutil.which("git") or "git"


class ByHand(NamedTuple):
    """Files and added lines that no tool wrote."""

    files: int
    lines: int

    def __str__(self) -> str:
        return f"{self.files} files, {self.lines} lines by hand"


def by_hand(repository: Path, since: str) -> ByHand:
    """Count what was added since a commit, in all files but those that `.gitattributes` names."""
    git(repository, "add", "--all", "--intent-to-add")
    written = git(
        repository, "diff", "--numstat", since, "--", ".", ":(exclude,attr:linguist-generated)"
    )
    added = [line.split("\t")[0] for line in written.splitlines()]
    return ByHand(len(added), sum(int(count) for count in added if count.isdecimal()))


def git(repository: Path, *arguments: str) -> str:
    """Run git; return what it prints."""
    command = [_GIT, *arguments]
    done = subprocess.run(command, cwd=repository, capture_output=True, text=True, check=True)
    return done.stdout


def passed(repository: Path) -> dict[str, Counter[str]]:
    """Run the checks; return for each request how many passed and failed."""
    command = [sys.executable, "-m", "pytest", "-q", "-rA", "-n", "0", "-k", "sqlite", CHECKS]
    done = subprocess.run(command, cwd=repository, capture_output=True, text=True, check=False)
    found = re.findall(r"^(PASSED|FAILED|ERROR) \S*::test_(\d)_", done.stdout, re.MULTILINE)
    outcomes: dict[str, Counter[str]] = {}
    for outcome, request in found:
        outcomes.setdefault(request, Counter())[outcome] += 1
    return outcomes


def main() -> None:
    """Print the checks that passed, and what was written by hand."""
    [since] = sys.argv[1:] or ["HEAD"]
    if git(ROOT, "diff", since, "--", str(FOLDER)):
        sys.exit(f"The checks are not those of {since}. Fix: git checkout {since} -- {FOLDER}")
    for request, outcomes in sorted(passed(ROOT).items()):
        done = f"{outcomes['PASSED']} of {outcomes.total()} checks passed"
        sys.stdout.write(f"request {request}: {done}\n")
    sys.stdout.write(f"{by_hand(ROOT, since)}\n")


if __name__ == "__main__":
    main()
