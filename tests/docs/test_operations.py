"""The command on each operation's page works.

The application of the tests compares each answer with the contract; here the status counts.
"""

import json
from typing import NamedTuple

import httpx2
import pytest

from app.core.config import Settings
from docs.tools.operation_facts import address, contracts, roles
from docs.tools.operations import operation_pages
from spec.tools.contract import Contract, Endpoint
from tests import exports
from tests.clients import PASSWORD, Caller
from tests.docs.http import Command, curl_commands, filled, variables
from tests.docs.pages import ROOT, Page
from tests.examples import referring
from tests.versions import NEWEST
from tests.workers import working

WRITTEN = operation_pages(ROOT)
FOUND: dict[str, tuple[Contract, Endpoint, Page]] = {
    endpoint.operation_id: (
        contract,
        endpoint,
        Page(address(target, endpoint), WRITTEN[address(target, endpoint)]),
    )
    for target, contract in contracts(ROOT)[:1]
    for endpoint in contract.endpoints()
}


class People(NamedTuple):
    """Who calls: a user, or an administrator where a user may not."""

    user: Caller
    admin: Caller


def command_of(operation_id: str, page: Page) -> str:
    commands = curl_commands(page)
    assert commands, f"{page.path} has no command for {operation_id}"
    return commands[-1]


async def call(operation_id: str, people: People) -> httpx2.Response:
    """Run a page's command as a user; what it needs is made by the commands that link to it."""
    contract, endpoint, page = FOUND[operation_id]
    caller = people.user if "`user`" in roles(endpoint) else people.admin
    text = command_of(operation_id, page)
    values = {"API": "", "TOKEN": caller.headers["Authorization"].removeprefix("Bearer ")}
    for name in variables(text):
        if name not in values:
            values[name] = await made(contract, operation_id, name.lower(), people)
    command = Command.from_curl(filled(text, values))
    if "username" in command.form:
        command.form |= {"username": caller.email, "password": PASSWORD}
    if (command.body or "").startswith("{"):
        command.body = json.dumps(await referring(json.loads(command.body or ""), caller))
    return await caller.client.request(
        command.method,
        command.url,
        headers=command.headers,
        content=command.body,
        data=command.form or None,
    )


async def made(contract: Contract, operation_id: str, parameter: str, people: People) -> str:
    """Return the value that another operation's link gives for a path parameter."""
    for maker in sorted(contract.endpoints(), key=lambda maker: maker.method != "post"):
        for _, response in maker.responses():
            for _, written in response.get("links").entries():
                link = written.follow()
                path = link.get("parameters").text(parameter)
                if link.text("operationId") == operation_id and maker.method in {"post", "get"}:
                    value = (await call(maker.operation_id, people)).json()
                    # part exports
                    if operation_id == "getExportFile":
                        await exports.finished(people.user, value["id"])
                    # end part
                    for key in path.partition("#/")[2].split("/"):
                        value = value[int(key) if isinstance(value, list) else key]
                    return str(value)
    pytest.fail(f"no link of a POST or GET says where {operation_id} gets {parameter} from")


@pytest.mark.parametrize("operation_id", FOUND)
async def test_the_command_on_an_operations_page_works(
    admin: Caller, ada: Caller, settings: Settings, operation_id: str
) -> None:
    _, endpoint, page = FOUND[operation_id]
    async with working(settings):
        answer = await call(operation_id, People(ada, admin))

    successes = [int(status) for status, _ in endpoint.responses() if int(status) < 300]
    # No example can hold a code from a mail, or be faster than every worker.
    may_conflict = operation_id in {
        *("resetPassword", "verifyEmail"),
        "cancelExport",  # part exports
    }
    allowed = [*successes, *([409] if may_conflict else [])]
    assert answer.status_code in allowed, f"{page.path}: {answer.text}"


@pytest.mark.parametrize("operation_id", FOUND)
def test_an_operations_page_says_where_the_variables_of_its_command_come_from(
    operation_id: str,
) -> None:
    page = FOUND[operation_id][2]

    _, _, call_it = page.text.partition("## Call it\n")

    assert "README.md#walk-through-the-api)" in call_it.partition("```")[0]
    for name in variables(command_of(operation_id, page)):
        assert f"`${name}`" in call_it


@pytest.mark.parametrize("operation_id", FOUND)
def test_an_operations_page_says_what_the_server_knows(operation_id: str) -> None:
    operation = NEWEST.operations[operation_id]
    text = FOUND[operation_id][2].text

    assert f"{operation.method} {NEWEST.prefix}{operation.path}\n" in text
    for status in operation.statuses:
        assert f"### {status}\n" in text or f"| {status} |" in text
    for alternative in operation.security:
        for scopes in alternative.values():
            assert all(f"`{scope}`" in text for scope in scopes)
    for block in FOUND[operation_id][2].blocks:
        if block.language == "json":
            json.loads(block.content)
