"""Every secret and address of mail that the tests sent or got, and every log line written."""

import logging
import re
from collections.abc import Iterable
from typing import Any

import httpx2

from app.core.crypto.opaque import digest
from app.core.logging import JsonFormatter

_FIELDS = (
    *("password", "new_password", "current_password", "token", "refresh_token"),
    *("access_token", "key", "email", "username"),
)
_MEMBER = re.compile(rf'"(?:{"|".join(_FIELDS)})"\s*:\s*"((?:[^"\\]|\\.)+)"')
_HASH = re.compile(r"\$(?:bcrypt-sha256|2[aby]|argon2id?)\$[^\s\"']+")
_WORD = re.compile(r"[^\s\"',()]{12,}")
_SHORTEST = 12
# The tools' own lines repeat what tests do.
_TOOLS = ("httpx2", "faker", "hypothesis", "mail.log", "schemathesis", "test")

secrets: set[str] = set()
lines: list[str] = []


def install() -> None:
    """Look at all that clients send and get, and all that loggers write, from now on."""
    handle, send = logging.Logger.handle, httpx2.AsyncClient.send
    formatter = JsonFormatter()

    def handle_and_keep(logger: logging.Logger, record: logging.LogRecord) -> None:
        handle(logger, record)
        if not record.name.startswith(_TOOLS):
            lines.append(formatter.format(record))

    async def send_and_keep(
        client: httpx2.AsyncClient,
        request: httpx2.Request,
        **options: Any,  # noqa: ANN401 - httpx2's own
    ) -> httpx2.Response:
        response = await send(client, request, **options)
        note_request(request)
        if "json" in response.headers.get("content-type", "") and hasattr(response, "_content"):
            keep(_MEMBER.findall(response.text))
        return response

    logging.Logger.handle = handle_and_keep  # type: ignore[method-assign,assignment]
    httpx2.AsyncClient.send = send_and_keep  # type: ignore[method-assign,assignment]


def note_request(request: httpx2.Request) -> None:
    """Keep what a request holds of secrets: its credentials, its form, its JSON."""
    keep([request.headers.get("authorization", "").partition(" ")[2].strip()])
    keep([request.headers.get("x-api-key", "").strip()])
    try:
        text = request.content.decode("utf-8", "replace")
    except httpx2.RequestNotRead:
        return
    keep(_MEMBER.findall(text))
    if "form" in request.headers.get("content-type", ""):
        form = httpx2.QueryParams(text)
        keep(form.get(name, "") for name in _FIELDS)


def keep(values: Iterable[str]) -> None:
    """Keep values that no line would hold by chance, and their digests."""
    found = {v for v in values if len(v) >= _SHORTEST and len(set(v)) > 4}
    secrets.update(found, map(digest, found))


def found_in(text: str, wanted: Iterable[str]) -> list[str]:
    """Return which secrets a text holds, and every hash of a password in it."""
    # Most words of a log come again and again.
    words = "\n".join(set(_WORD.findall(text)))
    found = [one for one in wanted if one in (words if _WORD.fullmatch(one) else text)]
    return found + _HASH.findall(text)
