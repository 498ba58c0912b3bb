"""The errors that the server answers on its own, declared with the contract's own error schema."""

from collections import Counter
from pathlib import Path

from spec.adopt.notes import Notes
from spec.adopt.operations import operations
from spec.tools.contract import Contract
from spec.tools.finding import Where
from spec.tools.implied import RESPONSES, covers
from spec.tools.load import Json, load

Object = dict[str, Json]

FILE = "errors.yaml"
_PROBLEM = "application/problem+json"


def _parts() -> Object:
    path = Path(__file__).with_name(FILE)
    data = load(path, path.name, []).data
    return data if isinstance(data, dict) else {}


def names() -> frozenset[str]:
    """Return the responses that the tools add to every operation that needs them."""
    return frozenset(_mapping(_parts()["descriptions"]))


def _needed(document: Object) -> list[str]:
    """Return the responses that some operation needs and does not declare."""
    contract = Contract("", document, {(): Where("", 1)})
    found = {
        row.component
        for endpoint in contract.endpoints()
        for row in RESPONSES
        if not covers(endpoint.node.child("responses").value, row.status) and row.when(endpoint)
    }
    return [name for name in _mapping(_parts()["descriptions"]) if name in found]


def declare(document: Object, notes: Notes) -> set[tuple[str, str]]:
    """Add the responses; return the components that belong to them alone."""
    components = document["components"]
    schemas, responses = (
        _mapping(components.setdefault(kind, {})) if isinstance(components, dict) else {}
        for kind in ("schemas", "responses")
    )
    parts, own = _parts(), set[tuple[str, str]]()
    if not (needed := _needed(document)):
        return own
    media_type, schema = _usual(document)
    if schema:
        text = (
            f"errors of the server itself have the schema {schema}: "
            "app/api/error_body.py makes them from a Problem; see whether it fills them as you want"
        )
        notes.left("Errors", notes.where(schemas.get(schema), document), text)
    else:
        for name, value in _mapping(parts["schemas"]).items():
            schemas[name] = value
            own.add(("schemas", name))
        media_type, schema = _PROBLEM, "Problem"
    for name in needed:
        description = _mapping(parts["descriptions"])[name]
        reference: Json = {"schema": {"$ref": f"#/components/schemas/{schema}"}}
        responses[name] = {"description": description, "content": {media_type: reference}}
        own.add(("responses", name))
    document["x-implied-from"] = FILE
    return own


def _usual(document: Object) -> tuple[str, str]:
    """Return media type and schema of most errors that have one; empty if there is none."""
    found: Counter[tuple[str, str]] = Counter()
    responses = _mapping(_mapping(document["components"]).get("responses"))
    for operation in operations(document):
        for status, written in _mapping(operation.node.get("responses")).items():
            response = _mapping(written)
            reference = str(response.get("$ref", "")).rpartition("/")[2]
            content = _mapping(_mapping(responses.get(reference, response)).get("content"))
            if status[0] not in "45d":
                continue
            for media_type, part in content.items():
                schema = str(_mapping(_mapping(part).get("schema")).get("$ref", ""))
                if "json" in media_type and schema:
                    found[media_type, schema.rpartition("/")[2]] += 1
    return next((key for key, _ in found.most_common(1)), ("", ""))


def _mapping(value: Json) -> Object:
    return value if isinstance(value, dict) else {}
