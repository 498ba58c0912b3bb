"""Files of a foreign contract → one document whose references name components."""

import copy
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from spec.adopt.files import Files, at, version_of
from spec.adopt.names import component_name, pick
from spec.adopt.notes import Notes
from spec.adopt.upgrade import upgraded
from spec.tools.load import Json, Pointer, Source
from spec.tools.objects import COMPONENTS, KINDS, shape_of

Object = dict[str, Json]

# These have no components in the house layout: a reference to one is written out.
_WRITTEN_OUT = {"path_item", "operation", "media_type", "encoding"}
# Schemas that only references lead to: these become components.
_DEFINITIONS = {"$defs", "definitions"}


@dataclass
class Resolver:
    """Copies the root document; whatever a reference leads to becomes a component.

    Attributes:
        reserved: Names of responses that the contract may not use itself.
    """

    files: Files
    notes: Notes
    progress: Callable[[str], None]
    names: dict[tuple[str, Path, Pointer], str] = field(
        default_factory=dict[tuple[str, Path, Pointer], str]
    )
    taken: dict[str, set[str]] = field(default_factory=dict[str, set[str]])
    waiting: list[tuple[str, str, Source, Pointer]] = field(
        default_factory=list[tuple[str, str, Source, Pointer]]
    )
    open_items: list[tuple[Path, Pointer]] = field(default_factory=list[tuple[Path, Pointer]])
    minor: int = 1
    reserved: frozenset[str] = frozenset()

    def resolve(self) -> Object:
        """Return the document as OpenAPI 3.1, in the order of the source."""
        root = self.files.source(self.files.root)
        if not isinstance(root.data, dict):
            return {}
        _, self.minor = version_of(root)
        self.taken.setdefault("responses", set()).update(self.reserved)
        self.name_components(root)
        document = self.members("document", root, root.data, ())
        components: Object = {}
        for kind in COMPONENTS:
            self.components(kind, root, components)
        document["components"] = components
        while self.waiting:
            kind, name, source, pointer = self.waiting.pop(0)
            home = components.setdefault(kind, {})
            if isinstance(home, dict):
                home[name] = self.visit(COMPONENTS[kind], source, at(source.data, pointer), pointer)
        return document

    def name_components(self, root: Source) -> None:
        """Give every component of the root its name before anything refers to it."""
        for kind, shape in COMPONENTS.items():
            source, members, above = self.component_map(kind, root)
            if shape in _WRITTEN_OUT:
                continue
            taken = self.taken.setdefault(kind, set())
            kept = {name for name in members if component_name(kind, name) == name} - taken
            taken |= kept
            for name, value in members.items():
                pointer = (*above, name)
                wanted = component_name(kind, name)
                wanted = f"{wanted}{shape.title()}" if wanted in self.reserved else wanted
                new = name if name in kept else pick(wanted, taken)
                self.names[shape, source.path, pointer] = new
                self.names[shape, root.path, ("components", kind, name)] = new
                if new != name:
                    where = self.files.where(source, pointer)
                    self.notes.changed("Components renamed", where, f"{kind}/{name} is {new}")
                self.adopt_alias(shape, source, value, new)

    def component_map(self, kind: str, root: Source) -> tuple[Source, Object, Pointer]:
        """Return the components of a kind, which may be in a file of their own."""
        pointer = ("components", kind)
        source, members, above = self.mapped(root, at(root.data, pointer), pointer)
        return source, members if isinstance(members, dict) else {}, above

    def mapped(self, source: Source, value: Json, pointer: Pointer) -> tuple[Source, Json, Pointer]:
        """Return a map of objects; one that is only a reference is what it leads to."""
        reference = value.get("$ref") if isinstance(value, dict) and len(value) == 1 else None
        if not isinstance(reference, str):
            return source, value, pointer
        if (target := self.files.target(source, reference, pointer)) is None:
            return source, {}, pointer
        return target[0], at(target[0].data, target[1]), target[1]

    def adopt_alias(self, shape: str, root: Source, value: Json, name: str) -> None:
        """Let a component that only refers to a file be what is in the file."""
        reference = value.get("$ref") if isinstance(value, dict) else None
        own = root.path == self.files.root and str(reference).startswith("#/components/")
        if not isinstance(reference, str) or own:
            return
        if target := self.files.target(root, reference, ()):
            self.names.setdefault((shape, target[0].path, target[1]), name)

    def components(self, kind: str, root: Source, components: Object) -> None:
        """Copy the components of one kind."""
        shape, (holder, members, above) = COMPONENTS[kind], self.component_map(kind, root)
        if shape in _WRITTEN_OUT or not members:
            return
        home: Object = {}
        for old in members:
            pointer = (*above, old)
            name = self.names[shape, holder.path, pointer]
            source, end = self.end(holder, members[old], pointer, (shape, name))
            home[name] = self.visit(shape, source, at(source.data, end), end)
        components[kind] = home

    def end(
        self, source: Source, value: Json, pointer: Pointer, own: tuple[str, str]
    ) -> tuple[Source, Pointer]:
        """Follow the references that stand for this component itself."""
        while isinstance(value, dict) and isinstance(reference := value.get("$ref"), str):
            target = self.files.target(source, reference, pointer)
            if target is None or self.names.get((own[0], target[0].path, target[1])) != own[1]:
                break
            source, pointer = target
            value = at(source.data, pointer)
        return source, pointer

    def visit(self, shape: str, source: Source, value: Json, pointer: Pointer) -> Json:
        """Copy an object of a shape as OpenAPI 3.1 writes it."""
        if not isinstance(value, dict):
            return copy.deepcopy(value)
        value = self.fixed(value, source, pointer) if shape == "schema" else value
        reference = value.get("$ref")
        if isinstance(reference, str) and shape in _WRITTEN_OUT:
            return self.written_out(shape, source, value, pointer)
        result = self.members(shape, source, value, pointer)
        if isinstance(reference, str) and shape in KINDS:
            result["$ref"] = self.reference(shape, source, reference, (*pointer, "$ref"))
        where = self.files.where(source, pointer)
        result = upgraded(shape, result, self.minor, where, self.notes)
        self.notes.placed(result, where)
        if shape == "schema":
            self.mapping(source, result, pointer)
        return result

    def fixed(self, schema: Object, source: Source, pointer: Pointer) -> Object:
        """Let a dynamic reference lead to the schema that it names."""
        if "$dynamicRef" not in schema or "$ref" in schema:
            return schema
        text = "`$dynamicRef` is `$ref`: it leads to the schema that it names, wherever it is used"
        self.notes.changed("References", self.files.where(source, pointer), text)
        return {("$ref" if key == "$dynamicRef" else key): it for key, it in schema.items()}

    def members(self, shape: str, source: Source, value: Object, pointer: Pointer) -> Object:
        """Copy the members of an object, each by its own shape."""
        result: Object = {}
        for key, member in value.items():
            inner, below = shape_of(shape, key), (*pointer, key)
            if inner == "components" or (shape == "schema" and key in _DEFINITIONS):
                continue
            if inner.endswith("{}") and isinstance(member, dict):
                result[key] = self.map(inner[:-2], source, member, below)
            elif inner.endswith("[]") and isinstance(member, list):
                result[key] = [
                    self.visit(inner[:-2], source, entry, (*below, str(index)))
                    for index, entry in enumerate(member)
                ]
            elif inner and inner[-1] not in "}]":
                result[key] = self.visit(inner, source, member, below)
            else:
                result[key] = copy.deepcopy(member)
        return result

    def map(self, shape: str, source: Source, value: Object, pointer: Pointer) -> Object:
        """Copy the objects of a map, each by its own shape; extensions of paths are data."""
        source, members, above = self.mapped(source, value, pointer)
        if pointer == ("paths",):
            self.progress(f"converting {len(members) if isinstance(members, dict) else 0} paths")
        return {
            name: (
                copy.deepcopy(entry)
                if shape == "path_item" and name.startswith("x-")
                else self.visit(shape, source, entry, (*above, name))
            )
            for name, entry in (members.items() if isinstance(members, dict) else ())
        }

    def reference(self, shape: str, source: Source, reference: str, pointer: Pointer) -> str:
        """Return the reference to a component; what has no name yet gets one and waits."""
        if (target := self.files.target(source, reference, pointer)) is None:
            return reference
        file, end = target
        kind = KINDS[shape]
        key = (shape, file.path, end)
        if key not in self.names:
            parts = [token for token in end if not token.isdigit()] or [file.path.stem]
            known = parts[-3:] if parts[-2:-1] == ["properties"] else parts[-1:]
            wanted = component_name(kind, "-".join(it for it in known if it != "properties"))
            self.names[key] = pick(wanted, self.taken.setdefault(kind, set()))
            self.waiting.append((kind, self.names[key], file, end))
            text = f"{reference} is the component {kind}/{self.names[key]}"
            where = self.files.where(source, pointer)
            self.notes.changed("References that named no component", where, text)
        return f"#/components/{kind}/{self.names[key]}"

    def mapping(self, source: Source, schema: Object, pointer: Pointer) -> None:
        """Write the values of a discriminator's mapping as references."""
        discriminator = schema.get("discriminator")
        mapping = discriminator.get("mapping") if isinstance(discriminator, dict) else None
        if not isinstance(mapping, dict):
            return
        root = self.files.source(self.files.root)
        known = self.component_map("schemas", root)[1]
        for value, reference in [*mapping.items()]:
            if not isinstance(reference, str):
                continue
            below = (*pointer, "discriminator", "mapping", value)
            if any(mark in reference for mark in "/#."):
                mapping[value] = self.reference("schema", source, reference, below)
            elif reference in known:
                written = f"#/components/schemas/{reference}"
                mapping[value] = self.reference("schema", root, written, below)
            else:
                del mapping[value]
                text = (
                    f"the value {value} of a discriminator leads to {reference}, which is not there"
                )
                self.notes.left("Discriminators", self.files.where(source, below), text)

    def written_out(self, shape: str, source: Source, value: Object, pointer: Pointer) -> Json:
        """Return what a reference leads to, with the members beside it."""
        where = self.files.where(source, (*pointer, "$ref"))
        target = self.files.target(source, str(value["$ref"]), pointer)
        beside = {key: member for key, member in value.items() if key != "$ref"}
        result = self.members(shape, source, beside, pointer)
        if target is None:
            return result
        file, end = target
        if (file.path, end) in self.open_items:
            self.files.refuse(where, "the reference leads back to itself", "write the item out")
            return result
        self.open_items.append((file.path, end))
        inner = self.visit(shape, file, at(file.data, end), end)
        self.open_items.pop()
        merged = {**(inner if isinstance(inner, dict) else {}), **result}
        self.notes.placed(merged, self.notes.where(inner))
        return merged
