"""Requests as the contract shows them: its examples, and the links that say where an id comes from.

Tests over all operations use them, so that a new operation needs no entry anywhere.
"""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from httpx2 import AsyncClient

from app import schemas
from app.api.version import Version
from app.api.versions import VERSIONS
from app.core.security import ROLE_SCOPES
from app.schemas.operation import Operation
from tests.apps import AppClient
from tests.clients import Caller
from tests.users import signed_in

_IN_BODY = "$response.body#"
_FOLDER = Path(schemas.__file__).parent
DOCUMENTS = {
    version.name: json.loads((_FOLDER / version.name / "openapi.json").read_text(encoding="utf-8"))
    for version in VERSIONS
}


class Maker(NamedTuple):
    """The operation that creates what a path parameter identifies."""

    version: Version
    operation: Operation
    pointer: str

    @property
    def is_for_admins(self) -> bool:
        """Tell whether a user's token does not suffice."""
        scopes = [frozenset(one["oauth2"]) for one in self.operation.security if "oauth2" in one]
        return bool(scopes) and not any(one <= ROLE_SCOPES["user"] for one in scopes)


def maker_of(name: str) -> Maker | None:
    """Return what creates the resource that a parameter or a field identifies.

    A field is named after the parameter of the path: `item_id`, or `other_item_id`. Where there are
    items and order items, the longer one of the two is meant.
    """
    found = {
        parameter: Maker(version, operation, source.removeprefix(_IN_BODY))
        for version in reversed(VERSIONS)
        for operation in reversed(list(version.operations.values()))
        if operation.method == "POST" and "{" not in operation.path
        for parameter, source in _linked(version, operation)
        if f"_{name}".endswith(f"_{parameter}") and source.startswith(_IN_BODY)
    }
    return found[max(found, key=len)] if found else None


async def made(name: str, caller: Caller) -> str:
    """Create the resource that a parameter or a field identifies; return its id.

    An administrator creates what the caller may not.
    """
    maker = maker_of(name)
    assert maker is not None, f"no link of a POST gives {name}. Fix: add one to the contract"
    if maker.is_for_admins:
        caller = await _administrator(caller.client)
    path = f"http://test{maker.version.prefix}{maker.operation.path}"
    answer = await caller.post(path, await body_of(maker.version, maker.operation, caller))
    assert answer.status_code < 300, answer.text
    value = answer.json()
    for key in maker.pointer.strip("/").split("/"):
        value = value[key]
    return str(value)


async def _administrator(client: AsyncClient) -> Caller:
    assert isinstance(client, AppClient)
    return await signed_in(client.app, client, "Root", role="admin")


async def body_of(version: Version, operation: Operation, caller: Caller) -> dict[str, Any] | None:
    """Return the first example of an operation's body, with ids of resources that exist."""
    example = example_of(version, operation)
    return None if example is None else await referring(example, caller)


def example_of(version: Version, operation: Operation) -> dict[str, Any] | None:
    """Return the first example of an operation's body; None where it has none."""
    content = _member(version, operation).get("requestBody", {}).get("content", {})
    examples = [one for media in content.values() for one in media.get("examples", {}).values()]
    found: dict[str, Any] | None = _resolved(version, examples[0])["value"] if examples else None
    return found


async def referring(body: Mapping[str, Any], caller: Caller) -> dict[str, Any]:
    """Return a body in which each field that refers to a resource has the id of one."""
    names = [name for name, value in body.items() if name.endswith("_id") and value]
    return {**body, **{name: await made(name, caller) for name in names if maker_of(name)}}


def _linked(version: Version, operation: Operation) -> Iterator[tuple[str, str]]:
    """Yield the path parameters that the answers of an operation give, and where they stand."""
    for response in _member(version, operation)["responses"].values():
        for written in _resolved(version, response).get("links", {}).values():
            link = _resolved(version, written)
            given = link.get("parameters", {})
            target = version.operations[link["operationId"]]
            in_path = re.findall(r"\{(\w+)\}", target.path)
            yield from ((name, it) for name, it in given.items() if name in in_path)


def _member(version: Version, operation: Operation) -> dict[str, Any]:
    document = DOCUMENTS[version.name]
    found: dict[str, Any] = document["paths"][operation.path][operation.method.lower()]
    return found


def _resolved(version: Version, node: dict[str, Any]) -> dict[str, Any]:
    found = node
    while (reference := found.get("$ref")) is not None:
        found = DOCUMENTS[version.name]
        for key in reference.removeprefix("#/").split("/"):
            found = found[key]
    return found
