"""Discriminators whose values follow from the names of schemas, written out."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from spec.tools.load import Json
from spec.tools.objects import walk

Object = dict[str, Json]

_PREFIX = "#/components/schemas/"


def complete_mappings(document: Object, old_names: Mapping[str, str]) -> None:
    """Write the mapping of every discriminator: renamed schemas keep the values on the wire."""
    components = document.get("components")
    schemas = components.get("schemas") if isinstance(components, dict) else None
    family = _Family(schemas if isinstance(schemas, dict) else {}, old_names)
    for shape, value, pointer in walk("document", document):
        discriminator = value.get("discriminator") if isinstance(value, dict) else None
        if shape == "schema" and isinstance(value, dict) and isinstance(discriminator, dict):
            name = pointer[2] if pointer[:2] == ("components", "schemas") else ""
            family.complete(discriminator, family.members(value, name))


@dataclass(frozen=True)
class _Family:
    schemas: Object
    old_names: Mapping[str, str]

    def members(self, schema: Object, name: str) -> list[str]:
        """Return the schemas that a discriminator chooses from, if their names say how."""
        members = [*_references(schema, "oneOf"), *_references(schema, "anyOf")]
        if members or not name:
            return members
        children = [
            child for child, other in self.schemas.items() if name in _references(other, "allOf")
        ]
        # A value is also the name of a schema that only extends this one: nothing to write then.
        return children if any(self.old(child) != child for child in children) else []

    def old(self, name: str) -> str:
        return self.old_names.get(name, name)

    def complete(self, discriminator: Object, members: list[str]) -> None:
        """Add the values that are missing."""
        written = discriminator.get("mapping")
        mapping: Object = written if isinstance(written, dict) else {}
        mapped = {str(reference) for reference in mapping.values()}
        for name in members:
            if f"{_PREFIX}{name}" not in mapped:
                mapping.setdefault(self.old(name), f"{_PREFIX}{name}")
        if mapping:
            discriminator["mapping"] = mapping


def _references(schema: Json, key: str) -> Iterator[str]:
    """Yield the schemas that the members of a combination refer to."""
    members = schema.get(key) if isinstance(schema, dict) else None
    for member in members if isinstance(members, list) else ():
        reference = member.get("$ref") if isinstance(member, dict) else None
        if isinstance(reference, str):
            yield reference.removeprefix(_PREFIX)
