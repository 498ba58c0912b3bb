"""Users as rows; over HTTP `clients.sign_up` registers them."""

from functools import cache
from uuid import uuid4

import httpx2
from fastapi import FastAPI
from passlib.context import CryptContext

from app.core.resources import Resources
from app.core.security import Role
from app.db.models.users import User
from tests.clients import PASSWORD, Caller


def new_user(email: str | None = None, name: str | None = None) -> User:
    """Return a user who cannot sign in, with an address of its own unless one is given."""
    return User(
        email=email or f"{uuid4().hex}@example.com",
        password_hash="-",
        role="user",
        display_name=name,
    )


async def signed_in(
    app: FastAPI, client: httpx2.AsyncClient, name: str, role: Role = "user"
) -> Caller:
    """Return a user with a session whose password is `PASSWORD`, and who got no mail.

    Registration and sign-in over HTTP take several times as long.
    """
    resources: Resources = app.state.resources
    user = new_user(f"{name.lower()}-{uuid4().hex[:12]}@example.com")
    user.password_hash, user.role, user.display_name = _hash(), role, name
    async with resources.database.write() as work:
        user = await work.users.add(user)
    token = await resources.sign_in.grants.open(user, scope=None)
    assert token is not None
    return Caller(user.email, {"Authorization": f"Bearer {token.access_token}"}, client)


@cache
def _hash() -> str:
    return CryptContext(["bcrypt_sha256"], bcrypt_sha256__rounds=4).hash(PASSWORD)
