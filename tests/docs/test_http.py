"""Every `http` block and every curl command outside the walk-through gets the answer it shows.

The commands of the runbook need servers of their own; test_runbook.py runs them.

The application of the tests compares each answer with the contract.
"""

import json
from doctest import ELLIPSIS, OutputChecker

import httpx2
import pytest

from tests.clients import Caller
from tests.docs.http import Command, curl_commands, exchanges, filled
from tests.docs.pages import PAGES, Page
from tests.versions import PREFIX

_WRITTEN = [page for page in PAGES if page.path not in {"README.md", "docs/RUNBOOK.md"}]
_SHOWN = [page for page in _WRITTEN if any(b.language == "http" for b in page.blocks)]
_CALLED = [page for page in _WRITTEN if curl_commands(page)]
_ORIGIN = "http://test"


def alike(got: str, shown: str) -> bool:
    return OutputChecker().check_output(f"{shown}\n", f"{got}\n", ELLIPSIS)


def values_of(answer: httpx2.Response) -> dict[str, str]:
    """What a later request of the page may use: `$ID` is the member `id`, `$ETAG` the header."""
    is_json = "json" in answer.headers.get("Content-Type", "")
    members = answer.json() if is_json and answer.content else {}
    found = {name.upper(): str(value) for name, value in members.items()}
    return found | ({"ETAG": answer.headers["ETag"]} if "ETag" in answer.headers else {})


async def send(caller: Caller, command: Command) -> httpx2.Response:
    url = command.url if command.url.startswith("http") else _ORIGIN + command.url
    return await caller.client.request(
        command.method, url, headers=command.headers, content=command.body
    )


async def show(page: Page, caller: Caller) -> None:
    """Send the requests of a page one after the other, and compare what comes back."""
    values = {"TOKEN": caller.headers["Authorization"].removeprefix("Bearer ")}
    for exchange in exchanges(page):
        answer = await send(caller, Command.from_http(filled(exchange.request, values)))
        assert answer.status_code == exchange.status, f"{exchange.where}: {answer.text}"
        for name, value in exchange.headers.items():
            got = answer.headers.get(name, "")
            assert alike(got, value), f"{exchange.where}: {name} is {got}"
        body = json.dumps(answer.json(), indent=2, ensure_ascii=False) if answer.content else ""
        assert alike(body, exchange.body), f"{exchange.where}: answered\n{body}"
        values |= values_of(answer)


@pytest.mark.parametrize("page", _SHOWN, ids=str)
async def test_an_http_block_gets_the_answer_below_it(page: Page, ada: Caller) -> None:
    await show(page, ada)


@pytest.mark.parametrize("page", _CALLED, ids=str)
async def test_a_curl_command_succeeds(page: Page, ada: Caller) -> None:
    token = ada.headers["Authorization"].removeprefix("Bearer ")
    for text in curl_commands(page):
        command = filled(text, {"API": f"{_ORIGIN}{PREFIX}", "TOKEN": token})
        answer = await send(ada, Command.from_curl(command))
        assert answer.status_code < 400, f"{page.path}: {text}: {answer.text}"


_GOOD = f'GET {PREFIX}/health/live\n```\n\n```http\nHTTP/1.1 200 OK\n\n{{\n  "status": "live"\n}}'


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("200 OK", "201 Created"),
        ('"live"', '"dead"'),
        ("health/live", "health/lively"),
        ("OK\n", "OK\nETag: x\n"),
        ("```http\nHTTP", "```text\nHTTP"),
    ],
)
async def test_a_wrong_http_block_is_found(ada: Caller, old: str, new: str) -> None:
    good = Page("docs/PLANTED.md", f"# Planted\n\n```http\n{_GOOD}\n```\n")
    await show(good, ada)

    with pytest.raises(AssertionError, match=r"docs/PLANTED\.md"):
        await show(Page("docs/PLANTED.md", good.text.replace(old, new)), ada)
