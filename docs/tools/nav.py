"""Navigation: replaces an entry of mkdocs.yml that ends in / with the pages of that folder."""

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

from docs.tools.pages import REFERENCE, Page


def fill(entry: Any, pages: Mapping[str, Page]) -> Any:  # noqa: ANN401 - YAML
    """Return a part of the navigation with its folders replaced by their pages."""
    if isinstance(entry, list):
        found = [fill(part, pages) for part in entry]
        return [one for part in found for one in (part if isinstance(part, list) else [part])]
    if isinstance(entry, dict):
        return {title: fill(part, pages) for title, part in entry.items()}
    return _folder(entry, pages) if entry.endswith("/") else entry


def _folder(folder: str, pages: Mapping[str, Page]) -> list[Any]:
    """Return a folder's README, then its pages and the folders below in their order in `pages`."""
    readme = f"{folder}README.md"
    found: list[Any] = [readme] if readme in pages else []
    below: dict[str, None] = {}
    for address in pages:
        if not address.startswith(folder) or address == readme:
            continue
        name, _, rest = address.removeprefix(folder).partition("/")
        if not rest:
            found.append(_labelled(address))
        below |= {name: None} if rest else {}
    inner = {name: _folder(f"{folder}{name}/", pages) for name in below}
    return found + [{name: part} if len(part) > 1 else part[0] for name, part in inner.items()]


def _labelled(address: str) -> str | dict[str, str]:
    """Return a page with its title, or with its code if it is a problem."""
    is_problem = address.startswith(f"{REFERENCE}/problems/")
    return {PurePosixPath(address).stem: address} if is_problem else address
