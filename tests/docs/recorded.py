"""Answers of version 1 to reads and refused requests, to compare two states of the code.

`python -m tests.docs.recorded FOLDER FILE` writes them; the first run in a folder makes the data.
"""

import asyncio
import json
import sys
from pathlib import Path

import httpx2
from pydantic import SecretStr

from app.core.config import Settings
from app.core.crypto.keys import KeyRing, make_signing_key, write_keys
from app.main import create_app
from tests import backends
from tests.apps import make_settings, started
from tests.clients import Caller, get_token, sign_up
from tests.items import create
from tests.versions import PREFIX

_SAME = {"X-Request-ID": "recorded-request", "traceparent": f"00-{'a' * 32}-{'b' * 16}-01"}
_CHANGING = {"ratelimit", "date"}


async def answers(settings: Settings, folder: Path) -> dict[str, object]:
    """Return status, headers and body of every answer, by the request."""
    async with started(create_app(settings)) as client:
        client.base_url = httpx2.URL(f"http://test{PREFIX}")
        ada = await _caller(client, folder)
        item = (await ada.get("/items")).json()["items"][0]["id"]
        paths = [
            *("/items", "/items?limit=1", "/items?sort=name.asc", f"/items/{item}", "/users/me"),
            *("/api-keys", "/exports/nothing", "/items/nothing", "/items?limit=0", "/nothing"),
            *("/openapi.json", "/.well-known/jwks.json", "/users"),
        ]
        found: dict[str, object] = {}
        for path in paths:
            answer = await client.get(path, headers=ada.headers | _SAME)
            headers = {k: v for k, v in answer.headers.items() if k.lower() not in _CHANGING}
            found[path] = [answer.status_code, headers, answer.text]
    return found


async def _caller(client: httpx2.AsyncClient, folder: Path) -> Caller:
    known = folder / "email"
    if not known.exists():
        ada = await sign_up(client, "Ada")
        for name in ("Oak table", "Chair", "Lamp"):
            await create(ada, name=name)
        known.write_text(ada.email)
    email = known.read_text()
    return Caller(email, {"Authorization": f"Bearer {await get_token(client, email)}"}, client)


def _settings(folder: Path) -> Settings:
    database, keys = folder / "test.db", folder / "keys.json"
    if not database.exists():
        with backends.migrated("sqlite", folder):
            write_keys(keys, KeyRing([make_signing_key("ES256")]))
    return make_settings(
        database_url=SecretStr(f"sqlite+aiosqlite:///{database}"),
        signing_keys_file=keys,
        mail_folder=folder / "mail",
        bcrypt_rounds=4,
    )


if __name__ == "__main__":
    data, file = map(Path, sys.argv[1:])
    file.write_text(json.dumps(asyncio.run(answers(_settings(data), data))))
