"""Do what a how-to guide says, block by block, on a copy of the repository."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from textwrap import indent

from tests.docs.pages import ROOT, Page

_CACHE = ".mypy_cache"
GIT = shutil.which("git") or "git"
_STEP = re.compile(
    r"(?:^(?P<act>Create|In) `(?P<path>[^`]+)`"
    r"(?:, (?P<where>below each|below|instead of) `(?P<line>[^`\n]+)`)?:\n\n)?"
    r"^```(?P<language>\w+)\n(?P<content>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
# The tools of this environment are used as they are; nothing is installed.
TOOLS_ARE_THERE = ("-o", ".venv/.requirements", "-o", ".venv/.requirements-dev")
_MAKE = f'make() {{ command make {" ".join(TOOLS_ARE_THERE)} "$@"; }}\n'


def clone(folder: Path) -> Path:
    """Copy the files that git knows, or would add; this environment becomes `.venv`."""
    listed = subprocess.run(
        [GIT, "ls-files", "-z", "-co", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    (folder / ".venv").symlink_to(sys.prefix)
    _copy_what_mypy_knows(folder)
    subprocess.run([GIT, "init", "--quiet", str(folder)], check=True)
    return folder


def _copy_what_mypy_knows(folder: Path) -> None:
    """Spare the copy a first run of mypy, which compares contents and not times."""
    if (ROOT / _CACHE).is_dir():
        shutil.copytree(ROOT / _CACHE, folder / _CACHE)


def follow(page: Page, folder: Path) -> None:
    """Create and change the files that the page names, and run its shell blocks, in order."""
    for step in _STEP.finditer(page.text):
        line = page.text.count("\n", 0, step.start("content"))
        here, content = f"{page.path}:{line}", step["content"]
        if step["act"]:
            _edit(folder / step["path"], step["where"], step["line"], content, here)
        elif step["language"] == "sh":
            _run(content, folder, here)


def commit(folder: Path) -> None:
    """Commit everything but `.venv`, which is a link."""
    (folder / ".git/info/exclude").write_text(".venv\n", encoding="utf-8")
    names = ("-c", "user.name=newcomer", "-c", "user.email=newcomer@example.com")
    for command in (["add", "--all"], ["commit", "--quiet", "--allow-empty", "--message=Step"]):
        subprocess.run([GIT, *names, *command], cwd=folder, check=True)


def created(page: Page) -> list[str]:
    """Return the files that the page creates, itself or by `make resource`."""
    resources = re.findall(r"^make resource name=(\w+)", page.text, re.MULTILINE)
    steps = (step for step in _STEP.finditer(page.text) if step["act"] == "Create")
    return [*(f"app/services/{name}.py" for name in resources), *(it["path"] for it in steps)]


def _edit(path: Path, where: str | None, line: str | None, content: str, here: str) -> None:
    if line is None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
        return
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    found = [number for number, text in enumerate(lines) if text.strip() == line]
    if where == "below each":
        assert found, f"{here}: {path.name} has no line `{line}`"
        for number in reversed(found):
            margin = lines[number][: -len(lines[number].lstrip())]
            lines.insert(number + 1, indent(content, margin))
        path.write_text("".join(lines), encoding="utf-8")
        return
    assert len(found) == 1, f"{here}: {path.name} has {len(found)} lines `{line}`"
    start = found[0] + (where == "below")
    lines[start : found[0] + 1] = [content]
    path.write_text("".join(lines), encoding="utf-8")


def _run(script: str, folder: Path, here: str) -> None:
    done = subprocess.run(
        [shutil.which("bash") or "bash", "-eu", "-o", "pipefail"],
        input=_MAKE + script,
        cwd=folder,
        env={name: value for name, value in os.environ.items() if not name.startswith("PYTEST")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{here}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
