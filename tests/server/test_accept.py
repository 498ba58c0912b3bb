"""Connections that arrive faster than the event loop turns."""

import asyncio
import socket
from contextlib import ExitStack

import pytest
import uvicorn

from app.manage.serve import listening_sockets
from app.server import uvicorn_options
from tests.apps import make_settings

WAITING = 60


@pytest.fixture
def anyio_backend() -> tuple[str, dict[str, bool]]:
    """Run the test on the event loop of production."""
    return "asyncio", {"use_uvloop": True}


async def answer(scope: object, receive: object, send: object) -> None:
    """Be an application that gets no request."""


async def test_waiting_connections_are_accepted_many_in_a_turn() -> None:
    options = uvicorn_options(make_settings())
    config = uvicorn.Config(answer, port=0, lifespan="off", **options)
    server, sockets = uvicorn.Server(config), listening_sockets(config)
    serving = asyncio.create_task(server.serve(sockets))
    while not server.started:  # noqa: ASYNC110 - Uvicorn announces it no other way
        await asyncio.sleep(0)
    with ExitStack() as stack:
        for _ in range(WAITING):
            address = sockets[0].getsockname()
            stack.enter_context(socket.create_connection(address))
        for _ in range(10):
            await asyncio.sleep(0)
        accepted = len(server.server_state.connections)
    server.should_exit = True
    await serving

    assert accepted == WAITING
