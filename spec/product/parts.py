"""The parts that a product may drop: their files, and their lines in shared files."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from spec.tools.finding import Finding, RefusedError, Where

FILE = Path(__file__).with_name("parts.toml")


@dataclass(frozen=True)
class Part:
    """A part of the template.

    Attributes:
        about: What it is, in a few words.
        needs: The parts without which it cannot be.
        files: Patterns of the files and folders that only this part has.
        markers: The markers of pytest that only its tests have.
    """

    about: str
    files: tuple[str, ...]
    needs: tuple[str, ...] = ()
    markers: tuple[str, ...] = ()


@cache
def parts() -> Mapping[str, Part]:
    """Return the parts by their name."""
    return {
        name: Part(
            about=str(table["about"]),
            files=tuple(table["files"]),
            needs=tuple(table.get("needs", ())),
            markers=tuple(table.get("markers", ())),
        )
        for name, table in tomllib.loads(FILE.read_text(encoding="utf-8")).items()
    }


def with_dependents(names: Iterable[str]) -> tuple[str, ...]:
    """Return these parts and all that need one of them, in the order of the file.

    Raises:
        RefusedError: There is no such part.
    """
    gone = set(names)
    if unknown := sorted(gone - parts().keys()):
        fix = f"choose from {', '.join(parts())}"
        where = Where("spec/product/parts.toml", 1)
        raise RefusedError(*(Finding(where, f"there is no part {it}", fix) for it in unknown))
    found = gone | {name for name, part in parts().items() if gone & set(part.needs)}
    return tuple(it for it in parts() if it in found) if found == gone else with_dependents(found)
