"""Take parts out of the code, the contract, the tests and the pages."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from spec.product import requirements
from spec.product.marks import without
from spec.product.migrations import relink
from spec.product.parts import parts, with_dependents
from spec.tools.finding import Finding, RefusedError, Where

FILE = Path("spec/product/parts.toml")


def drop(root: Path, names: Iterable[str]) -> list[str]:
    """Drop parts and all that need them; return what was done.

    Raises:
        RefusedError: There is no such part, or a mark has no pair.
    """
    gone = with_dependents(names)
    files = [path for name in gone for path in files_of(root, name)]
    texts = dict(_cut(root, frozenset(gone), set(files)))
    project = root / "pyproject.toml"
    _forget_markers(project, [it for name in gone for it in parts()[name].markers], texts)
    if project in texts:
        compiled = requirements.without_unneeded(root, texts[project])
        texts |= {path: text for path, text in compiled.items() if path not in files}
    if root / FILE not in files:
        texts[root / FILE] = _without_tables((root / FILE).read_text(encoding="utf-8"), gone)
    relink(root, files)
    for path in files:
        path.unlink(missing_ok=True)
    for path, text in texts.items():
        path.write_text(text, encoding="utf-8", newline="\n")
    _remove_empty_folders(root, files)
    tidy(root, list(texts))
    return [f"dropped {name}: {parts()[name].about}" for name in gone]


def files_of(root: Path, name: str) -> list[Path]:
    """Return the files that only this part has."""
    found = (path for pattern in parts()[name].files for path in sorted(root.glob(pattern)))
    return [
        file
        for path in found
        for file in (sorted(path.rglob("*")) if path.is_dir() else [path])
        if file.is_file() and "__pycache__" not in file.parts
    ]


def text_files(root: Path) -> Iterator[tuple[Path, str]]:
    """Yield the files of the repository that hold text, with their text."""
    git = shutil.which("git") or "git"
    command = [git, "ls-files", "-z", "-co", "--exclude-standard"]
    listed = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    for name in sorted(filter(None, listed.stdout.split("\0"))):
        path = root / name
        if path.is_symlink() or not path.is_file():
            continue
        try:
            yield path, path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue


def _cut(root: Path, gone: frozenset[str], files: set[Path]) -> Iterator[tuple[Path, str]]:
    """Yield the files that lose lines, with what is left of them."""
    for path, text in text_files(root):
        place = path.relative_to(root)
        if path in files or place.is_relative_to(FILE.parent) or "part " not in text:
            continue
        left = without(text, gone, place)
        if left != text:
            yield path, left


def _forget_markers(path: Path, markers: Iterable[str], texts: dict[Path, str]) -> None:
    """Take markers out of the expression that selects the tests of a plain run."""
    for marker in markers:
        text = texts.get(path) or path.read_text(encoding="utf-8")
        texts[path] = re.sub(rf"\b{marker} or ", "", text)


def _without_tables(text: str, gone: Iterable[str]) -> str:
    for name in gone:
        text = re.sub(rf"^\[{name}\]\n(?:(?!\[).*\n)*", "", text, flags=re.MULTILINE)
    return text.rstrip("\n") + "\n"


def _remove_empty_folders(root: Path, files: Sequence[Path]) -> None:
    folders = {folder for path in files for folder in path.parents if root in folder.parents}
    for folder in sorted(folders, reverse=True):
        left = {path.name for path in folder.iterdir()} if folder.is_dir() else set()
        if left <= {"__pycache__"}:
            shutil.rmtree(folder, ignore_errors=True)


def tidy(root: Path, changed: Sequence[Path]) -> None:
    """Generate from the contract that is left; remove unused imports of changed files, and format.

    Raises:
        RefusedError: The contract that is left is not valid.
    """
    _run(root, sys.executable, "-m", "spec", "generate")
    if code := [str(path) for path in changed if path.suffix == ".py"]:
        _run(root, tool("ruff"), "check", "--quiet", "--fix-only", "--select", "F401", *code)
        _run(root, tool("isort"), "--quiet", *code)
        _run(root, tool("black"), "--quiet", *code)
    if pages := [str(path) for path in changed if path.suffix == ".md"]:
        _run(root, tool("rumdl"), "fmt", "--quiet", *pages)


def tool(name: str) -> str:
    """Return the command of a development package, which lies beside the interpreter."""
    return str(Path(sys.executable).with_name(name))


def _run(root: Path, *command: str) -> None:
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    if done.returncode:
        where = Where(Path(command[0]).name, 1)
        raise RefusedError(Finding(where, done.stderr.strip(), "restore the files with git"))
