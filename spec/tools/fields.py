"""Definitions of the models as code: classes, enums and aliases."""

import keyword
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field

from pydantic import BaseModel

from spec.tools.contract import Node
from spec.tools.load import Json
from spec.tools.names import paragraphs, snake, unused

IMPORTS = {
    "enum": ("StrEnum",),
    "typing": ("Annotated", "Literal"),
    "pydantic": ("MISSING", "ConfigDict", "Field", "JsonValue", "StrictBool", "Tag"),
    "typing_extensions": ("TypeAliasType",),
    "app.schemas.base": ("Schema",),
    "app.schemas.types": (
        *("UUID", "AwareDatetime", "Date", "Decimal", "Password", "StrictFloat", "StrictInt"),
        *("default", "tagged", "whole"),
    ),
}
"""What the module of models may import."""
MODULE_NAMES = {name for names in IMPORTS.values() for name in names} | {"None", "True", "False"}

_PLAIN = (("str", str), ("StrictInt", int), ("StrictFloat", (int, float)), ("StrictBool", bool))


@dataclass(frozen=True)
class Definition:
    """One name of the module of models.

    Attributes:
        code: Its statement, or the type that an alias names.
        literals: Of a class: required property that has constants → its name in Python.
        members: Of an enum: value → member.
        words: What describes an alias.
        is_alias: Names in its code have to be defined before it.
    """

    name: str
    code: str
    literals: Mapping[str, str] = field(default_factory=dict[str, str])
    members: Mapping[object, str] = field(default_factory=dict[object, str])
    words: str = ""
    is_alias: bool = False


@dataclass(frozen=True)
class Member:
    """A property of an object."""

    key: str
    kind: str
    description: str
    required: bool
    default: Node | None


def class_of(
    name: str,
    description: str,
    members: Sequence[Member],
    extra: str,
    known: Mapping[str, Definition],
) -> Definition:
    """Return a model."""
    lines = [f"class {name}(Schema):"]
    if description:
        lines.append(f"    {paragraphs(description, indent=4)}\n")
    if extra:
        lines.append(f'    model_config = ConfigDict(extra="{extra}")\n')
    fields: dict[str, str] = {}
    for member in members:
        python = unused(attribute(member.key), fields.values())
        fields[member.key] = python
        lines.append(f"    {_declaration(python, member, known)}")
        if member.description:
            lines.append(f"    {paragraphs(member.description, indent=4)}")
    if len(lines) == 1:
        lines.append("    pass")
    literals = {
        it.key: fields[it.key] for it in members if it.required and it.kind.startswith("Literal[")
    }
    return Definition(name, "\n".join(lines), literals=literals)


def _declaration(python: str, member: Member, known: Mapping[str, Definition]) -> str:
    kind, ending = member.kind, ""
    if not member.required:
        default = _default(member, known)
        kind, ending = (kind, f" = {default}") if default else (f"{kind} | MISSING", " = MISSING")
    if python != member.key:
        kind = f"Annotated[{kind}, Field(alias={member.key!r})]"
    return f"{python}: {kind}{ending}"


def _default(member: Member, known: Mapping[str, Definition]) -> str:
    """Return the default in code; one that does not fit its type is none."""
    if member.default is None:
        return ""
    value, kind = member.default.value, member.kind
    arms = kind.split(" | ")
    if value is None:
        return "None" if "None" in arms else ""
    if kind in known and known[kind].members:
        own = known[kind].members.get(value) if isinstance(value, str) else None
        return f"{kind}.{own}" if own else ""
    plain = [name for name, types in _PLAIN if isinstance(value, types)]
    plain = ["StrictBool"] if isinstance(value, bool) else plain
    is_literal = kind.startswith("Literal[") and repr(value) in kind
    if is_literal or set(plain) & set(arms):
        return repr(value)
    return "" if set(arms) <= {name for name, _ in _PLAIN} else f"default({value!r})"


def enum_of(name: str, description: str, values: Sequence[Json]) -> Definition:
    """Return an enum of strings."""
    members: dict[object, str] = {}
    for value in values:
        if value not in members:
            members[value] = unused(_constant(str(value)), members.values())
    words = [f"    {paragraphs(description, indent=4)}\n"] if description else []
    lines = [f"    {member} = {value!r}" for value, member in members.items()]
    return Definition(name, "\n".join((f"class {name}(StrEnum):", *words, *lines)), members=members)


def alias(name: str, description: str, kind: str) -> Definition:
    """Return a name for a type that is no class."""
    return Definition(name, kind, words=description, is_alias=True)


def _constant(value: str) -> str:
    signs = {"-": "minus_", "+": "plus_"}
    name = snake(signs.get(value[:1], "") + value).upper()
    if not name:
        return "EMPTY" if not value else "SIGN"
    return name if not name[0].isdigit() else f"VALUE_{name}"


def class_name(name: str, reserved: Container[str] = ()) -> str:
    """Return the name of a schema in Python, where the modules may use it themselves."""
    return f"{name}Model" if name in MODULE_NAMES or name in reserved else name


def attribute(key: str) -> str:
    """Return the name of a property in Python."""
    name = snake(key) or "value"
    if name[0].isdigit():
        name = f"value_{name}"
    taken = (
        hasattr(BaseModel, name)
        or keyword.iskeyword(name)
        or name in {"bool", "dict", "float", "int", "list", "self", "str"}
    )
    return f"{name}_" if taken else name
