"""Parameters and request bodies → arguments of routes and interfaces."""

import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from spec.tools.contract import Endpoint, Node
from spec.tools.ir import Argument
from spec.tools.names import parameter_name

# Members of an enum component by their value, as the models name them.
Enums = Mapping[str, Mapping[object, str]]

_FORMATS = {"uuid": "UUID", "date-time": "AwareDatetime", "email": "EmailStr", "uri": "AnyUrl"}
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
_MARKERS = {"path": "Path", "query": "Query", "header": "Header", "cookie": "Cookie"}
_ENCODED = ("style", "explode", "allowReserved", "content")
_OTHERS_HEADERS = {"accept", "content-type", "authorization"}
_FORMS = {"application/x-www-form-urlencoded": "Form", "multipart/form-data": "File"}


@dataclass(frozen=True)
class _Type:
    """A type as routes and as interfaces write it, and what restricts it."""

    route: str
    interface: str
    constraints: tuple[str, ...] = ()


@dataclass(frozen=True)
class Arguments:
    """Reads one operation's arguments; `version` is the name of the schemas in the routes."""

    endpoint: Endpoint
    version: str
    enums: Enums

    def read(self) -> list[Argument]:
        """Return path parameters, the body, then the rest in contract order; raises RefusedError."""
        parameters = [self.parameter(node) for node in self.endpoint.parameters()]
        found = [*parameters, *self.body()]
        for first, second in itertools.combinations(found, 2):
            if first.name == second.name:
                message = f"two parameters become the Python name {first.name}"
                raise self.endpoint.node.refusal(message, "rename one of the two")
        return [*(a for a in found if a.positional), *(a for a in found if not a.positional)]

    def parameter(self, node: Node) -> Argument:
        place, name = node.text("in"), node.text("name")
        for key in _ENCODED:
            if node.has(key) and not (key == "explode" and node.child(key).value is True):
                raise node.child(key).refusal(
                    f"the parameter {name} sets {key}", f"leave out {key}"
                )
        if place == "header" and name.lower() in _OTHERS_HEADERS:
            raise node.refusal(f"OpenAPI ignores a header parameter {name}", "leave it out")
        schema = node.child("schema")
        kind = self.type_of(schema)
        if kind.route.startswith("list[") and place != "query":
            raise schema.refusal(
                f"an array in a {place} parameter", "use a query parameter or a string"
            )
        python = parameter_name(name)
        alias = (name,) if python != name else ()
        argument = self.argument(
            _MARKERS[place], python, kind, alias, schema, node.child("required").value is True
        )
        return replace(argument, positional=place == "path")

    def argument(
        self,
        marker: str,
        name: str,
        kind: _Type,
        alias: tuple[str, ...],
        schema: Node,
        required: bool,
    ) -> Argument:
        options = ", ".join((*(f"alias={text!r}" for text in alias), *kind.constraints))
        default = self.default(schema)
        optional = default is None and not required
        null = " | None" if optional else ""
        ending = "" if required and default is None else f" = {default}"
        return Argument(
            name=name,
            route=f"{name}: Annotated[{kind.route}{null}, {marker}({options})]{ending}",
            interface=f"{name}: {kind.interface}{null}",
            positional=False,
            optional=bool(ending),
        )

    def default(self, schema: Node) -> str | None:
        """Return the default in code; the one beside a `$ref` wins over the one in the component."""
        node = schema.child("default")
        node = node if node.exists else schema.follow().child("default")
        if not node.exists:
            return None
        if members := self.enums.get(schema.schema_name):
            return f"{self.version}.{schema.schema_name}.{members[node.value]}"
        if isinstance(node.value, list | dict) or schema.follow().text("format"):
            fix = "leave the default out and let the service decide"
            raise node.refusal("a default that is not a plain string, number or boolean", fix)
        return repr(node.value)

    def type_of(self, written: Node, *, items: bool = True) -> _Type:
        """Return the type of a parameter's schema."""
        schema = written.follow()
        if schema.has("enum"):
            if not written.schema_name:
                raise schema.refusal(
                    "an enum without a name", "make it a component and refer to it"
                )
            return _Type(f"{self.version}.{written.schema_name}", f"models.{written.schema_name}")
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
            return _Type(*_NUMBERS[kind], constraints)
        if kind == "boolean":
            return _Type("types.BoolParam", "bool")
        if kind == "string" and (form in _FORMATS or not form):
            name = f"types.{_FORMATS[form]}" if form else "str"
            return _Type(name, name, () if form == "uuid" else constraints)
        if kind == "array" and items:
            item = self.type_of(schema.child("items"), items=False)
            inner = f"Annotated[{item.route}, Field({', '.join(item.constraints)})]"
            return _Type(
                f"list[{inner if item.constraints else item.route}]",
                f"list[{item.interface}]",
                constraints,
            )
        known = "a string (uuid, date-time, email, uri), an integer, a number, a boolean, an enum component"
        raise schema.refusal(
            f"a parameter cannot be {kind or 'untyped'} {form}".strip(), f"use {known}"
        )

    def body(self) -> Iterator[Argument]:
        """Yield the request body, or the fields of a multipart form."""
        body = self.endpoint.node.get("requestBody")
        contents = body.get("content").entries()
        if not contents:
            return
        media_type, content = contents[0]
        required = body.child("required").value is True
        if len(contents) > 1:
            raise body.child("content").refusal("several media types", "keep one of them")
        if media_type == "multipart/form-data":
            yield from self.multipart(content)
            return
        if media_type not in _FORMS and not is_json(media_type):
            raise content.refusal(
                f"a body of {media_type}", "use JSON, a form or multipart/form-data"
            )
        schema = content.child("schema")
        if not schema.schema_name:
            raise content.refusal(
                "a body schema without a name", "make it a component and refer to it"
            )
        if media_type in _FORMS and (not required or schema.follow().text("type") != "object"):
            raise body.refusal(
                "a form that is optional or no object", "write required: true, type: object"
            )
        marker, null = _FORMS.get(media_type, "Body"), "" if required else " | None"
        media = "" if media_type in {*_FORMS, "application/json"} else f"media_type={media_type!r}"
        ending = "" if required else " = None"
        yield Argument(
            name="body",
            route=f"body: Annotated[{self.version}.{schema.schema_name}{null}, {marker}({media})]{ending}",
            interface=f"body: models.{schema.schema_name}{null}",
            positional=True,
            optional=not required,
        )

    def multipart(self, content: Node) -> Iterator[Argument]:
        schema = content.get("schema")
        if schema.child("additionalProperties").value is False:
            fix = "leave out additionalProperties"
            raise schema.refusal("a multipart form ignores unknown fields", fix)
        for name, field in schema.get("properties").entries():
            required = name in schema.strings("required")
            kind, marker, value = _Type("UploadFile", "Upload"), "File", field.follow()
            if value.text("format") != "binary" and not value.has("contentMediaType"):
                kind, marker = self.type_of(field), "Form"
            python = parameter_name(name)
            alias = (name,) if python != name else ()
            yield self.argument(marker, python, kind, alias, field, required)


def is_json(media_type: str) -> bool:
    """Tell whether a body of this type is JSON."""
    return re.fullmatch(r"application/([a-z0-9.-]+\+)?json", media_type) is not None
