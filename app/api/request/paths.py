"""Finds routes by path, in a time that does not depend on their number."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")

_PARAMETER = re.compile(r"\{(\w+)\}")


@dataclass(slots=True)
class _Node(Generic[T]):
    """The part of a path: what follows it, and what ends with it."""

    literals: dict[str, "_Node[T]"] = field(default_factory=dict[str, "_Node[T]"])
    templates: dict[str, tuple[re.Pattern[str], "_Node[T]"]] = field(
        default_factory=dict[str, "tuple[re.Pattern[str], _Node[T]]"]
    )
    ends: list[tuple[T, tuple[str, ...]]] = field(default_factory=list["tuple[T, tuple[str, ...]]"])

    def enter(self, part: str) -> "_Node[T]":
        """Return the node of a part, which may have parameters."""
        if "{" not in part:
            return self.literals.setdefault(part, _Node())
        # Names of parameters differ between methods of a path.
        pieces = _PARAMETER.split(part)[::2]
        pattern = re.compile("(.+)".join(map(re.escape, pieces)), re.DOTALL)
        return self.templates.setdefault(pattern.pattern, (pattern, _Node()))[1]

    def follow(
        self, parts: list[str], place: int, values: tuple[str, ...]
    ) -> Iterator[tuple[T, Mapping[str, str]]]:
        """Yield what ends with the last part, literal parts first."""
        if place == len(parts):
            for end, names in self.ends:
                yield end, dict(zip(names, values, strict=True))
            return
        if (node := self.literals.get(parts[place])) is not None:
            yield from node.follow(parts, place + 1, values)
        for pattern, node in self.templates.values():
            if found := pattern.fullmatch(parts[place]):
                yield from node.follow(parts, place + 1, values + found.groups())


class Paths(Generic[T]):
    """What was added for each path; OpenAPI: a literal path goes before a template that fits."""

    def __init__(self) -> None:
        self._literals: dict[str, list[T]] = {}
        self._root: _Node[T] = _Node()

    def add(self, template: str, target: T) -> None:
        """Add something that is found by a path, like `/items/{item_id}`."""
        names = tuple(_PARAMETER.findall(template))
        if not names:
            self._literals.setdefault(template, []).append(target)
            return
        node = self._root
        for part in template.split("/"):
            node = node.enter(part)
        node.ends.append((target, names))

    def find(self, path: str) -> Iterator[tuple[T, Mapping[str, str]]]:
        """Yield what was added for a path, with the values of its parameters."""
        if (literal := self._literals.get(path)) is not None:
            for target in literal:
                yield target, {}
            return
        yield from self._root.follow(path.split("/"), 0, ())
