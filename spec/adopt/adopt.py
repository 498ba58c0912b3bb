"""Verb `adopt`: make a foreign OpenAPI document the contract."""

from collections.abc import Mapping
from pathlib import Path

from spec.adopt.convert import Adopted, Progress, convert
from spec.adopt.house import ROOT, House
from spec.adopt.report import NAME, report
from spec.adopt.write import to_yaml
from spec.rules.levels import FILE
from spec.tools.finding import Finding, RefusedError, Where

LEVELS = '# Which rules hold for this contract.\nprofile = "adopted"\n'


def adopt(path: Path, into: Path, *, overwrite: bool, progress: Progress) -> list[str]:
    """Write a foreign contract to a folder; return what was written.

    Raises:
        RefusedError: It cannot be read, or there is a contract already.
    """
    there = sorted(into.glob("*.yaml"))
    if there and not overwrite:
        fix = "add to it with --beside, replace it with --overwrite, or name a folder with --into"
        raise RefusedError(Finding(Where(str(there[0]), 1), "there is a contract already", fix))
    adopted = convert(path, House(), progress)
    texts = {name: to_yaml(content) for name, content in adopted.files.items()}
    progress(f"writing {len(texts)} files")
    for old in there:
        old.unlink()
    return write(into, {**texts, FILE: LEVELS}, adopted)


def adopt_beside(path: Path, into: Path, *, progress: Progress) -> list[str]:
    """Add a foreign contract to the one in a folder; return what was written.

    Raises:
        RefusedError: It cannot be read, or has a path that is there already.
    """
    return write(into, *joined(path, House.read(into), progress))


def joined(path: Path, house: House, progress: Progress) -> tuple[dict[str, str], Adopted]:
    """Return the files that add a foreign contract to the one that is there.

    Raises:
        RefusedError: It cannot be read, or has a path that is there already.
    """
    adopted = convert(path, house, progress)
    texts = {name: to_yaml(value) for name, value in adopted.files.items() if name != ROOT}
    servers = adopted.files[ROOT].get("servers")
    for server in servers if isinstance(servers, list) else ():
        url = server.get("url") if isinstance(server, dict) else ""
        text = f"its paths are now below the server of {ROOT}, not of `{url}`"
        adopted.notes.left("Servers", Where(path.name, 1), text)
    return {ROOT: house.merged(adopted.files[ROOT]), **texts}, adopted


def write(into: Path, texts: Mapping[str, str], adopted: Adopted) -> list[str]:
    """Write files of a contract, and the report; return what was written."""
    into.mkdir(parents=True, exist_ok=True)
    lines = report(adopted.source, adopted.facts, adopted.notes)
    for name, text in {**texts, NAME: "\n".join(lines)}.items():
        (into / name).write_text(text, encoding="utf-8", newline="\n")
    return [f"wrote {into / name}" for name in (*texts, NAME)]
