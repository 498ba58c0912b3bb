"""The files of a foreign contract: the root, and whatever it refers to."""

from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote

from spec.adopt.notes import Notes
from spec.tools.finding import Finding, RefusedError, Where
from spec.tools.load import Json, Pointer, Source, load

_SUFFIXES = (".yaml", ".yml", ".json")
_CONVERTER = "convert it first, for example with `npx swagger2openapi FILE -o openapi.yaml`"


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

    def target(self, source: Source, reference: str, where: Where) -> tuple[Source, Pointer] | None:
        """Return file and pointer of a reference; one that leads nowhere is a finding."""
        name, _, fragment = reference.partition("#")
        if "://" in name:
            fix = "save that document beside yours and refer to the file"
            self.refuse(where, f"{name} is on another server", fix)
            return None
        found = source
        if name:
            path = (source.path.parent / unquote(name)).resolve()
            if not path.is_file():
                fix = "add the file or correct the reference"
                self.refuse(where, f"there is no file {name}", fix)
                return None
            found = self.source(path)
        pointer = tokens(fragment)
        if found.data is not None and at(found.data, pointer) is None:
            self.refuse(where, f"{reference} leads nowhere", "correct the reference")
            return None
        return found, pointer

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
