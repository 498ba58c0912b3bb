"""Requests as raw bytes, because a client library would correct or refuse many of them."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from fastapi import FastAPI
from starlette.types import Message, Scope

from app import schemas

Header = tuple[str, bytes | str]


@dataclass
class Answer:
    """What came back; status 0 where nothing did."""

    status: int
    headers: dict[str, str]
    content: bytes

    def problem(self) -> dict[str, Any]:
        """Return the problem document, checked for its shape."""
        assert self.headers["content-type"] == "application/problem+json", self.content
        problem = dict(json.loads(self.content))
        schemas.Problem.model_validate(problem)
        assert problem["status"] == self.status
        return problem

    def refused(self) -> set[str]:
        """Return JSON Pointer or name of each field that a 422 refuses."""
        assert self.status == 422, self.content
        return {error.get("pointer", error.get("name")) for error in self.problem()["errors"]}


async def send(
    app: FastAPI,
    method: str,
    target: str,
    headers: Iterable[Header] = (),
    body: bytes | Sequence[bytes] = b"",
    *,
    cut_off: bool = False,
) -> Answer:
    """Send a request as a server hands it on, byte for byte; cut off, the client leaves early."""
    pieces = [body] if isinstance(body, bytes) else list(body)
    messages: list[Message] = [
        {"type": "http.request", "body": piece, "more_body": cut_off or place < len(pieces)}
        for place, piece in enumerate(pieces, start=1)
    ]
    answer = Answer(0, {}, b"")

    async def receive() -> Message:
        return messages.pop(0) if messages else {"type": "http.disconnect"}

    async def take(message: Message) -> None:
        if message["type"] == "http.response.start":
            answer.status = message["status"]
            answer.headers = {
                name.decode("latin-1"): value.decode("latin-1")
                for name, value in message["headers"]
            }
        else:
            answer.content += message.get("body", b"")

    await app(make_scope(method, target, headers), receive, take)
    return answer


def make_scope(method: str, target: str, headers: Iterable[Header]) -> Scope:
    """Return what a server tells the application of a request."""
    raw_path, _, query = target.encode("latin-1").partition(b"?")
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "scheme": "http",
        "method": method,
        "path": unquote(raw_path.decode("latin-1")),
        "raw_path": raw_path,
        "query_string": query,
        "root_path": "",
        "headers": [
            (name.lower().encode(), value if isinstance(value, bytes) else value.encode("latin-1"))
            for name, value in headers
        ],
        "client": ("127.0.0.1", 50_000),
        "server": ("test", 80),
    }
