"""Every operation refuses values that break the contract: one for each keyword of its schemas."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from app.api.version import Version
from app.api.versions import VERSIONS
from app.schemas.operation import Operation
from tests.access.rows import row_of
from tests.access.test_declared_errors import FORM, Api, open_api
from tests.access.violations import Violations
from tests.clients import Caller
from tests.examples import DOCUMENTS

JSON = "application/json"


def parameters(version: Version, operation: Operation) -> Iterator[dict[str, Any]]:
    """Yield the parameters of an operation."""
    violations = Violations(DOCUMENTS[version.name])
    item = DOCUMENTS[version.name]["paths"][operation.path]
    written = [*item.get("parameters", ()), *item[operation.method.lower()].get("parameters", ())]
    yield from (dict(violations.follow(one)) for one in written)


def bad_parameters(version: Version, operation: Operation) -> Iterator[dict[str, Any]]:
    """Yield what to change in a valid request so that a parameter is refused."""
    violations = Violations(DOCUMENTS[version.name])
    for one in parameters(version, operation):
        name = one["name"]
        for value in violations.of(one["schema"], one.get("example")):
            texts = value if isinstance(value, list) else [value]
            if not all(isinstance(text, str | int) and text is not True for text in texts):
                continue
            if one["in"] == "query" and texts:
                yield {"params": [(name, str(text)) for text in texts]}
            elif one["in"] == "header" and str(value).isprintable() and value != "":
                yield {"headers": {name: str(value).encode("latin-1")}}
            elif one["in"] == "path" and value != "":
                yield {"path": {name: quote(str(value), safe="")}}


def bad_bodies(version: Version, operation: Operation, api: Api) -> Iterator[dict[str, Any]]:
    """Yield bodies that the operation refuses."""
    row, document = row_of(operation.operation_id, version.name), DOCUMENTS[version.name]
    if row.body is not None:
        good = row.body(Caller("ada@example.com", {}, api.client))
    elif row.content is not None and set(operation.bodies) == {JSON}:
        good = json.loads(row.content)
    else:
        return
    violations = Violations(document)
    described = document["paths"][operation.path][operation.method.lower()]
    content = violations.follow(described["requestBody"])["content"]
    for media_type in operation.bodies:
        for body in violations.of(content[media_type]["schema"], good):
            if media_type != FORM:
                yield {
                    "content": json.dumps(body).encode(),
                    "headers": {"Content-Type": media_type},
                }
            elif isinstance(body, dict) and all(isinstance(it, str) for it in body.values()):
                yield {"content": urlencode(body), "headers": {"Content-Type": media_type}}


@pytest.mark.parametrize("version", VERSIONS, ids=lambda version: version.name)
async def test_a_value_that_breaks_a_keyword_is_refused(
    version: Version, monkeypatch: pytest.MonkeyPatch
) -> None:
    # There is no database to ask whether the session lasts.
    monkeypatch.setattr("app.core.session_marks.ALIVE_SECONDS", 3_600)
    accepted, count = [], 0
    async with open_api() as api:
        for operation in version.operations.values():
            bad = [*bad_parameters(version, operation), *bad_bodies(version, operation, api)]
            for changes in bad:
                answer = await api.send((version, operation), **changes)
                count += 1
                if answer.status_code not in {400, 422}:
                    accepted.append((operation.operation_id, changes, answer.status_code))

    assert accepted == []
    assert count > len(version.operations)
