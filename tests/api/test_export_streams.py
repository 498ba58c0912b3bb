"""Streams end with the credentials that opened them, whichever process ends those."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import httpx2
import pytest
from fastapi import FastAPI

from app.core.config import Settings
from app.core.exceptions import Unauthorized
from app.core.security import LEEWAY
from app.main import create_app
from tests import api_keys, tokens
from tests.api.conftest import own_database
from tests.apps import changed, started
from tests.clients import PASSWORD, Caller, sign_in, sign_up
from tests.exports import ask, finished
from tests.items import create_at_once
from tests.streams import Stream
from tests.users import signed_in
from tests.waiting import LIMIT_SECONDS
from tests.workers import working

Processes = tuple[FastAPI, httpx2.AsyncClient, httpx2.AsyncClient]


@dataclass(frozen=True)
class Pair:
    """Two processes of a service that run no tasks, and a user."""

    app: FastAPI
    here: httpx2.AsyncClient
    there: httpx2.AsyncClient
    ada: Caller

    async def watch(self, headers: dict[str, str] | None = None) -> Stream:
        """Open an event stream, which would last for minutes."""
        export = await ask(self.ada)
        path = f"/exports/{export['id']}/events"
        return await Stream.open(self.app, path, headers or self.ada.headers)

    def elsewhere(self, caller: Caller) -> Caller:
        """Return the caller as the other process sees it."""
        return Caller(caller.email, caller.headers, self.there)


@pytest.fixture(scope="module")
async def processes(
    settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Processes]:
    with own_database(settings, tmp_path_factory.mktemp("pair")) as idle_settings:
        own = changed(idle_settings, processes=2)
        app, other = create_app(own, runs_tasks=False), create_app(own, runs_tasks=False)
        async with started(app) as here, started(other) as there:
            yield app, here, there


@pytest.fixture
async def pair(processes: Processes) -> Pair:
    app, here, there = processes
    return Pair(app, here, there, await signed_in(app, here, "Ada"))


async def sign_out(pair: Pair, ada: Caller) -> None:
    await ada.delete("/users/me/sessions")


async def change_password(pair: Pair, ada: Caller) -> None:
    token = (await sign_in(ada.client, ada.email))["access_token"]
    another = Caller(ada.email, {"Authorization": f"Bearer {token}"}, ada.client)
    body = {"current_password": PASSWORD, "new_password": "staple the battery"}
    assert (await another.request("PUT", "/users/me/password", body)).status_code == 204


async def disable(pair: Pair, ada: Caller) -> None:
    path = f"/users/{(await ada.get('/users/me')).json()['id']}"
    admin = await signed_in(pair.app, ada.client, "Root", role="admin")
    assert (await admin.patch(path, {"disabled": True})).status_code == 200


async def delete(pair: Pair, ada: Caller) -> None:
    path = f"/users/{(await ada.get('/users/me')).json()['id']}"
    admin = await signed_in(pair.app, ada.client, "Root", role="admin")
    assert (await admin.delete(path)).status_code == 204


Act = Callable[[Pair, Caller], Awaitable[None]]


@pytest.mark.parametrize("act", [sign_out, change_password, disable, delete])
@pytest.mark.parametrize("where", ["the same process", "another process"])
async def test_a_stream_ends_with_its_session(pair: Pair, act: Act, where: str) -> None:
    stream = await pair.watch()

    await act(pair, pair.ada if where == "the same process" else pair.elsewhere(pair.ada))

    assert (await stream.end()).count(b"event: export") == 1


# part api_keys
@pytest.mark.parametrize("where", ["the same process", "another process"])
async def test_a_stream_ends_with_its_api_key(pair: Pair, where: str) -> None:
    key = await api_keys.create(pair.ada)
    stream = await pair.watch(api_keys.with_key(pair.ada, key["key"]).headers)

    caller = pair.ada if where == "the same process" else pair.elsewhere(pair.ada)
    await caller.delete(f"/api-keys/{key['id']}")

    assert (await stream.end()).count(b"event: export") == 1


# end part


async def test_a_stream_goes_on_when_another_session_ends(pair: Pair) -> None:
    other = await sign_in(pair.here, pair.ada.email)
    export = await ask(pair.ada)
    path = f"/exports/{export['id']}"
    stream = await Stream.open(pair.app, f"{path}/events", pair.ada.headers)

    await pair.here.post("/auth/revoke", data={"token": other["refresh_token"]})
    await pair.ada.post(f"{path}/cancel", None)

    assert b'"status":"cancelled"' in await stream.end()


async def test_a_stream_ends_with_its_access_token(pair: Pair) -> None:
    export_id = UUID((await ask(pair.ada))["id"])
    token = pair.ada.headers["Authorization"].removeprefix("Bearer ")
    caller = pair.app.state.resources.access_tokens.read(token)
    expired = replace(caller, expires_at=datetime.now(UTC))

    reply = await pair.app.state.services.exports.watch_export(export_id, principal=expired)

    async with asyncio.timeout(LIMIT_SECONDS):
        assert len([event async for event in reply.body]) == 1


async def test_a_caller_is_known_until_the_token_expires(app: FastAPI, settings: Settings) -> None:
    expires = datetime.now(UTC).replace(microsecond=0) + timedelta(minutes=3)
    token = tokens.issue(settings, exp=expires)

    caller = app.state.resources.access_tokens.read(token)

    assert caller.expires_at == expires + LEEWAY


async def test_a_file_is_sent_no_further_when_the_session_ends(idle_settings: Settings) -> None:
    own = changed(idle_settings, export_chunk_rows=2)
    app = create_app(own)
    async with started(app) as client, working(own):
        ada = await sign_up(client, "Ada")
        await create_at_once(app, ada, [f"Chair {n}" for n in range(5)])
        export = await ask(ada)
        await finished(ada, export["id"])
        stream = await Stream.open(app, f"/exports/{export['id']}/file", ada.headers, held=True)

        await ada.delete("/users/me/sessions")

        with pytest.raises(Unauthorized):
            await stream.end()
    assert b"Chair 4" not in stream.content
