"""The files of a foreign contract: the root, and whatever it refers to."""

from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urljoin

from spec.adopt.notes import Notes
from spec.tools.finding import Finding, RefusedError, Where
from spec.tools.load import Json, Pointer, Source, load

_SUFFIXES = (".yaml", ".yml", ".json")
_CONVERTER = "convert it first, for example with `npx swagger2openapi FILE -o openapi.yaml`"


@dataclass(frozen=True)
class Names:
    """What the schemas of a file call themselves.

    Attributes:
        ids: `$id`, resolved → pointer.
        anchors: Pointer of the schema with an `$id`, and `$anchor` → pointer.
    """

    ids: dict[str, Pointer]
    anchors: dict[tuple[Pointer, str], Pointer]

    @classmethod
    def of(cls, data: Json) -> "Names":
        """Return the names in a file."""
        names = cls({}, {})
        names.collect(data, (), (), "")
        return names

    def collect(self, value: Json, pointer: Pointer, base: Pointer, base_id: str) -> None:
        """Add the names of a value and of what is in it."""
        if isinstance(value, list):
            for index, item in enumerate(value):
                self.collect(item, (*pointer, str(index)), base, base_id)
        if not isinstance(value, dict):
            return
        if isinstance(identifier := value.get("$id"), str):
            base, base_id = pointer, urljoin(base_id, identifier).rstrip("#")
            self.ids[base_id] = pointer
        for key in ("$anchor", "$dynamicAnchor"):
            if isinstance(anchor := value.get(key), str):
                self.anchors[base, anchor] = pointer
        for key, member in value.items():
            self.collect(member, (*pointer, key), base, base_id)

    def around(self, pointer: Pointer) -> tuple[Pointer, str]:
        """Return the schema with an `$id` that a value is in, and that id."""
        holders = [(at, name) for name, at in self.ids.items() if pointer[: len(at)] == at]
        return max(holders, key=lambda holder: len(holder[0]), default=((), ""))


@dataclass
class Files:
    """Reads each file once.

    Attributes:
        root: The document that names the version of OpenAPI.
        findings: Everything that keeps the contract from being read.
    """

    root: Path
    notes: Notes
    findings: list[Finding] = field(default_factory=list[Finding])
    _read: dict[Path, Source] = field(default_factory=dict[Path, Source])
    _names: dict[Path, Names] = field(default_factory=dict[Path, Names])

    def source(self, path: Path) -> Source:
        """Return a file; what is wrong with it is a finding."""
        if path not in self._read:
            doubts: list[Finding] = []
            self._read[path] = load(path, self.show(path), self.findings, doubts)
            for doubt in doubts:
                self.notes.changed("Read leniently", doubt.where, doubt.message)
        return self._read[path]

    def show(self, path: Path) -> str:
        """Return the name of a file as notes write it."""
        folder = self.root.parent
        return path.relative_to(folder).as_posix() if path.is_relative_to(folder) else str(path)

    def where(self, source: Source, at: Pointer) -> Where:
        """Return the line of a value, or of the closest parent that has one."""
        while at and at not in source.lines:
            at = at[:-1]
        return Where(source.shown, source.lines.get(at, 1))

    def refuse(self, where: Where, message: str, fix: str) -> None:
        """Note that the contract cannot be adopted."""
        self.findings.append(Finding(where, message, fix))

    def target(
        self, source: Source, reference: str, pointer: Pointer
    ) -> tuple[Source, Pointer] | None:
        """Return file and pointer of a reference; one that leads nowhere is a finding.

        Args:
            source: The file that the reference is in.
            reference: A URI reference.
            pointer: Where it is: the `$id` of a schema around it is its base.
        """
        where = self.where(source, pointer)
        name, _, fragment = reference.partition("#")
        names = self.names(source)
        base, base_id = names.around(pointer)
        if name and (known := names.ids.get(urljoin(base_id, name))) is not None:
            base, name = known, ""
        if "://" in name:
            fix = "save that document beside yours and refer to the file"
            self.refuse(where, f"{name} is on another server", fix)
            return None
        if name:
            path = (source.path.parent / unquote(name)).resolve()
            if not path.is_file():
                fix = "add the file or correct the reference"
                self.refuse(where, f"there is no file {name}", fix)
                return None
            source, base = self.source(path), ()
        found = self.place(source, base, unquote(fragment))
        if found is None and source.data is not None:
            self.refuse(where, f"{reference} leads nowhere", "correct the reference")
        return found or (source, ())

    def place(self, source: Source, base: Pointer, fragment: str) -> tuple[Source, Pointer] | None:
        """Return where a fragment leads, below a schema or else in the whole file."""
        if fragment and not fragment.startswith("/"):
            anchor = self.names(source).anchors.get((base, fragment))
            return None if anchor is None else (source, anchor)
        rest = tokens(fragment)
        return self.follow(source, base, rest) or self.follow(source, (), rest)

    def follow(
        self, source: Source, start: Pointer, rest: Pointer
    ) -> tuple[Source, Pointer] | None:
        """Return where a pointer leads; a map on its way may be in another file."""
        pointer = start
        for count, token in enumerate(rest):
            value = at(source.data, pointer)
            reference = value.get("$ref") if isinstance(value, dict) else None
            if isinstance(reference, str) and isinstance(value, dict) and token not in value:
                if (target := self.target(source, reference, pointer)) is None:
                    return None
                return self.follow(*target, rest[count:])
            pointer = (*pointer, token)
        return (source, pointer) if at(source.data, pointer) is not None else None

    def names(self, source: Source) -> Names:
        """Return what the schemas of a file are called."""
        if source.path not in self._names:
            self._names[source.path] = Names.of(source.data)
        return self._names[source.path]

    @property
    def size(self) -> int:
        """Return the number of bytes read."""
        return sum(path.stat().st_size for path in self._read if path.is_file())

    @property
    def count(self) -> int:
        """Return the number of files read."""
        return len(self._read)


