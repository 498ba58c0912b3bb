"""Inline schemas → components: a class needs a name."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from spec.adopt.names import class_name, pick
from spec.adopt.notes import Notes
from spec.adopt.operations import operations
from spec.tools.load import Json

Object = dict[str, Json]

# What is said of the place and not of the type.
_OF_THE_PLACE = ("default", "readOnly", "writeOnly", "deprecated")
_FORMS = ("multipart/", "application/x-www-form-urlencoded")
_UNIONS = ("oneOf", "anyOf")
_NULL: Json = {"type": "null"}


@dataclass
class Namer:
    """Moves objects, enums and unions to the components, under the name of their place."""

    schemas: Object
    notes: Notes
    taken: set[str] = field(default_factory=set[str])

    def name_all(self, document: Object) -> None:
        """Name the inline schemas of components, then those of operations."""
        self.taken |= self.schemas.keys()
        for name, schema in list(self.schemas.items()):
            self.inside(schema, name)
        components = document.get("components")
        for kind, suffix in (("parameters", ""), ("requestBodies", "Request"), ("responses", "")):
            members = components.get(kind) if isinstance(components, dict) else None
            for name, part in members.items() if isinstance(members, dict) else ():
                self.holder(part, class_name(name, suffix))
        for operation in operations(document):
            own = class_name(str(operation.node["operationId"]))
            for parameter in _objects(operation.item.get("parameters")):
                self.holder(parameter, class_name(str(parameter.get("name"))))
            for parameter in _objects(operation.node.get("parameters")):
                self.holder(parameter, class_name(own, str(parameter.get("name"))))
            body = operation.node.get("requestBody")
            self.holder(body, f"{own}Request")
            responses = operation.node.get("responses")
            for status, response in responses.items() if isinstance(responses, dict) else ():
                self.holder(response, f"{own}{_status(status)}Response")

    def holder(self, value: Json, name: str) -> None:
        """Name the schema of a parameter, or those of a body, unless it is a form."""
        if not isinstance(value, dict):
            return
        self.place(value, "schema", name)
        content = value.get("content")
        for media_type, part in content.items() if isinstance(content, dict) else ():
            if isinstance(part, dict) and not media_type.startswith(_FORMS):
                self.place(part, "schema", name)
            elif isinstance(part, dict):
                self.inside(part.get("schema"), name)

    def place(self, holder: Object, key: str, name: str) -> None:
        """Put a reference where a schema that needs a name is."""
        schema = holder.get(key)
        if not isinstance(schema, dict) or "$ref" in schema:
            return
        self.inside(schema, name)
        if _needs_name(schema):
            holder[key] = self.component(schema, name)

    def component(self, schema: Object, wanted: str) -> Object:
        """Make a schema a component and return what refers to it."""
        where = self.notes.where(schema)
        beside = {key: schema[key] for key in _OF_THE_PLACE if key in schema}
        own, is_nullable = _without_null({k: v for k, v in schema.items() if k not in beside})
        self.notes.placed(own, where)
        if self.schemas.get(wanted) == own:
            name = wanted
        else:
            name = pick(wanted, self.taken)
            self.schemas[name] = own
            self.notes.changed("Inline schemas named", where, name)
        reference: Object = {"$ref": f"#/components/schemas/{name}"}
        if is_nullable:
            reference = {"anyOf": [reference, {"type": "null"}]}
        placed = {**reference, **beside}
        self.notes.placed(placed, where)
        return placed

    def inside(self, schema: Json, name: str) -> None:
        """Name what is inside a schema after it."""
        if not isinstance(schema, dict):
            return
        properties = _mapping(schema.get("properties"))
        for key in properties:
            self.place(properties, key, class_name(name, key))
        self.place(schema, "items", f"{name}Item")
        self.place(schema, "additionalProperties", f"{name}Value")
        for key in _UNIONS:
            members = schema.get(key)
            for index, member in enumerate(members if isinstance(members, list) else ()):
                title = member.get("title") if isinstance(member, dict) else None
                word = class_name(str(title)) if title else f"Option{index + 1}"
                self.member(members, index, f"{name}{word}")
        for member in _objects(schema.get("allOf")):
            if "$ref" not in member:
                self.inside(member, name)

    def member(self, members: Json, index: int, name: str) -> None:
        """Name a member of a union."""
        if isinstance(members, list):
            holder: Object = {"schema": members[index]}
            self.place(holder, "schema", name)
            members[index] = holder["schema"]


def _status(status: str) -> str:
    return "" if status.startswith("2") else class_name(status).removeprefix("Schema")


def _objects(value: Json) -> Iterator[Object]:
    for entry in value if isinstance(value, list) else ():
        if isinstance(entry, dict):
            yield entry


def _mapping(value: Json) -> Object:
    return value if isinstance(value, dict) else {}


def _needs_name(schema: Object) -> bool:
    values = schema.get("enum")
    is_enum = isinstance(values, list) and any(isinstance(value, str) for value in values)
    kinds = schema.get("type")
    is_object = "properties" in schema and (kinds is None or "object" in _listed(kinds))
    members = [it for key in (*_UNIONS, "allOf") for it in _objects(schema.get(key))]
    return is_enum or is_object or len([it for it in members if it != _NULL]) > 1


def _listed(kinds: Json) -> list[Json]:
    return kinds if isinstance(kinds, list) else [kinds]


def _without_null(schema: Object) -> tuple[Object, bool]:
    """Return a schema without the null that it allows, and whether it did."""
    kinds = schema.get("type")
    if isinstance(kinds, list) and "null" in kinds:
        left = [kind for kind in kinds if kind != "null"]
        own = schema | {"type": left[0] if len(left) == 1 else left}
        values = schema.get("enum")
        if isinstance(values, list):
            own["enum"] = [value for value in values if value is not None]
            return own, None in values
        return own, True
    for key in _UNIONS:
        members = schema.get(key)
        if isinstance(members, list) and _NULL in members and "type" not in schema:
            return schema | {key: [it for it in members if it != _NULL]}, True
    return schema, False
