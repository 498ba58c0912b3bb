"""Callers of the API."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx2

PASSWORD = "correct horse battery"


@dataclass(frozen=True)
class Caller:
    """A user and a client that sends the user's access token."""

    email: str
    headers: dict[str, str]
    client: httpx2.AsyncClient

    async def request(
        self, method: str, path: str, json: object = None, **headers: str
    ) -> httpx2.Response:
        """Send a request as this user."""
        return await self.client.request(method, path, json=json, headers=self.headers | headers)

    async def get(self, path: str) -> httpx2.Response:
        """Send GET as this user."""
        return await self.request("GET", path)

    async def post(self, path: str, json: object) -> httpx2.Response:
        """Send POST as this user."""
        return await self.request("POST", path, json)

    async def patch(self, path: str, json: object) -> httpx2.Response:
        """Send PATCH as this user."""
        return await self.request("PATCH", path, json)

    async def delete(self, path: str) -> httpx2.Response:
        """Send DELETE as this user."""
        return await self.request("DELETE", path)


async def sign_up(client: httpx2.AsyncClient, name: str) -> Caller:
    """Register a user with an address of its own and sign in."""
    email = f"{name.lower()}-{uuid4().hex[:12]}@example.com"
    account = {"email": email, "password": PASSWORD, "display_name": name}
    registered = await client.post("/auth/register", json=account)
    assert registered.status_code == 202, registered.text
    token = await get_token(client, email)
    return Caller(email, {"Authorization": f"Bearer {token}"}, client)


async def sign_in(client: httpx2.AsyncClient, email: str, **form: str) -> dict[str, Any]:
    """Sign in and return what the token endpoint answers."""
    data = {"grant_type": "password", "username": email, "password": PASSWORD} | form
    answer = await client.post("/auth/token", data=data)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def get_token(client: httpx2.AsyncClient, email: str, **form: str) -> str:
    """Sign in and return the access token."""
    return str((await sign_in(client, email, **form))["access_token"])


async def narrow(client: httpx2.AsyncClient, caller: Caller, scope: str) -> dict[str, str]:
    """Return the headers of a token of the same user that holds only some scopes."""
    return {"Authorization": f"Bearer {await get_token(client, caller.email, scope=scope)}"}
