"""Component schemas and what is inline in operations → the module of models."""

import re
from collections.abc import Iterator, Mapping

from spec.tools.fields import IMPORTS, Definition
from spec.tools.names import paragraphs
from spec.tools.pytypes import Types

_STRING = r'"""(?:\\.|[^\\])*?"""|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\''
_NAME = re.compile(rf"{_STRING}|\b[A-Za-z_]\w*\b")


def module(types: Types) -> str:
    """Return the code of the models; what others are made of comes first."""
    code = "\n\n\n".join(_statements(types.definitions))
    used = set(_names(code))
    imports = [
        f"from {name} import {', '.join(own)}"
        for name, names in IMPORTS.items()
        if (own := [it for it in names if it in used])
    ]
    head = '"""The schemas of the contract."""\n\nfrom __future__ import annotations\n'
    return "\n".join([head, *imports, "", "", code, ""])


def _names(code: str) -> Iterator[str]:
    return (name for name in _NAME.findall(code) if name[0] not in "\"'")


def _statements(definitions: Mapping[str, Definition]) -> Iterator[str]:
    """Yield definitions after those that they use, else in the order of the contract."""
    uses = {
        name: [it for it in dict.fromkeys(_names(definition.code)) if it in definitions]
        for name, definition in definitions.items()
    }
    done: set[str] = set()
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
