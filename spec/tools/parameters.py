"""Parameters and request bodies → arguments of routes and interfaces."""

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from spec.tools.contract import Endpoint, Node
from spec.tools.ir import Argument
from spec.tools.names import parameter_name
from spec.tools.values import Value, Values

_MARKERS = {"path": "Path", "query": "Query", "header": "Header", "cookie": "Cookie"}
_ENCODINGS = ("style", "explode", "allowReserved", "content")
_IGNORED_HEADERS = {"accept", "content-type", "authorization"}
_FORM = "application/x-www-form-urlencoded"
_MULTIPART = "multipart/form-data"


@dataclass(frozen=True)
class Arguments:
    """Reads the arguments of one operation."""

    endpoint: Endpoint
    values: Values

    def read(self) -> list[Argument]:
        """Return path parameters, the body, then the rest, as the contract orders them."""
        found = [*map(self.parameter, self.endpoint.parameters()), *self.body()]
        for first, second in itertools.combinations(found, 2):
            if first.name == second.name:
                message = f"two parameters become the Python name {first.name}"
                raise self.endpoint.node.refusal(message, "rename one of the two")
        return sorted(found, key=lambda argument: not argument.positional)

    def parameter(self, node: Node) -> Argument:
        """Return a path, query, header or cookie parameter."""
        place, name, schema = node.text("in"), node.text("name"), node.child("schema")
        for key in _ENCODINGS:
            if node.has(key) and (key, node.child(key).value) != ("explode", True):
                raise node.child(key).refusal(f"the parameter {name} sets {key}", f"remove {key}")
        if place == "header" and name.lower() in _IGNORED_HEADERS:
            raise node.refusal(f"OpenAPI ignores a header parameter {name}", "leave it out")
        value = self.values.read(schema)
        if value.route.startswith("list[") and place != "query":
            raise schema.refusal(f"an array in a {place} parameter", "use a query parameter")
        required = node.child("required").value is True
        argument = self.named(_MARKERS[place], name, value, schema, required=required)
        return replace(argument, positional=place == "path")

    def named(
        self, marker: str, name: str, value: Value, schema: Node, *, required: bool
    ) -> Argument:
        """Return an argument for one named value of a request."""
        python, default = parameter_name(name), self.values.default(schema)
        alias = [f"alias={name!r}"] if python != name else []
        null = "" if required or default is not None else " | None"
        ending = "" if required and default is None else f" = {default}"
        options = ", ".join((*alias, *value.constraints))
        return Argument(
            name=python,
            route=f"{python}: Annotated[{value.route}{null}, {marker}({options})]{ending}",
            interface=f"{python}: {value.interface}{null}",
            positional=False,
            optional=bool(ending),
        )

    def body(self) -> Iterator[Argument]:
        """Yield the request body, or the fields of a multipart form."""
        body = self.endpoint.node.get("requestBody")
        contents = body.get("content").entries()
        if len(contents) > 1:
            raise body.child("content").refusal("several media types", "keep one of them")
        for media_type, content in contents:
            if media_type == _MULTIPART:
                yield from self.multipart(content)
            else:
                yield self.whole(body, media_type, content)

    def whole(self, body: Node, media_type: str, content: Node) -> Argument:
        """Return a body that one model describes."""
        schema, required = content.child("schema"), body.child("required").value is True
        is_form = media_type == _FORM
        if not is_form and not is_json(media_type):
            raise content.refusal(f"a body of {media_type}", f"use JSON, {_FORM} or {_MULTIPART}")
        if not schema.schema_name:
            fix = "make it a component and refer to it"
            raise content.refusal("a body schema without a name", fix)
        if is_form and not required:
            raise body.refusal("a form is optional", "write required: true")
        null = "" if required else " | None"
        marker = self.form(schema) if is_form else self.json(schema, media_type, null)
        ending = "" if required else " = None"
        return Argument(
            name="body",
            route=f"body: Annotated[{marker}]{ending}",
            interface=f"body: models.{schema.schema_name}{null}",
            positional=True,
            optional=not required,
        )

    def json(self, schema: Node, media_type: str, null: str) -> str:
        """Return type and marker of a JSON body."""
        options = f"media_type={media_type!r}" if media_type.endswith("+json") else ""
        return f"{self.values.version}.{schema.schema_name}{null}, Body({options})"

    def form(self, schema: Node) -> str:
        """Return type and marker of a form; FastAPI reads a union only where it is written out."""
        forms = alternatives(schema)
        for member in forms:
            self.require_text_fields(member)
        models = " | ".join(f"{self.values.version}.{member.schema_name}" for member in forms)
        key = schema.follow().child("discriminator").text("propertyName")
        return f"{models}, Form({f'discriminator={key!r}' if key else ''})"

    def require_text_fields(self, schema: Node) -> None:
        """Refuse what a form cannot carry; raises RefusedError."""
        if schema.follow().text("type") != "object":
            raise schema.refusal("a form that is not an object", "write type: object")
        for name, field in schema.follow().child("properties").entries():
            if field.follow().text("type") != "string":
                raise field.refusal(
                    f"the form's field {name} is not a string", "write type: string"
                )

    def multipart(self, content: Node) -> Iterator[Argument]:
        """Yield the fields of a multipart form, files as uploads."""
        schema = content.get("schema")
        if schema.has("additionalProperties"):
            node = schema.child("additionalProperties")
            raise node.refusal("multipart forms ignore unknown fields", "leave it out")
        for name, written in schema.get("properties").entries():
            field, required = written.follow(), name in schema.strings("required")
            is_file = field.text("format") == "binary" or field.has("contentMediaType")
            value = Value("UploadFile", "Upload") if is_file else self.values.read(written)
            marker = "File" if is_file else "Form"
            yield self.named(marker, name, value, written, required=required)


def alternatives(schema: Node) -> list[Node]:
    """Return the members of a union, or the schema itself."""
    return [member for _, member in schema.follow().child("oneOf").entries()] or [schema]


def form_fields(content: Node) -> tuple[str, ...]:
    """Return the names of the fields of a form that is not multipart."""
    members = alternatives(content.child(_FORM).child("schema"))
    names = (name for it in members for name, _ in it.follow().child("properties").entries())
    return tuple(dict.fromkeys(names))


def is_json(media_type: str) -> bool:
    """Tell whether a body of this type is JSON."""
    return re.fullmatch(r"application/([a-z0-9.-]+\+)?json", media_type) is not None
