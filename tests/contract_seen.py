"""What the tests exercise of the contract: which parts it declares, and which of them were seen.

A status counts if the application sent it and it was compared with the contract; a response of a
mock does not count. A keyword counts if a request was refused because of it.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from weakref import WeakSet

from fastapi import Request, Response
from jsonschema_rs import ValidationError

from app.api.request import faults
from app.api.request.conformance import Conformance
from app.api.versions import VERSIONS
from app.schemas.document import contract_digest, contract_document
from app.schemas.operation import Operation

KINDS = ("operations", "statuses", "parameters", "bodies", "headers", "keywords")
LEAST_STATUSES = 0.95
"""The part of the declared statuses that a run with `--contract-coverage` has to see."""
_KEYWORDS = {
    *("type", "format", "pattern", "enum", "const", "required", "additionalProperties"),
    *("minLength", "maxLength", "minItems", "maxItems", "uniqueItems", "minProperties"),
    *("maxProperties", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
}
_VERSIONS = {contract_digest(version.name): version.name for version in VERSIONS}
Parts = dict[str, set[str]]

seen: Parts = {kind: set() for kind in KINDS}
_mocked: WeakSet[Response] = WeakSet()


def install() -> None:
    """Look at all requests that the application reads, and at all responses that it checks."""
    check, read, mock, explain = (
        Conformance.check,
        Conformance.read,
        Conformance.mock,
        faults.explain,
    )

    def check_and_note(self: Conformance, operation: Operation, response: Response) -> None:
        check(self, operation, response)
        if (version := _VERSIONS.get(self.digest)) and response not in _mocked:
            _note_response(f"{version} {operation.operation_id}", operation, response)

    async def read_and_note(
        self: Conformance, operation: Operation, request: Any  # noqa: ANN401 - as the method has it
    ) -> dict[str, Any]:
        if version := _VERSIONS.get(self.digest):
            _note_request(f"{version} {operation.operation_id}", request)
        return await read(self, operation, request)

    def mock_and_note(
        self: Conformance, operation: Operation, headers: Mapping[str, str]
    ) -> Response:
        response = mock(self, operation, headers)
        _mocked.add(response)
        return response

    def explain_and_note(error: ValidationError) -> Iterator[faults.Fault]:
        seen["keywords"].add(_pointer(error.schema_path))
        return explain(error)

    Conformance.check = check_and_note  # type: ignore[method-assign]
    Conformance.read = read_and_note  # type: ignore[method-assign]
    Conformance.mock = mock_and_note  # type: ignore[method-assign]
    faults.explain = explain_and_note


def merge(other: Mapping[str, list[str]]) -> None:
    """Add what another process saw."""
    for kind, names in other.items():
        seen[kind].update(names)


def as_lists() -> dict[str, list[str]]:
    """Return what was seen, in types that go from process to process."""
    return {kind: sorted(names) for kind, names in seen.items()}


def declared() -> Parts:
    """Return what the contract declares, by the names under which it is seen."""
    parts: Parts = {kind: set() for kind in KINDS}
    for version in VERSIONS:
        _Declared(version.name, parts)
    return parts


@dataclass(frozen=True)
class Row:
    """How much of one kind of part was seen."""

    kind: str
    declared: int
    missing: list[str]

    @property
    def ratio(self) -> float:
        """The part that was seen, from 0 to 1."""
        return 1 - len(self.missing) / self.declared if self.declared else 1

    def __str__(self) -> str:
        return f"{self.kind:<12} {self.declared - len(self.missing)} of {self.declared}"


def report() -> list[Row]:
    """Return a row for each kind."""
    return [Row(kind, len(names), sorted(names - seen[kind])) for kind, names in declared().items()]


def is_too_little() -> bool:
    """Tell whether too few of the declared statuses were seen."""
    return any(row.kind == "statuses" and row.ratio < LEAST_STATUSES for row in report())


def summary() -> list[str]:
    """Return a line for each kind, and the statuses that are missing if there are too few."""
    rows = report()
    missing = [name for row in rows if row.kind == "statuses" for name in row.missing]
    return [*map(str, rows), *([f"not seen: {', '.join(missing)}"] if is_too_little() else [])]


def write(path: Path) -> None:
    """Write the report that the page of the site is made from."""
    rows = {row.kind: {"declared": row.declared, "missing": row.missing} for row in report()}
    path.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")


def _note_response(name: str, operation: Operation, response: Response) -> None:
    status = f"{name} {operation.response_key(response.status_code)}"
    seen["operations"].add(name)
    seen["statuses"].add(status)
    seen["headers"].update(f"{status} {name.lower()}" for name in response.headers)


def _note_request(name: str, request: Request) -> None:
    sent = {
        "query": {name.partition("[")[0] for name in request.query_params},
        "header": set(request.headers),
        "cookie": set(request.cookies),
        "path": set(request.path_params),
    }
    for place, parameters in sent.items():
        seen["parameters"].update(f"{name} {place} {one.lower()}" for one in parameters)
    media_type = request.headers.get("content-type", "").partition(";")[0].lower()
    seen["bodies"].add(f"{name} {media_type}")


def _pointer(path: list[str | int]) -> str:
    return "/" + "/".join(map(str, path))


class _Declared:
    """Walks the contract of a version, and adds what it declares."""

    def __init__(self, version: str, parts: Parts) -> None:
        self._document: dict[str, Any] = json.loads(contract_document(version))
        self._version = version
        self.parts = parts
        self._walked: set[str] = set()
        for path, item in self._document["paths"].items():
            for method, operation in item.items():
                if "operationId" in operation:
                    shared = item.get("parameters", [])
                    self._operation(f"/paths/{path}/{method}", operation, shared)

    def _follow(self, node: dict[str, Any], place: str) -> tuple[dict[str, Any], str]:
        if "$ref" not in node:
            return node, place
        keys = node["$ref"].removeprefix("#/").split("/")
        found: Any = self._document
        for key in keys:
            found = found[key]
        return self._follow(found, _pointer(keys))

    def _operation(self, place: str, operation: dict[str, Any], shared: list[Any]) -> None:
        name = f"{self._version} {operation['operationId']}"
        self.parts["operations"].add(name)
        for written in [*shared, *operation.get("parameters", [])]:
            parameter, where = self._follow(written, place)
            self.parts["parameters"].add(f"{name} {parameter['in']} {parameter['name'].lower()}")
            schema, place_of_schema = self._follow(parameter.get("schema", {}), f"{where}/schema")
            self._schema(schema, place_of_schema)
            if schema.get("type") == "string":  # a text of a URL or a header always is one
                self.parts["keywords"].discard(f"{place_of_schema}/type")
        body, where = self._follow(operation.get("requestBody", {}), f"{place}/requestBody")
        for media_type, content in body.get("content", {}).items():
            self.parts["bodies"].add(f"{name} {media_type}")
            self._schema(content.get("schema", {}), f"{where}/content/{media_type}/schema")
        for status, written in operation["responses"].items():
            self.parts["statuses"].add(f"{name} {status}")
            headers = self._follow(written, "")[0].get("headers", {})
            self.parts["headers"].update(f"{name} {status} {one.lower()}" for one in headers)

    def _schema(self, schema: object, place: str) -> None:
        """Note the keywords of a schema that can refuse a value, and those of its parts."""
        if not isinstance(schema, dict):
            return
        found, place = self._follow(schema, place)
        if place in self._walked:
            return
        self._walked.add(place)
        self.parts["keywords"] |= {f"{place}/{key}" for key in _KEYWORDS & found.keys()}
        for name, part in found.get("properties", {}).items():
            self._schema(part, f"{place}/properties/{name}")
        for key in ("items", "additionalProperties"):
            self._schema(found.get(key), f"{place}/{key}")
        for key in ("allOf", "anyOf", "oneOf", "prefixItems"):
            for index, part in enumerate(found.get(key, ())):
                self._schema(part, f"{place}/{key}/{index}")
