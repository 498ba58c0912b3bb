"""The schema of a single value → its type in routes and interfaces, and its default."""

from collections.abc import Mapping
from dataclasses import dataclass

from spec.tools.contract import Node

_FORMATS = {"uuid": "UUID", "date-time": "AwareDatetime", "email": "EmailStr"}
_NUMBERS = {"integer": ("types.IntParam", "int"), "number": ("types.FloatParam", "float")}
_CONSTRAINTS = {
    "minLength": "min_length",
    "maxLength": "max_length",
    "pattern": "pattern",
    "minItems": "min_length",
    "maxItems": "max_length",
    "minimum": "ge",
    "maximum": "le",
    "exclusiveMinimum": "gt",
    "exclusiveMaximum": "lt",
    "multipleOf": "multiple_of",
}
_SILENT = {"type", "format", "items", "default", "description", "title", "example", "examples"}


@dataclass(frozen=True)
class Value:
    """A type as routes and as interfaces write it, and what restricts it."""

    route: str
    interface: str
    constraints: tuple[str, ...] = ()


@dataclass(frozen=True)
class Values:
    """Reads schemas; `version` names the schemas in routes, `enums` the members of each enum."""

    version: str
    enums: Mapping[str, Mapping[object, str]]

    def read(self, written: Node, *, is_item: bool = False) -> Value:
        """Return the type of a schema; raises RefusedError."""
        schema = written.follow()
        if schema.has("enum"):
            name = written.schema_name
            if not name:
                raise schema.refusal("an enum without a name", "make it a component, refer to it")
            return Value(f"{self.version}.{name}", f"models.{name}")
        for key, node in schema.entries():
            if key not in _SILENT and key not in _CONSTRAINTS:
                raise node.refusal(f"a parameter cannot honour {key}", f"leave out {key}")
        constraints = tuple(
            f"{_CONSTRAINTS[key]}={node.value!r}"
            for key, node in schema.entries()
            if key in _CONSTRAINTS
        )
        kind, form = schema.text("type"), schema.text("format")
        if kind in _NUMBERS:
            return Value(*_NUMBERS[kind], constraints)
        if kind == "boolean":
            return Value("types.BoolParam", "bool")
        if kind == "string" and (form in _FORMATS or not form):
            name = f"types.{_FORMATS[form]}" if form else "str"
            return Value(name, name, () if form in {"uuid", "date-time"} else constraints)
        if kind == "array" and not is_item:
            return self._array(schema, constraints)
        fix = "use a string (uuid, date-time, email), a number, a boolean or an enum component"
        what = " ".join(filter(None, (form, kind))) or "untyped"
        raise schema.refusal(f"a parameter cannot be {what}", fix)

    def _array(self, schema: Node, constraints: tuple[str, ...]) -> Value:
        item = self.read(schema.child("items"), is_item=True)
        inner = f"Annotated[{item.route}, Field({', '.join(item.constraints)})]"
        route = inner if item.constraints else item.route
        return Value(f"list[{route}]", f"list[{item.interface}]", constraints)

    def default(self, schema: Node) -> str | None:
        """Return the default in code; one beside a `$ref` wins over the component's own."""
        node = schema.child("default")
        node = node if node.exists else schema.follow().child("default")
        if not node.exists:
            return None
        if members := self.enums.get(schema.schema_name):
            return f"{self.version}.{schema.schema_name}.{members[node.value]}"
        is_parsed = isinstance(node.value, str) and schema.follow().text("format")
        if is_parsed or isinstance(node.value, list | dict):
            fix = "leave the default out and let the service decide"
            raise node.refusal("a default that is no plain string, number or boolean", fix)
        return repr(node.value)
