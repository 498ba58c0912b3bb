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
        """Yield the request body, or the fields of a multipart form."""
        body = self.endpoint.node.get("requestBody")
        contents = body.get("content").entries()
        kinds = [kind(media_type, content) for media_type, content in contents]
        if kinds == ["multipart"] and Shape.of(contents[0][1].child("schema")).properties:
            yield from self.fields(contents[0][1].child("schema"))
            return
        for (_, content), how in zip(contents, kinds, strict=True):
            if how == "multipart" and any(map(is_file, _parts(content.child("schema")))):
                raise content.refusal(
                    "files beside another media type", "give the upload an operation of its own"
                )
        found = [
            self.content_type(content, how)
            for (_, content), how in zip(contents, kinds, strict=True)
        ]
        if not found:
            return
        expression = " | ".join(dict.fromkeys(found))
        expression = ANY if ANY in found else expression
        required = body.child("required").value is True
        yield self.argument("body", "body", "", expression, optional=not required)
        raw = {"text", "bytes"} & set(kinds)
        if raw and (len(contents) > 1 or "*" in contents[0][0]):
            yield self.argument("media_type", "body", "media_type", "str", optional=False)

    def content_type(self, content: Node, how: str) -> str:
        """Return the type of a body of one media type."""
        raw = {"text": "str", "bytes": "bytes"}
        return raw.get(how) or self.read_type(content.child("schema"), "Body")

    def fields(self, schema: Node) -> Iterator[Argument]:
        """Yield the fields of a multipart form, files as uploads."""
        shape = Shape.of(schema)
        for name, nodes in shape.properties.items():
            (node, *_), required = nodes, name in shape.required
            file = any(map(is_file, (*nodes, *Shape.of(*nodes).items)))
            yield self.named("file" if file else "field", name, node, required=required)


def _parts(schema: Node) -> Iterator[Node]:
    for nodes in Shape.of(schema).properties.values():
        yield from (*nodes, *Shape.of(*nodes).items)
