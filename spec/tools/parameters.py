"""Parameters and request bodies → arguments of routes and interfaces."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from spec.tools.contract import Endpoint, Node
from spec.tools.expressions import ANY
from spec.tools.ir import Argument
from spec.tools.media import is_file, kind
from spec.tools.names import parameter_name, pascal, unused
from spec.tools.pytypes import REQUEST, Types
from spec.tools.shapes import Shape

IGNORED_HEADERS = {"accept", "content-type", "authorization"}


@dataclass(frozen=True)
class Arguments:
    """Reads the arguments of one operation; `version` names the schemas in routes."""

    endpoint: Endpoint
    types: Types
    version: str

    def read(self) -> list[Argument]:
        """Return path parameters, the body, then the rest, as the contract orders them."""
        found: list[Argument] = []
        for argument in (*self.parameters(), *self.body()):
            taken = [it.name for it in found]
            name = (
                argument.name if argument.name not in taken else f"{argument.name}_{argument.place}"
            )
            found.append(replace(argument, name=unused(name, taken)))
        return sorted(found, key=lambda argument: not argument.positional)

    def parameters(self) -> Iterator[Argument]:
        """Yield the path, query, header and cookie parameters."""
        for node in self.endpoint.parameters():
            place, name = node.text("in"), node.text("name")
            if place == "header" and name.lower() in IGNORED_HEADERS:
                continue  # OpenAPI, section 4.8.12.1
            schema = node.child("schema")
            for _, content in node.child("content").entries()[:1]:
                schema = content.child("schema")
            required = node.child("required").value is True or place == "path"
            yield self.named(place, name, schema, required=required)

    def named(self, place: str, name: str, schema: Node, *, required: bool) -> Argument:
        """Return an argument for one named value of a request."""
        python = parameter_name(name)
        if place == "file":
            is_array = "array" in Shape.of(schema).kinds
            expression = "list[Upload]" if is_array else "Upload"
        else:
            expression = self.read_type(schema, pascal(python))
        has_default = Shape.of(schema).first("default") is not None
        return self.argument(
            python, place, name, expression, optional=not required and not has_default
        )

    def read_type(self, schema: Node, suffix: str) -> str:
        """Return the type of a schema of this operation."""
        if not schema.exists:
            return ANY
        place = f"{pascal(self.endpoint.operation_id)}{suffix}"
        return self.types.read([schema], place, REQUEST)

    def argument(
        self, python: str, place: str, name: str, expression: str, *, optional: bool
    ) -> Argument:
        """Return an argument of this type."""
        null = (
            " | None" if optional and not expression.endswith("None") and expression != ANY else ""
        )
        return Argument(
            name=python,
            place=place,
            key=name,
            route=self.types.qualified(expression, self.version) + null,
            interface=self.types.qualified(expression, "models") + null,
        )

    def body(self) -> Iterator[Argument]:
        """Yield the fields of a multipart form, and the request body of other media types."""
        body = self.endpoint.node.get("requestBody")
        contents = [
            (media_type, content, kind(media_type, content))
            for media_type, content in body.get("content").entries()
        ]
        is_only = len(contents) == 1
        forms = [content for _, content, how in contents if how == "multipart"]
        split = [form for form in forms if _has_fields(form, with_files=not is_only)][:1]
        for form in split:
            yield from self.fields(form.child("schema"), optional=not is_only)
        others = [it for it in contents if it[1] not in split]
        found = [self.content_type(content, how) for _, content, how in others]
        if not found:
            return
        expression = ANY if ANY in found else " | ".join(dict.fromkeys(found))
        required = body.child("required").value is True and not split
        yield self.argument("body", "body", "", expression, optional=not required)
        raw = {"text", "bytes"} & {how for *_, how in others}
        if raw and (len(contents) > 1 or "*" in others[0][0]):
            yield self.argument("media_type", "body", "media_type", "str", optional=False)

    def content_type(self, content: Node, how: str) -> str:
        """Return the type of a body of one media type."""
        raw = {"text": "str", "bytes": "bytes"}
        return raw.get(how) or self.read_type(content.child("schema"), "Body")

    def fields(self, schema: Node, *, optional: bool) -> Iterator[Argument]:
        """Yield the fields of a multipart form, files as uploads."""
        shape = Shape.of(schema)
        for name, nodes in shape.properties.items():
            (node, *_), required = nodes, name in shape.required and not optional
            file = any(map(is_file, (*nodes, *Shape.of(*nodes).items)))
            yield self.named("file" if file else "field", name, node, required=required)


def _has_fields(form: Node, *, with_files: bool) -> bool:
    """Tell whether a form has fields, some of them files."""
    properties = Shape.of(form.child("schema")).properties.values()
    parts = (part for nodes in properties for part in (*nodes, *Shape.of(*nodes).items))
    return bool(properties) and (not with_files or any(map(is_file, parts)))
