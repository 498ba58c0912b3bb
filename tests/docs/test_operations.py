"""The command on each operation's page works.

The application of the tests compares each answer with the contract; here the status counts.
"""

import json
from typing import NamedTuple

import httpx2
import pytest

from app.api.version import Version
from app.api.versions import VERSIONS
from app.core.config import Settings
from docs.tools.operation_facts import address, contracts, examples, roles
from docs.tools.operations import operation_pages
from spec.tools.contract import Contract, Endpoint
from tests import exports
from tests.backends import EMBEDDED
from tests.clients import PASSWORD, Caller
from tests.docs.http import Command, curl_commands, filled, variables
from tests.docs.pages import ROOT, Page
from tests.examples import referring
from tests.workers import working


class Shown(NamedTuple):
    """An operation of a version, and its page."""

    version: Version
    contract: Contract
    endpoint: Endpoint
    page: Page


PICTURE = b"\x89PNG\r\n\x1a\n"
WRITTEN = operation_pages(ROOT)
SERVED = {version.name: version for version in VERSIONS}
FOUND: dict[str, Shown] = {
    f"{target.version} {endpoint.operation_id}": Shown(
        SERVED[target.version],
        contract,
        endpoint,
        Page(address(target, endpoint), WRITTEN[address(target, endpoint)]),
    )
    for target, contract in contracts(ROOT)
    for endpoint in contract.endpoints()
}


class People(NamedTuple):
    """Who calls: a user, or an administrator where a user may not."""

    user: Caller
    admin: Caller


def command_of(page: Page) -> str:
    commands = curl_commands(page)
    assert commands, f"{page.path} has no command"
    return commands[-1]


async def call(shown: Shown, people: People) -> httpx2.Response:
    """Run a page's command as a user; what it needs is made by the commands that link to it."""
    caller = people.user if "`user`" in roles(shown.endpoint) else people.admin
    text = command_of(shown.page)
    token = caller.headers["Authorization"].removeprefix("Bearer ")
    values = {"API": f"http://test{shown.version.prefix}", "TOKEN": token, "FILE": "picture.png"}
    for name in variables(text):
        if name not in values:
            values[name] = await made(shown, name.lower(), people)
    command = Command.from_curl(filled(text, values))
    if "username" in command.form:
        command.form |= {"username": caller.email, "password": PASSWORD}
    if (command.body or "").startswith("{"):
        command.body = json.dumps(await referring(json.loads(command.body or ""), caller))
    is_file = command.body == "@picture.png"
    return await caller.client.request(
        command.method,
        command.url,
        headers=command.headers,
        content=PICTURE if is_file else command.body,
        data=command.form or None,
    )


async def made(shown: Shown, parameter: str, people: People) -> str:
    """Return the value that another operation's link gives for a path parameter."""
    operation_id = shown.endpoint.operation_id
    for maker in sorted(shown.contract.endpoints(), key=lambda maker: maker.method != "post"):
        for _, response in maker.responses():
            for _, written in response.get("links").entries():
                link = written.follow()
                path = link.get("parameters").text(parameter)
                if link.text("operationId") == operation_id and maker.method in {"post", "get"}:
                    by = FOUND[f"{shown.version.name} {maker.operation_id}"]
                    value = (await call(by, people)).json()
                    # part exports
                    if operation_id == "getExportFile":
                        await exports.finished(people.user, value["id"])
                    # end part
                    for key in path.partition("#/")[2].split("/"):
                        value = value[int(key) if isinstance(value, list) else key]
                    return str(value)
    pytest.fail(f"no link of a POST or GET says where {operation_id} gets {parameter} from")


@EMBEDDED
@pytest.mark.parametrize("shown", FOUND.values(), ids=FOUND)
async def test_the_command_on_an_operations_page_works(
    admin: Caller, ada: Caller, settings: Settings, shown: Shown
) -> None:
    for media_type, content in shown.endpoint.node.get("requestBody").get("content").entries():
        if not examples(content):
            pytest.skip(f"an adopted operation without an example of {media_type}")

    async with working(settings):
        answer = await call(shown, People(ada, admin))

    successes = [int(status) for status, _ in shown.endpoint.responses() if status[0] == "2"]
    # No example can hold a code from a mail, be faster than every worker, be signed just now, or
    # open a WebSocket.
    refusals = {
        "resetPassword": 409,
        "verifyEmail": 409,
        "cancelExport": 409,  # part exports
        "receiveScan": 400,  # part files
        "followScans": 426,  # part files
    }
    allowed = [*successes, refusals.get(shown.endpoint.operation_id)]
    assert answer.status_code in allowed, f"{shown.page.path}: {answer.text}"


@pytest.mark.parametrize("shown", FOUND.values(), ids=FOUND)
def test_an_operations_page_says_where_the_variables_of_its_command_come_from(
    shown: Shown,
) -> None:
    _, _, call_it = shown.page.text.partition("## Call it\n")

    assert "README.md#walk-through-the-api)" in call_it.partition("```")[0]
    for name in variables(command_of(shown.page)):
        assert f"`${name}`" in call_it


@pytest.mark.parametrize("shown", FOUND.values(), ids=FOUND)
def test_an_operations_page_says_what_the_server_knows(shown: Shown) -> None:
    operation = shown.version.operations[shown.endpoint.operation_id]
    text = shown.page.text

    assert f"{operation.method} {shown.version.prefix}{operation.path}\n" in text
    for status in operation.statuses:
        assert f"### {status}\n" in text or f"| {status} |" in text
    for alternative in operation.security:
        for scopes in alternative.values():
            assert all(f"`{scope}`" in text for scope in scopes)
    for block in shown.page.blocks:
        if block.language == "json":
            json.loads(block.content)
