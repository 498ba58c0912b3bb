"""The rule that a document is OpenAPI at all."""

import json
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from itertools import chain
from pathlib import Path
from typing import cast

from jsonschema_rs import (
    Draft202012Validator,
    Registry,
    ValidationError,
    ValidationErrorKind,
    validator_for,
)

from spec.tools.bundle import find
from spec.tools.contract import Contract, Node
from spec.tools.finding import closest
from spec.tools.load import Json, Pointer

Breaches = Iterator[tuple[Node, str, str]]

_REGEX = validator_for({"format": "regex"}, validate_formats=True)
_DRAFT = "https://json-schema.org/draft/2020-12/schema"


@cache
def _specification() -> dict[str, Json]:
    """Return OpenAPI's own schema, from a package whose code takes a second to import."""
    found = find_spec("openapi_spec_validator")
    folder = Path(((found and found.submodule_search_locations) or [""])[0])
    text = (folder / "resources/schemas/v3.1/schema.json").read_text(encoding="utf-8")
    return cast("dict[str, Json]", json.loads(text))


@cache
def _validator() -> Draft202012Validator:
    """Return the schema with its open point filled in: what is in it a schema is JSON Schema."""
    schema, name = _specification(), str(_specification()["$id"])
    meta = {"$dynamicAnchor": "meta", "$ref": _DRAFT}
    return Draft202012Validator(
        {"$id": "urn:openapi", "$schema": _DRAFT, "$ref": name, "$defs": {"meta": meta}},
        registry=Registry([(name, schema)]),
        validate_formats=True,
        # OpenAPI lets URLs be relative and have variables, its schema does not.
        formats=dict.fromkeys(("uri", "uri-reference"), lambda _: True) | {"regex": is_pattern},
    )


@cache
def is_pattern(text: str) -> bool:
    """Tell whether a text is a regular expression that the server can use, too."""
    try:
        validator_for({"pattern": text})
    except ValidationError:
        return False
    return _REGEX.is_valid(text)


def valid_openapi(contract: Contract) -> Breaches:
    """The other rules need a document that is valid OpenAPI 3.1."""
    if not contract.node().text("openapi").startswith("3.1."):
        yield contract.node("openapi"), "the document is not OpenAPI 3.1", "write openapi: 3.1.0"
        return
    errors = [_deepest(error) for error in _validator().iter_errors(contract.document)]
    for error in errors:
        node = contract.node(*_pointer(error))
        match error.kind:
            case ValidationErrorKind.UnevaluatedProperties(unexpected):
                for key in unexpected:
                    fix = closest(key, _known_keys(error), "remove it")
                    # A key that is known counts as unknown while something in it is wrong.
                    if not any(_is_within(other, node.child(key)) for other in errors):
                        yield node.child(key), f"not OpenAPI: unknown key {key}", fix
            case ValidationErrorKind.Enum(options):
                fix = f"use one of {', '.join(map(str, options))}"
                yield node, f"not OpenAPI: {error.message}", fix
            case _:
                reason = " ".join(error.message.split())[:200]
                fix = "write it as the OpenAPI 3.1 specification says"
                yield node, f"not OpenAPI: {reason}", fix


def _deepest(error: ValidationError) -> ValidationError:
    """Return the reason why the alternative that fits best does not fit."""
    while alternatives := list(chain.from_iterable(getattr(error.kind, "context", ()))):
        error = max(alternatives, key=lambda inner: len(inner.instance_path))
    return error


def _pointer(error: ValidationError) -> Pointer:
    return tuple(map(str, error.instance_path))


def _is_within(error: ValidationError, node: Node) -> bool:
    return _pointer(error)[: len(node.pointer)] == node.pointer


def _known_keys(error: ValidationError) -> list[str]:
    """Return the keys that the part of the specification knows which refuses others."""
    holder = map(str, error.schema_path[:-1])
    known = find(_specification(), (*holder, "properties"))
    return list(known) if isinstance(known, dict) else []
