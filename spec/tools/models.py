"""Component schemas and what is inline in operations → the module of models."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping

from spec.tools.fields import IMPORTS, Definition
from spec.tools.names import paragraphs

_STRING = r'"""(?:\\.|[^\\])*?"""|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\''
_NAME = re.compile(rf"{_STRING}|\b[A-Za-z_]\w*\b")


def module(
    definitions: Mapping[str, Definition], shared: Collection[str] = (), older: str = ""
) -> str:
    """Return the code of the models; what others are made of comes first.

    Args:
        definitions: The models by their names.
        shared: Those that are imported from the module of an older version.
        older: The dotted name of that module.
    """
    code = "\n\n\n".join(_statements(definitions, set(shared)))
    used = set(_names(code))
    imports = [
        f"from {name} import {', '.join(own)}"
        for name, names in IMPORTS.items()
        if (own := [it for it in names if it in used])
    ]
    head = '"""The schemas of the contract."""\n\nfrom __future__ import annotations\n'
    if shared:
        imports.append(f"from {older} import {', '.join(shared)}")
        code = f"__all__ = {exported({*definitions, *shared})}\n\n\n{code}"
    return "\n".join([head, *imports, "", "", code, ""])


def shared_with(own: Mapping[str, Definition], older: Mapping[str, Definition]) -> tuple[str, ...]:
    """Return the models that an older version has, too, and so has all that they use."""
    equal = {name for name, definition in own.items() if older.get(name) == definition}
    while wrong := {
        name
        for name in equal
        if any(it in own and it not in equal for it in _names(own[name].code))
    }:
        equal -= wrong
    return tuple(name for name in own if name in equal)


def used_names(code: str, definitions: Mapping[str, Definition]) -> list[str]:
    """Return the models that a piece of code uses, and those that these use."""
    found: list[str] = []
    waiting = [code]
    while waiting:
        for name in _names(waiting.pop()):
            if name in definitions and name not in found:
                found.append(name)
                waiting.append(definitions[name].code)
    return found


def exported(names: Iterable[str]) -> list[str]:
    """Return the names in the order that ruff wants of `__all__`."""

    def natural(name: str) -> list[tuple[int, str]]:
        return [(int(part or 0), text) for part, text in re.findall(r"([0-9]*)([^0-9]*)", name)]

    return sorted(names, key=natural)


def _names(code: str) -> Iterator[str]:
    return (name for name in _NAME.findall(code) if name[0] not in "\"'")


def _statements(definitions: Mapping[str, Definition], done: set[str]) -> Iterator[str]:
    """Yield definitions after those that they use, else in the order of the contract."""
    uses = {
        name: [it for it in dict.fromkeys(_names(definition.code)) if it in definitions]
        for name, definition in definitions.items()
    }
    for start in definitions:
        waiting = [(start, iter(uses[start]))] if start not in done else []
        opened = {start}
        while waiting:
            name, rest = waiting[-1]
            following = next((it for it in rest if it not in done and it not in opened), None)
            if following is not None:
                opened.add(following)
                waiting.append((following, iter(uses[following])))
                continue
            waiting.pop()
            if name not in done:
                yield _printed(definitions[name], set(uses[name]) - done)
                done.add(name)


def _printed(definition: Definition, later: set[str]) -> str:
    """Return a statement; an alias is a string where it uses names that come later, or itself."""
    if not definition.is_alias:
        return definition.code
    kind = repr(definition.code) if later else definition.code
    words = f"\n{paragraphs(definition.words)}" if definition.words else ""
    return f'{definition.name} = TypeAliasType("{definition.name}", {kind}){words}'