def tokens(fragment: str) -> Pointer:
    """Return the tokens of a JSON Pointer (RFC 6901) in a URI fragment."""
    parts = unquote(fragment).split("/")[1:]
    return tuple(part.replace("~1", "/").replace("~0", "~") for part in parts)


def at(data: Json, pointer: Pointer) -> Json:
    """Return the value at a pointer, or None."""
    for token in pointer:
        if isinstance(data, dict):
            data = data.get(token)
        elif isinstance(data, list) and token.isdigit() and int(token) < len(data):
            data = data[int(token)]
        else:
            return None
    return data


def find_root(path: Path) -> Path:
    """Return the root document in a folder, or the file itself; raises RefusedError."""
    if not path.is_dir():
        return path.resolve()
    found = [
        file
        for file in sorted(path.iterdir())
        if file.suffix in _SUFFIXES and _version(load(file, file.name, [], []).data)
    ]
    if len(found) == 1:
        return found[0].resolve()
    what = f"the folder has {len(found)} documents with `openapi:`"
    raise RefusedError(Finding(Where(str(path), 1), what, "name the root document itself"))


def _version(data: Json) -> str:
    found = (data.get("openapi") or data.get("swagger")) if isinstance(data, dict) else None
    return str(found or "")


def version_of(source: Source) -> tuple[int, int]:
    """Return major and minor version of OpenAPI; raises RefusedError for what is not 3.0 to 3.2."""
    written = _version(source.data)
    for key in ("3.0", "3.1", "3.2"):
        if written == key or written.startswith(f"{key}."):
            return 3, int(key[2:])
    where = Where(source.shown, source.lines.get(("swagger",), source.lines.get(("openapi",), 1)))
    if written.startswith("2"):
        raise RefusedError(Finding(where, "this is Swagger 2.0, not OpenAPI 3", _CONVERTER))
    what = f"OpenAPI {written} is not known" if written else "the document has no `openapi:`"
    raise RefusedError(Finding(where, what, "name a document of OpenAPI 3.0, 3.1 or 3.2"))
