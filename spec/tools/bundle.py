"""Verb `bundle`: the files of one version as one document."""

import json
import re

from spec.tools.contract import Contract
from spec.tools.finding import Finding, RefusedError, Where, closest
from spec.tools.implied import complete
from spec.tools.load import Json, Pointer, Source, load
from spec.tools.objects import COMPONENTS, KINDS, shape_of
from spec.tools.overlay import EXTENDS, base_of, changed
from spec.tools.target import Target

_IMPLIED = "x-implied-from"
_COMPONENT = re.compile(r"/components/([A-Za-z]+)/([A-Za-z0-9._-]+)(/.*)?")
_PATH_ITEM = re.compile(r"/paths/([^/]+)")


class _Bundler:
    """Copies the root document, then the components of the files that it refers to."""

    def __init__(self, target: Target, findings: list[Finding] | None = None) -> None:
        self.target = target
        self.findings: list[Finding] = [] if findings is None else findings
        self.positions: dict[Pointer, Where] = {}
        self.used_items: set[tuple[str, str]] = set()
        self.sources: dict[str, Source] = {}
        self.own_files = {path.name for path in target.contract.parent.glob("*.yaml")}
        base = base_of(target, self.findings)
        self.base: _Bundler | None = _Bundler(base, self.findings) if base else None
        self.files: list[str] = sorted(self.own_files | set(self.base.files if self.base else ()))
        self.root = self.source(target.contract.name)

    def source(self, name: str) -> Source:
        if name not in self.sources:
            self.sources[name] = self.read(name)
        return self.sources[name]

    def read(self, name: str) -> Source:
        """Return a file of this version, of the one it extends, or the merge of both."""
        older = self.base.source(name) if self.base and name in self.base.files else None
        if older and name not in self.own_files:
            return older
        path = self.target.contract.parent / name
        own = load(path, self.target.show(path), self.findings)
        return changed(older, own, self.findings) if older else own

    def refuse(self, source: Source, at: Pointer, message: str, fix: str) -> None:
        self.findings.append(Finding(source.where(at), message, fix))

    def bundle(self) -> Contract:
        document = self.copy(self.root, self.root.data, (), (), "document")
        if not isinstance(document, dict):
            raise RefusedError(*self.findings)  # the loader said why
        document.setdefault("components", {})
        document.pop(EXTENDS, None)
        shared = self.shared(document.pop(_IMPLIED, None))
        done = {self.root.path.name}
        while waiting := [source for name, source in self.sources.items() if name not in done]:
            done.add(waiting[0].path.name)
            self.hoist(waiting[0], document)
        if not self.findings:
            self.orphans()  # otherwise it may only follow from a wrong reference
        if self.findings:
            raise RefusedError(*sorted(self.findings))
        folder = self.target.show(self.target.contract.parent)
        return complete(Contract(folder, document, self.positions), shared)

    def shared(self, name: Json) -> Json:
        """Return the components of the file from which implied parts come."""
        file = self.file(self.root, str(name), (_IMPLIED,)) if name is not None else None
        return find(file.data, ("components",)) if file else None

    def copy(self, source: Source, value: Json, at: Pointer, out: Pointer, shape: str) -> Json:
        """Copy a value of a file into the document, with its references rewritten.

        What has no shape is data: an example, or an extension.
        """
        self.positions[out] = source.where(at)
        if source is self.root and out[:1] == ("paths",) and len(out) == 2:
            return self.path_item(value, at, out)
        if isinstance(value, list):
            return [
                self.copy(source, entry, (*at, str(index)), (*out, str(index)), shape_of(shape, ""))
                for index, entry in enumerate(value)
            ]
        if not isinstance(value, dict):
            return value
        result: dict[str, Json] = {}
        for key, entry in value.items():
            is_reference = (key == "$ref" and shape in KINDS) or (
                at[-2:] == ("discriminator", "mapping") and "#/" in str(entry)
            )
            if is_reference and isinstance(entry, str):
                result[key] = self.reference(source, entry, (*at, key))
                self.positions[(*out, key)] = source.where((*at, key))
            else:
                inner = shape_of(shape, key)
                result[key] = self.copy(source, entry, (*at, key), (*out, key), inner)
        return result

    def path_item(self, value: Json, at: Pointer, out: Pointer) -> Json:
        """Put the path item that the root names in its place."""
        reference = find(value, ("$ref",))
        name, _, fragment = str(reference).partition("#")
        match = _PATH_ITEM.fullmatch(fragment)
        if not name or not match or len(_mapping(value)) > 1:
            fix = "write `$ref: <tag>.yaml#/paths/<name>` below it and nothing else"
            at = (*at, "$ref") if reference else at
            self.refuse(self.root, at, f"{out[-1]} leads to no path of a contract file", fix)
            return {}
        at, wanted = (*at, "$ref"), ("paths", match[1])
        if (file := self.file(self.root, name, at)) is None:
            return {}
        item = find(file.data, wanted)
        if not isinstance(item, dict):
            self.dangling(self.root, at, file, wanted)
        self.used_items.add((file.path.name, match[1]))
        return self.copy(file, item, wanted, out, "path_item")

    def reference(self, source: Source, reference: str, at: Pointer) -> str:
        """Return the reference as the document writes it; the file it leads to is read."""
        name, _, fragment = reference.partition("#")
        match, file = _COMPONENT.fullmatch(fragment), self.file(source, name, at)
        if file is None:
            return reference
        if not match:
            fix = "write `#/components/<kind>/<Name>` or `<file>.yaml#/components/<kind>/<Name>`"
            self.refuse(source, at, f"{reference} does not name a component", fix)
        elif find(file.data, ("components", match[1], match[2])) is None:
            self.dangling(source, at, file, ("components", match[1], match[2]))
        return f"#{fragment}"

    def file(self, source: Source, name: str, at: Pointer) -> Source | None:
        if not name:
            return source
        if name in self.files:
            return self.source(name)
        fix = closest(name, self.files, "name a file beside openapi.yaml")
        self.refuse(source, at, f"there is no file {name}", fix)
        return None

    def dangling(self, source: Source, at: Pointer, file: Source, wanted: Pointer) -> None:
        if file.data is None:
            return  # the file's own finding says enough
        known = _mapping(find(file.data, wanted[:-1])).keys() - {wanted[-1]}
        fix = closest(wanted[-1], sorted(known), f"add it under {'.'.join(wanted[:-1])}")
        self.refuse(source, at, f"{file.shown} has no {'/'.join(wanted)}", fix)

    def hoist(self, source: Source, document: dict[str, Json]) -> None:
        """Move the components of a file to the document's own."""
        merged = document["components"]
        for kind, members in _mapping(find(source.data, ("components",))).items():
            home: Json = merged.setdefault(kind, {}) if isinstance(merged, dict) else None
            for name, value in _mapping(members).items():
                out = ("components", kind, name)
                if isinstance(home, dict) and name in home:
                    other = self.positions[out]
                    message = f"{kind}/{name} is also at {other.file}:{other.line}"
                    self.refuse(source, out, message, "rename one of the two")
                elif isinstance(home, dict):
                    home[name] = self.copy(source, value, out, out, COMPONENTS.get(kind, ""))

    def orphans(self) -> None:
        """Refuse files and paths that the root does not reach: they would not be served."""
        for name in sorted(self.own_files):
            if name not in self.sources:
                where = Where(self.target.show(self.target.contract.parent / name), 1)
                self.findings.append(
                    Finding(where, "nothing refers to this file", "list its paths in openapi.yaml")
                )
        for name, source in self.sources.items():
            for item in _mapping(find(source.data, ("paths",))) if source is not self.root else ():
                is_own = source.where(("paths", item)).file == source.shown
                if is_own and (name, item) not in self.used_items:
                    fix = f"add `$ref: {name}#/paths/{item}` to openapi.yaml"
                    self.refuse(source, ("paths", item), f"the path {item} is not listed", fix)


def _mapping(value: Json) -> dict[str, Json]:
    return value if isinstance(value, dict) else {}


def find(data: Json, pointer: Pointer) -> Json:
    """Return the value at a pointer, or None."""
    for key in pointer:
        data = data.get(key) if isinstance(data, dict) else None
    return data


def assemble(target: Target) -> Contract:
    """Return the version's document; raises RefusedError with every finding."""
    return _Bundler(target).bundle()


def dump(document: Json) -> str:
    """Return the document as the server sends it."""
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def bundle(target: Target) -> list[str]:
    """Return the lines of the version's document; raises RefusedError."""
    return dump(assemble(target).document).splitlines()
