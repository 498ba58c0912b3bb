"""Python types as text: unions and literals."""

import re

from spec.tools.load import Json

ANY = "JsonValue"
"""The type of a value of which the contract says nothing."""


def distinct(types: list[str]) -> list[str]:
    """Return the types, each once."""
    return list(dict.fromkeys(types))


def joined(types: list[str]) -> str:
    """Return a union; null comes last."""
    found = distinct([arm for kind in types for arm in arms(kind)])
    if ANY in found:
        return ANY
    return " | ".join([kind for kind in found if kind != "None"] + ["None"] * ("None" in found))


def arms(kind: str) -> list[str]:
    """Split a union at its outermost bars."""
    found: list[str] = []
    depth, start = 0, 0
    for match in re.finditer(r'"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\'|[\[\]()]| \| ', kind):
        depth += {"[": 1, "(": 1, "]": -1, ")": -1}.get(match[0], 0)
        if match[0] == " | " and not depth:
            found.append(kind[start : match.start()])
            start = match.end()
    return [*found, kind[start:]]


def literal(values: Json) -> str:
    """Return the type of a value that is one of some."""
    found: list[str] = []
    for value in values if isinstance(values, list) else []:
        if isinstance(value, str | bool):
            found.append(f"Literal[{value!r}]")
        elif isinstance(value, int):
            found.append(f"Annotated[Literal[{value!r}], whole]")
        elif value is None:
            found.append("None")
        else:
            others = {float: "StrictFloat", list: f"list[{ANY}]"}
            found.append(others.get(type(value), f"dict[str, {ANY}]"))
    return _merged(distinct(found))


def _merged(found: list[str]) -> str:
    """Write the literals of one kind as one."""
    for start, end in (("Literal[", "]"), ("Annotated[Literal[", "], whole]")):
        own = [it for it in found if it.startswith(start)]
        if own:
            inside = ", ".join(it.removeprefix(start).removesuffix(end) for it in own)
            found = [f"{start}{inside}{end}", *[it for it in found if it not in own]]
    return joined(found) if found else ANY
