"""How soon an ended session is refused: by another process, and while Redis is down."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from uuid import UUID, uuid4

import httpx2
import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from app.core.config import Settings
from app.core.session_marks import ALIVE, ALIVE_SECONDS, ENDED, MARK, MemoryMarks
from app.main import create_app
from tests.apps import changed, started
from tests.clients import Caller, sign_up
from tests.redis_server import needs_redis_server, redis_server
from tests.statements import watched


@dataclass(frozen=True)
class Pair:
    """Two processes of one service, as far as they know of each other."""

    here: httpx2.AsyncClient
    there: httpx2.AsyncClient
    app: FastAPI


async def open_pair(settings: Settings) -> AsyncIterator[Pair]:
    app, other = create_app(settings), create_app(settings)
    async with started(app) as here, started(other) as there:
        yield Pair(here, there, app)


@pytest.fixture
async def pair(settings: Settings) -> AsyncIterator[Pair]:
    """Two processes: with Redis, or without any and with PROCESSES=2."""
    own = changed(settings, redis_prefix=f"test:{uuid4().hex}:", processes=2)
    async for pair in open_pair(own):
        yield pair


async def sign_out_everywhere(ada: Caller, there: httpx2.AsyncClient) -> None:
    """Revoke the sessions of a user whom the other process has just accepted."""
    assert (await there.get("/users/me", headers=ada.headers)).status_code == 200
    assert (await ada.delete("/users/me/sessions")).status_code == 204


async def test_another_process_refuses_an_ended_session_at_once(pair: Pair) -> None:
    ada = await sign_up(pair.here, "Ada")

    await sign_out_everywhere(ada, pair.there)

    assert (await pair.there.get("/users/me", headers=ada.headers)).status_code == 401


@needs_redis_server
async def test_an_ended_session_is_refused_while_redis_is_down(settings: Settings) -> None:
    with redis_server() as server:
        own = changed(settings, redis_url=SecretStr(server.url))
        async for pair in open_pair(own):
            ada = await sign_up(pair.here, "Ada")
            bob = await sign_up(pair.here, "Bob")
            server.stop()

            await sign_out_everywhere(ada, pair.there)

            assert (await pair.there.get("/users/me", headers=ada.headers)).status_code == 401
            assert (await pair.there.get("/users/me", headers=bob.headers)).status_code == 200


async def test_a_session_that_is_marked_costs_no_statement(settings: Settings, pair: Pair) -> None:
    if settings.redis_url is None:
        pytest.skip("several processes without Redis ask the database every time")
    ada = await sign_up(pair.here, "Ada")
    await ada.get("/users/me")

    with watched(pair.app) as statements:
        await ada.get("/users/me")

    assert len(statements) == 1


async def test_a_mark_of_the_end_is_not_taken_back_by_a_process_that_was_slow() -> None:
    now = 0.0
    marks = MemoryMarks(clock=lambda: now)
    session = UUID(int=1)

    await marks.note_ended([session])
    await marks.note_alive(session)

    assert marks.get(f"{MARK}{session}") == ENDED


async def test_a_mark_of_life_is_short_so_that_a_lost_message_is_bounded() -> None:
    now = 0.0
    marks = MemoryMarks(clock=lambda: now)
    session = UUID(int=1)
    await marks.note_alive(session)

    now = ALIVE_SECONDS - 0.1
    assert marks.get(f"{MARK}{session}") == ALIVE
    now = ALIVE_SECONDS + 0.1
    assert marks.get(f"{MARK}{session}") is None
