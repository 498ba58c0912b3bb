"""The command on each operation's page works, and so does every other example of HTTP.

The application of the tests compares each answer with the contract; here the status counts.
"""

import json
import re
import shlex
from dataclasses import dataclass, field

import httpx2
import pytest

from app.schemas.v1 import operations
from spec.tools.contract import Contract, Endpoint
from tests.clients import PASSWORD, Caller
from tests.docs.pages import ROOT, Page
from tools.docs.contract import address, contracts

_VARIABLE = re.compile(r"\$([A-Z_]+)")
FOUND: dict[str, tuple[Contract, Endpoint, Page]] = {
    endpoint.operation_id: (contract, endpoint, Page(address(target, endpoint)))
    for target, contract in contracts(ROOT)[:1]
    for endpoint in contract.endpoints()
}


@dataclass
class Command:
    """A curl command, read as curl would."""

    method: str = "GET"
    url: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    body: str | None = None
    form: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, text: str) -> "Command":
        words = iter(shlex.split(text.replace("\\\n", " "))[1:])
        command = cls()
        for word in words:
            if word == "-X":
                command.method = next(words)
            elif word == "-H":
                name, _, value = next(words).partition(": ")
                command.headers[name] = value
            elif word == "-d":
                command.body = next(words)
            elif word == "--data-urlencode":
                name, _, value = next(words).partition("=")
                command.form[name] = value
            else:
                command.url = word
        return command


def command_of(operation_id: str, page: Page) -> str:
    blocks = [b for b in page.blocks if b.language == "sh" and b.content.startswith("curl ")]
    assert blocks, f"{page.path} has no command for {operation_id}"
    return blocks[-1].content


async def call(operation_id: str, caller: Caller) -> httpx2.Response:
    """Run a page's command as a user; what it needs is made by the commands that link to it."""
    contract, _, page = FOUND[operation_id]
    text = command_of(operation_id, page)
    values = {"API": "", "TOKEN": caller.headers["Authorization"].removeprefix("Bearer ")}
    for name in dict.fromkeys(_VARIABLE.findall(text)):
        if name not in values:
            values[name] = await made(contract, operation_id, name.lower(), caller)
    command = Command.read(_VARIABLE.sub(lambda match: values[match[1]], text))
    if "username" in command.form:
        command.form |= {"username": caller.email, "password": PASSWORD}
    return await caller.client.request(
        command.method,
        command.url,
        headers=command.headers,
        content=command.body,
        data=command.form or None,
    )


async def made(contract: Contract, operation_id: str, parameter: str, caller: Caller) -> str:
    """Return the value that another operation's link gives for a path parameter."""
    for maker in contract.endpoints():
        for _, response in maker.responses():
            for _, link in response.get("links").entries():
                path = link.get("parameters").text(parameter)
                makes = maker.method == "post" or "{" not in maker.path
                if link.text("operationId") == operation_id and makes and path:
                    value = (await call(maker.operation_id, caller)).json()
                    for key in path.partition("#/")[2].split("/"):
                        value = value[int(key) if key.isdecimal() else key]
                    return str(value)
    pytest.fail(f"no link says where {operation_id} gets {parameter} from")


@pytest.mark.parametrize("operation_id", FOUND)
async def test_the_command_on_an_operations_page_works(ada: Caller, operation_id: str) -> None:
    _, endpoint, page = FOUND[operation_id]
    answer = await call(operation_id, ada)

    successes = [int(status) for status, _ in endpoint.responses() if int(status) < 300]
    # No example can hold a code that was mailed to somebody.
    mailed = operation_id in {"resetPassword", "verifyEmail"}
    allowed = [*successes, *([409] if mailed else [])]
    assert answer.status_code in allowed, f"{page.path}: {answer.text}"


@pytest.mark.parametrize("operation_id", FOUND)
def test_an_operations_page_says_what_the_server_knows(operation_id: str) -> None:
    operation = operations.OPERATIONS[operation_id]
    text = FOUND[operation_id][2].text

    assert f"{operation.method} {operations.PREFIX}{operation.path}\n" in text
    for status in operation.statuses:
        assert f"### {status}\n" in text or f"| {status} |" in text
    for alternative in operation.security:
        for scopes in alternative.values():
            assert all(f"`{scope}`" in text for scope in scopes)
    for block in FOUND[operation_id][2].blocks:
        if block.language == "json":
            json.loads(block.content)
