"""The contract that is there already, when a foreign one is adopted beside it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from spec.adopt.operations import operations
from spec.adopt.write import to_yaml
from spec.tools.finding import Finding, RefusedError, Where
from spec.tools.load import Json, Source, load
from spec.tools.names import snake

Object = dict[str, Json]

ROOT = "openapi.yaml"
# What a foreign root gives to the one that is there.
_MERGED = ("tags", "paths", "components")


@dataclass(frozen=True)
class House:
    """What is taken; without a contract, nothing.

    Attributes:
        components: Kind → names.
        operation_ids: As snake case.
        files: Names of files.
    """

    folder: Path | None = None
    components: Mapping[str, set[str]] = field(default_factory=dict[str, set[str]])
    operation_ids: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    paths: frozenset[str] = frozenset()
    files: frozenset[str] = frozenset()

    @classmethod
    def read(cls, folder: Path) -> "House":
        """Return what the files of a folder take; raises RefusedError when there is no contract."""
        sources = {path.name: _load(path) for path in sorted(folder.glob("*.yaml"))}
        if ROOT not in sources:
            where = Where(str(folder / ROOT), 1)
            raise RefusedError(Finding(where, "there is no contract to adopt beside", "omit it"))
        root = _mapping(sources[ROOT].data)
        components: dict[str, set[str]] = {}
        ids: set[str] = set()
        for source in sources.values():
            data = _mapping(source.data)
            for kind, members in _mapping(data.get("components")).items():
                components.setdefault(kind, set()).update(_mapping(members))
            ids |= {snake(str(it.node.get("operationId"))) for it in operations(data)}
        tags = root.get("tags")
        return cls(
            folder=folder,
            components=components,
            operation_ids=frozenset(ids),
            tags=frozenset(
                str(tag.get("name"))
                for tag in (tags if isinstance(tags, list) else ())
                if isinstance(tag, dict)
            ),
            paths=frozenset(_mapping(root.get("paths"))),
            files=frozenset(sources),
        )

    def merged(self, root: Object) -> str:
        """Return the text of the root that is there, with the lines of a foreign one."""
        path = (self.folder or Path()) / ROOT
        source, text = _load(path), path.read_text(encoding="utf-8")
        lines = text.splitlines(keepends=True)
        for at, added in sorted(self._additions(source, root, len(lines)), reverse=True):
            lines[at:at] = [added]
        return "".join(lines)

    def _additions(self, source: Source, root: Object, end: int) -> list[tuple[int, str]]:
        """Return line numbers and what to insert there."""
        data = _mapping(source.data)
        found: list[tuple[int, str]] = []
        for key in _MERGED:
            value = root.get(key)
            if key == "components":
                value = _mapping(value).get("securitySchemes")
                pointer: tuple[str, ...] = ("components", "securitySchemes")
            else:
                pointer = (key,)
            if not value:
                continue
            margin = "  " * len(pointer)
            text = re.sub(r"^(?=.)", margin, to_yaml(value), flags=re.MULTILINE)
            known = data
            for token in pointer[:-1]:
                known = _mapping(known.get(token))
            if pointer[-1] in known:
                found.append((_after(source, pointer, end), text))
            else:
                opened = "".join(f"{'  ' * n}{t}:\n" for n, t in enumerate(pointer))
                found.append((end, opened + text))
        return found


def _after(source: Source, pointer: tuple[str, ...], end: int) -> int:
    """Return the number of lines up to the end of a block."""
    start = source.lines[pointer]
    later = (
        line
        for other, line in source.lines.items()
        if line > start and len(other) <= len(pointer) and other[: len(pointer)] != pointer
    )
    return min(later, default=end + 1) - 1


def _load(path: Path) -> Source:
    findings: list[Finding] = []
    source = load(path, path.name, findings)
    if findings:
        raise RefusedError(*findings)
    return source


def _mapping(value: Json) -> Object:
    return value if isinstance(value, dict) else {}
