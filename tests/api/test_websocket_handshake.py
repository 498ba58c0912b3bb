"""A handshake is refused like any other request."""

import json
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI
from starlette.types import Message

from app import schemas
from app.main import create_app
from tests.api.conftest import Logs
from tests.apps import make_settings, own_log
from tests.serving import served
from tests.versions import PREFIX

HANDSHAKE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}
PATH = f"{PREFIX}/users/me"


async def shake_hands(app: FastAPI, **extensions: dict[str, Any]) -> list[Message]:
    """Ask for a WebSocket as a server does that offers these extensions; return the answer."""
    sent: list[Message] = []
    scope = {
        "type": "websocket",
        "path": PATH,
        "raw_path": PATH.encode(),
        "query_string": b"access_token=abc",
        "root_path": "",
        "headers": [(b"x-request-id", b"request-12345")],
        "client": ("127.0.0.1", 1),
        "subprotocols": [],
        "extensions": extensions,
    }

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def send(message: Message) -> None:
        sent.append(message)

    await app(scope, receive, send)
    return sent


async def test_a_handshake_is_answered_with_a_problem(app: FastAPI) -> None:
    start, body = await shake_hands(app, **{"websocket.http.response": {}})

    headers = {name.decode(): value.decode() for name, value in start["headers"]}
    assert (start["type"], start["status"]) == ("websocket.http.response.start", 404)
    assert headers["content-type"] == "application/problem+json"
    assert headers["x-request-id"] == "request-12345"
    assert headers["x-content-type-options"] == "nosniff"
    assert body["type"] == "websocket.http.response.body"
    assert schemas.Problem.model_validate(json.loads(body["body"])).code == "not-found"


async def test_a_server_that_sends_no_problem_closes(app: FastAPI) -> None:
    assert await shake_hands(app) == [{"type": "websocket.close"}]


@pytest.mark.parametrize("level", ["INFO", "DEBUG"])
async def test_the_query_of_a_handshake_is_in_no_line_of_the_log(logs: Logs, level: str) -> None:
    settings = make_settings(log_level=level)
    plain_uvicorn = {"http": "auto", "ws": "auto"}

    with own_log():
        async with (
            served(create_app(settings), settings, **plain_uvicorn) as port,
            httpx2.AsyncClient() as client,
        ):
            url = f"http://127.0.0.1:{port}{PATH}?access_token=abc"
            answer = await client.get(url, headers=HANDSHAKE)
    lines = logs()

    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "application/problem+json"
    requests = [line for line in lines if line["message"] == "request"]
    assert [(line["path"], line["status"]) for line in requests] == [(PATH, 404)]
    assert "access_token" not in str([line for line in lines if "httpx" not in line["logger"]])
