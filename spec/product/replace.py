"""A foreign contract in the place of the example."""

from pathlib import Path
from tempfile import TemporaryDirectory

from spec.adopt.adopt import LEVELS, joined, write
from spec.adopt.convert import Progress
from spec.adopt.house import House
from spec.product.drop import drop, files_of
from spec.product.marks import without
from spec.product.parts import parts, with_dependents
from spec.rules.levels import FILE

_EXAMPLE = "example"


def replace_example(path: Path, root: Path, *, progress: Progress) -> list[str]:
    """Drop the example, and add a foreign contract to what is left; return what was done.

    Raises:
        RefusedError: It cannot be read, or has a path that what is left has already.
    """
    into = root / "spec" / "v1"
    gone = with_dependents([_EXAMPLE] if _EXAMPLE in parts() else [])
    with TemporaryDirectory() as folder:
        _copy_without(gone, root, into, Path(folder))
        texts, adopted = joined(path, House.read(Path(folder)), progress)
    done = drop(root, gone)
    levels = {} if (into / FILE).exists() else {FILE: LEVELS}
    return [*done, *write(into, {**texts, **levels}, adopted)]


def _copy_without(gone: tuple[str, ...], root: Path, contract: Path, folder: Path) -> None:
    """Write the contract as it is without some parts to another folder."""
    files = {file for name in gone for file in files_of(root, name)}
    for path in contract.glob("*.yaml"):
        if path not in files:
            text = without(path.read_text(encoding="utf-8"), frozenset(gone), path)
            (folder / path.name).write_text(text, encoding="utf-8")
