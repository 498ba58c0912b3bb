"""Compiled requirements, without the packages that only a removed part needed."""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def without_unneeded(root: Path, project: str) -> dict[Path, str]:
    """Return the compiled files that lose packages, with what is left of them.

    Args:
        root: The repository.
        project: What is left of `pyproject.toml`.
    """
    gone = needed((root / "pyproject.toml").read_text(encoding="utf-8")) - needed(project)
    files = {path: path.read_text(encoding="utf-8") for path in root.glob("requirements*.txt")}
    left = {path: without(text, gone) for path, text in files.items()}
    return {path: text for path, text in left.items() if text != files[path]}


def without(text: str, packages: Iterable[str]) -> str:
    """Return a compiled file without the lines of these packages."""
    gone = set(packages)
    blocks = re.split(r"^(?=[A-Za-z0-9])", text, flags=re.MULTILINE)
    return "".join(block for block in blocks if _normal(block) not in gone)


def needed(project: str) -> frozenset[str]:
    """Return the packages that a `pyproject.toml` names, and all that they need.

    What a package needs is read from its metadata, for all platforms. If it is not installed here,
    that is not known.
    """
    found = set[tuple[str, str]]()
    new = {it for text in _written(tomllib.loads(project)) for it in _named(Requirement(text))}
    while new:
        found |= new
        new = {it for name, extra in new for it in _requires(name, extra)} - found
    return frozenset(name for name, _ in found)


def _written(project: Mapping[str, Any]) -> Iterator[str]:
    """Yield the requirements that the tables of a `pyproject.toml` name."""
    yield from project["project"]["dependencies"]
    for groups in (project["project"]["optional-dependencies"], project["dependency-groups"]):
        for requirements in groups.values():
            yield from (it for it in requirements if isinstance(it, str))


def _requires(package: str, extra: str) -> Iterator[tuple[str, str]]:
    """Yield what a package needs with an extra; without one for an empty text."""
    try:
        needed = map(Requirement, requires(package) or ())
    except PackageNotFoundError:
        return
    for one in needed:
        asked = re.search(r"extra == [\"']([^\"']+)", str(one.marker or ""))
        if (_normal(asked[1]) if asked else "") == extra:
            yield from _named(one)


def _named(requirement: Requirement) -> Iterator[tuple[str, str]]:
    """Yield a package without an extra, and with each that is asked for."""
    for extra in ("", *requirement.extras):
        yield _normal(requirement.name), _normal(extra)


def _normal(text: str) -> str:
    """Return the name at the start of a text, as PEP 503 normalises it."""
    match = _NAME.match(text)
    return re.sub(r"[-_.]+", "-", match[0]).lower() if match else ""
