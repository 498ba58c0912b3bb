"""Contracts of one operation, and what the verdict says about a change between two."""

from copy import deepcopy
from datetime import date
from typing import Any

from spec.diff.compare import compare
from spec.diff.report import Change
from spec.tools.contract import Contract
from spec.tools.finding import Where

TODAY = date(2026, 11, 28)
JSON = "application/json"
Members = dict[str, Any]

_OPERATION: Members = {"operationId": "makeThing", "tags": ["things"], "responses": {"200": {}}}
_DOCUMENT: Members = {"tags": [{"name": "things"}], "info": {"version": "1.0.0"}}


def contract(document: Members) -> Contract:
    """Return a document as the contract of a version; all of it is on one line."""
    return Contract("spec/v1", deepcopy(document), {(): Where("spec/v1/things.yaml", 1)})


def document(path: str = "/things", *, operation: Members | None = None, **more: object) -> Members:
    """Return a document with one operation; what is named replaces its members."""
    paths = {path: {"post": {**_OPERATION, **(operation or {})}}}
    return {**_DOCUMENT, "paths": paths, **more}


def sent(schema: Members, **schemas: Members) -> Members:
    """Return a document whose operation takes a schema."""
    body = {"required": True, "content": {JSON: {"schema": schema}}}
    return document(operation={"requestBody": body}, components={"schemas": schemas})


def answered(schema: Members, **schemas: Members) -> Members:
    """Return a document whose operation answers with a schema."""
    responses = {"200": {"content": {JSON: {"schema": schema}}}}
    return document(operation={"responses": responses}, components={"schemas": schemas})


def changes(old: Members, new: Members) -> list[Change]:
    """Return what changed, without what follows for the version."""
    found = compare(contract(old), contract(new), TODAY)
    return [change for change in found if change.rule != "version-not-raised"]


def rules(old: Members, new: Members) -> set[str]:
    """Return the rules of all changes."""
    return {change.rule for change in changes(old, new)}
