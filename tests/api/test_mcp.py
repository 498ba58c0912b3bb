"""Tools for language models at `/mcp`, called by a client of the Model Context Protocol.

Each process of the run collects this module, and the client takes seconds to import: so only its
tests import it.
"""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Literal

import httpx2
import pytest

from app.core.config import Settings, WrongSettings
from app.main import create_app
from tests import api_keys
from tests.apps import changed, make_settings, started
from tests.backends import EMBEDDED
from tests.clients import Caller
from tests.problems import assert_problem
from tests.serving import served
from tests.versions import NEWEST

if TYPE_CHECKING:
    from fastmcp import Client
    from fastmcp.exceptions import ToolError


@asynccontextmanager
async def served_tools(
    settings: Settings, allowed: Literal["none", "read", "all"]
) -> AsyncIterator[str]:
    """Serve an application over a socket, on the database of the other tests; give the address."""
    own = changed(settings, mcp_operations=allowed)
    async with served(create_app(own), own) as port:
        yield f"http://127.0.0.1:{port}/mcp"


@asynccontextmanager
async def connected(url: str, headers: dict[str, str]) -> AsyncIterator["Client[Any]"]:
    from fastmcp import Client  # noqa: PLC0415 - slow to import
    from fastmcp.client.transports import StreamableHttpTransport  # noqa: PLC0415 - as above

    async with Client(StreamableHttpTransport(url, headers=headers)) as client:
        yield client


def tool_error(match: str) -> "pytest.RaisesExc[ToolError]":
    """Expect a tool to fail, with a message that matches."""
    from fastmcp.exceptions import ToolError  # noqa: PLC0415 - slow to import

    return pytest.raises(ToolError, match=match)


@EMBEDDED
async def test_the_tools_are_operations_that_read_with_the_words_of_the_contract(
    settings: Settings, ada: Caller
) -> None:
    async with served_tools(settings, "read") as url, connected(url, ada.headers) as client:
        tools = {tool.name: tool for tool in await client.list_tools()}

    listing = tools["listSessions"]
    methods = {NEWEST.operations[name].method for name in tools}
    assert methods == {"GET"}
    assert listing.title == "List your sessions"
    assert (listing.description or "").startswith(
        "Returns one page of your active sessions, the newest first."
    )
    assert listing.annotations is not None
    assert listing.annotations.read_only_hint
    assert listing.input_schema["properties"]["limit"]["maximum"] == 100
    # These operations need no credentials.
    assert {"getLiveness", "getJwks", "createToken"} & set(tools) == set()


async def test_a_tool_answers_what_its_caller_may_see(
    settings: Settings, ada: Caller, admin: Caller
) -> None:
    me = (await ada.get("/users/me")).json()

    async with served_tools(settings, "read") as url:
        async with connected(url, ada.headers) as client:
            own = await client.call_tool("getMe", {})
            with tool_error("403") as refused:
                await client.call_tool("getUser", {"user_id": me["id"]})
        async with connected(url, admin.headers) as client:
            seen = await client.call_tool("getUser", {"user_id": me["id"]})

    assert own.structured_content == me
    assert "insufficient-scope" in str(refused.value)
    assert seen.structured_content is not None
    assert seen.structured_content["email"] == ada.email


@EMBEDDED
async def test_all_operations_are_tools_if_the_setting_says_so(
    settings: Settings, ada: Caller
) -> None:
    async with served_tools(settings, "all") as url, connected(url, ada.headers) as client:
        renamed = await client.call_tool("updateMe", {"display_name": "Ada L."})
        with tool_error("validation-failed"):
            await client.call_tool("updateMe", {"display_name": ""})

    assert renamed.structured_content is not None
    assert renamed.structured_content["display_name"] == "Ada L."


# part api_keys
async def test_an_api_key_is_passed_on_with_its_scopes(settings: Settings, ada: Caller) -> None:
    key = {"X-API-Key": (await api_keys.create(ada, scopes=["profile:read"]))["key"]}

    async with served_tools(settings, "read") as url, connected(url, key) as client:
        me = await client.call_tool("getMe", {})

    assert me.structured_content is not None
    assert me.structured_content["email"] == ada.email


# end part


async def test_a_call_with_an_invalid_token_is_refused_by_the_api(settings: Settings) -> None:
    wrong = {"Authorization": "Bearer wrong"}

    async with served_tools(settings, "read") as url, connected(url, wrong) as client:
        with tool_error("401"):
            await client.call_tool("getMe", {})


async def test_a_client_without_credentials_learns_how_to_get_some() -> None:
    async with started(create_app(make_settings(mcp_operations="read"))) as client:
        answer = await client.post("http://test/mcp", json={})

    assert_problem(answer, 401, "unauthorized")
    assert "resource_metadata=" in answer.headers["WWW-Authenticate"]


async def test_there_are_no_tools_by_default(client: httpx2.AsyncClient, ada: Caller) -> None:
    answer = await client.post("http://test/mcp", json={}, headers=ada.headers)

    assert_problem(answer, 404, "not-found")


def test_a_missing_package_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "app.api.mcp", raising=False)
    monkeypatch.setitem(sys.modules, "fastmcp", None)

    with pytest.raises(WrongSettings, match=r"^MCP_OPERATIONS: the package fastmcp is not"):
        create_app(make_settings(mcp_operations="read"))
