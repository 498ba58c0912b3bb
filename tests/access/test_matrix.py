"""Every operation, called by everybody: each cell of the matrix holds on the running API."""

import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

import httpx2
import pytest
from fastapi import FastAPI, Request

from app.api.request import security
from app.api.request.security import Count, Reader
from app.api.version import Version
from app.api.versions import VERSIONS
from app.core.config import Settings
from app.core.security import ROLE_SCOPES, Principal
from app.schemas.operation import Operation, SecurityScheme
from tests import figures
from tests.access.callers import CREDENTIALS, Stage
from tests.access.matrix import COLUMNS, Column, expected
from tests.access.rows import ROWS, SESSION, Row, Thing, headers_of, row_of
from tests.backends import kind_of
from tests.clients import Caller
from tests.examples import referring
from tests.problems import assert_problem
from tests.versions import OLDEST, OPERATIONS
from tests.workers import working

CODES = {401: "unauthorized", 403: "insufficient-scope", 404: "not-found"}
Cell = tuple[Version, Operation, Column]

CELLS: list[Cell] = [
    (version, operation, column)
    for version in VERSIONS
    for operation in version.operations.values()
    for column in COLUMNS
    if column.scopes(operation)  # credentials without scopes do not exist
]


@pytest.fixture
async def stage(
    app: FastAPI, settings: Settings, ada: Caller, bob: Caller, admin: Caller
) -> AsyncIterator[Stage]:
    """The owner of the resources in the paths, another user, an administrator, and a worker."""
    async with working(settings):
        yield Stage(app, ada, bob, admin)


async def call(
    stage: Stage, version: Version, operation: Operation, column: Column
) -> httpx2.Response:
    """Call an operation validly, as a caller of this kind."""
    row, path = row_of(operation.operation_id, version.name), operation.path
    if row.ends_sessions and expected(operation, row, column) < 400:
        stage = await stage.with_new_people()
    if row.thing is not None:
        is_changed = operation.method != "GET" and expected(operation, row, column) < 400
        path = re.sub(r"\{\w+\}", await thing_for(stage, row.thing, is_changed=is_changed), path)
    headers = {**await CREDENTIALS[column.name](stage, operation), **headers_of(row, row.content)}
    callers = {"other user": stage.other, "admin": stage.admin}
    caller = callers.get(column.name, stage.user)
    body = await referring(row.body(caller), caller) if row.body else None
    is_form = "application/x-www-form-urlencoded" in operation.bodies
    form, json = (body, None) if is_form else (None, body)
    return await stage.user.client.request(
        operation.method,
        f"http://test{version.prefix}{path}",
        headers=headers,
        data=form,
        json=json,
        content=row.content,
    )


async def thing_for(stage: Stage, thing: Thing, *, is_changed: bool) -> str:
    """Return the id of what a path names; cells that do not change it share it."""
    if is_changed:
        return await thing.make(stage.user)
    return await stage.keep(thing, lambda: thing.make(stage.user))


async def wrong_cells(stage: Stage, cells: Sequence[Cell] = CELLS) -> dict[str, str]:
    """Return the cells whose status is not the expected one."""
    wrong: dict[str, str] = {}
    for version, operation, column in cells:
        answer = await call(stage, version, operation, column)
        status = expected(operation, row_of(operation.operation_id, version.name), column)
        if answer.status_code != status:
            name = f"{version.name} {operation.operation_id} by {column.name}"
            wrong[name] = f"{answer.status_code} instead of {status}"
        elif status in CODES and operation.error_format == "problem":
            assert_problem(answer, status, CODES[status])
    return wrong


async def test_every_cell_of_the_matrix_holds(stage: Stage, settings: Settings) -> None:
    assert await wrong_cells(stage) == {}

    columns = len(COLUMNS)
    figures.record(
        f"access matrix [{kind_of(settings)}]",
        f"{len(CELLS)} cells ({len(CELLS) // columns} operations, {columns} callers), 0 wrong",
    )


async def test_an_operation_that_forgets_who_may_call_would_be_found(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    everything = frozenset[str]().union(*ROLE_SCOPES.values())

    def granting(read: Reader) -> Reader:
        async def reader(
            request: Request, scheme: SecurityScheme, count: Count
        ) -> Principal | None:
            principal = await read(request, scheme, count)
            return principal and replace(principal, scopes=everything)

        return reader

    granted = {kind: granting(read) for kind, read in security.READERS.items()}
    monkeypatch.setattr(security, "READERS", granted)

    wrong = await wrong_cells(
        stage, [cell for cell in CELLS if cell[1].operation_id in {"getUser", "endSession"}]
    )

    assert wrong[f"{OLDEST.name} getUser by user"] == "200 instead of 403"
    assert wrong[f"{OLDEST.name} endSession by wrong scope"] == "204 instead of 403"


def test_every_operation_of_the_contract_has_a_row() -> None:
    names = {(name, version.name) for version in VERSIONS for name in version.operations}
    assert [row_of(*name) for name in names]
    assert set(ROWS) <= {one for name, version in names for one in (name, f"{version} {name}")}
    assert set(CREDENTIALS) == {column.name for column in COLUMNS}


def test_an_operation_without_a_row_is_named_with_the_file_to_edit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    summary = replace(OPERATIONS["getUser"], path="/summaries/{summary_id}")
    monkeypatch.setitem(OPERATIONS, "getSummary", summary)

    with pytest.raises(LookupError, match=r"summary_id, which getSummary needs\. Fix: .*rows\.py$"):
        row_of("getSummary", OLDEST.name)


def test_a_row_names_a_thing_where_its_path_does() -> None:
    for version in VERSIONS:
        for name, operation in version.operations.items():
            assert (row_of(name, version.name).thing is not None) == ("{" in operation.path)


@pytest.mark.parametrize(
    ("column", "status"),
    [("anonymous", 401), ("user", 204), ("other user", 404), ("wrong scope", 403), ("admin", 404)],
)
def test_the_expectation_follows_from_security_and_ownership(column: str, status: int) -> None:
    found = next(one for one in COLUMNS if one.name == column)

    assert expected(OPERATIONS["endSession"], Row(SESSION), found) == status
    opened = replace(OPERATIONS["endSession"], security=())
    assert expected(opened, Row(SESSION), found) == 204
