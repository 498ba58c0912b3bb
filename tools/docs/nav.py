"""Navigation: an entry of mkdocs.yml that ends in / becomes the pages of that folder."""

from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

from tools.docs.pages import GENERATED, Page


def fill(entry: Any, pages: Mapping[str, Page]) -> Any:  # noqa: ANN401 - YAML
    """Return a part of the navigation with its folders replaced by their pages."""
    if isinstance(entry, list):
        found = [fill(part, pages) for part in entry]
        return [one for part in found for one in (part if isinstance(part, list) else [part])]
    if isinstance(entry, dict):
        return {title: fill(part, pages) for title, part in entry.items()}
    return _folder(entry, pages, ()) if entry.endswith("/") else entry


def _folder(folder: str, pages: Mapping[str, Page], order: Sequence[str]) -> list[Any]:
    """Return a folder's README, then what it links to in that order, then the rest."""
    readme = f"{folder}README.md"
    order = list(pages[readme].links()) if readme in pages else order
    inside = [address for address in pages if address.startswith(folder) and address != readme]
    inside.sort(key=lambda address: (_rank(address, order), address))
    found: list[Any] = [readme] if readme in pages else []
    done: set[str] = set()
    for address in inside:
        name, _, rest = address.removeprefix(folder).partition("/")
        if not rest:
            found.append(_labelled(address))
        elif name not in done:
            done.add(name)
            below = _folder(f"{folder}{name}/", pages, order)
            found.append({name: below} if len(below) > 1 else below[0])
    return found


def _labelled(address: str) -> str | dict[str, str]:
    """Return a page, under its title; a problem under its code, which is shorter."""
    is_problem = address.startswith(f"{GENERATED}/problems/")
    return {PurePosixPath(address).stem: address} if is_problem else address


def _rank(address: str, order: Sequence[str]) -> int:
    ranks = (i for i, link in enumerate(order) if address == link or address.startswith(f"{link}/"))
    return next(ranks, len(order))
