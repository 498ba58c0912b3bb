"""The callers of the matrix: what each of them sends."""

from collections.abc import Awaitable, Callable, Hashable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from fastapi import FastAPI
from sqlalchemy import update

from app.db.base import DatabaseNow
from app.db.models.api_keys import ApiKey
from app.schemas.operation import Operation
from tests import api_keys
from tests.access.matrix import KEY_SCOPES, USER_SCOPES, asked
from tests.api_keys import HEADER
from tests.clients import Caller, get_token, sign_in, sign_up
from tests.tokens import issue
from tests.users import signed_in

T = TypeVar("T")
Headers = dict[str, str]


@dataclass(frozen=True)
class Stage:
    """The running application, and three people.

    Attributes:
        kept: What several cells use and none changes, by what it is.
    """

    app: FastAPI
    user: Caller
    other: Caller
    admin: Caller
    kept: dict[Hashable, Any] = field(default_factory=dict)

    async def keep(self, name: Hashable, make: Callable[[], Awaitable[T]]) -> T:
        """Return what was made under this name; the first caller makes it."""
        if name not in self.kept:
            self.kept[name] = await make()
        found: T = self.kept[name]
        return found

    async def with_new_people(self) -> "Stage":
        """Return a stage that an operation may leave unusable."""
        client = self.user.client
        return Stage(
            self.app,
            user=await signed_in(self.app, client, "Ada"),
            other=await signed_in(self.app, client, "Bob"),
            admin=await signed_in(self.app, client, "Root", role="admin"),
        )


async def _anonymous(_: Stage, __: Operation) -> Headers:
    return {}


async def _user(stage: Stage, _: Operation) -> Headers:
    return stage.user.headers


async def _other_user(stage: Stage, _: Operation) -> Headers:
    return stage.other.headers


async def _admin(stage: Stage, _: Operation) -> Headers:
    return stage.admin.headers


async def _expired_token(stage: Stage, _: Operation) -> Headers:
    profile = (await stage.user.get("/users/me")).json()
    past = datetime.now(UTC) - timedelta(hours=1)
    moments = {"iat": past, "nbf": past, "exp": past + timedelta(minutes=10)}
    token = issue(stage.app.state.settings, sub=profile["id"], **moments)
    return {"Authorization": f"Bearer {token}"}


async def _revoked_token(stage: Stage, _: Operation) -> Headers:
    client = stage.user.client
    tokens = await sign_in(client, stage.user.email)
    await client.post("/auth/revoke", data={"token": tokens["refresh_token"]})
    return {"Authorization": f"Bearer {tokens['access_token']}"}


async def _wrong_scope(stage: Stage, operation: Operation) -> Headers:
    scope = " ".join(sorted(USER_SCOPES - asked(operation)))
    user = stage.user
    token = await stage.keep(scope, lambda: get_token(user.client, user.email, scope=scope))
    return {"Authorization": f"Bearer {token}"}


# part api_keys
async def _api_key(stage: Stage, _: Operation) -> Headers:
    return {HEADER: (await api_keys.create(stage.user))["key"]}


async def _key_without_scope(stage: Stage, operation: Operation) -> Headers:
    scopes = sorted(KEY_SCOPES - asked(operation))
    key = await stage.keep(tuple(scopes), lambda: api_keys.create(stage.user, scopes=scopes))
    return {HEADER: key["key"]}


async def _revoked_key(stage: Stage, _: Operation) -> Headers:
    key = await api_keys.create(stage.user)
    await stage.user.delete(f"/api-keys/{key['id']}")
    return {HEADER: key["key"]}


async def _expired_key(stage: Stage, _: Operation) -> Headers:
    key = await api_keys.create(stage.user)
    async with stage.app.state.resources.database.write() as work:
        this = ApiKey.id == UUID(key["id"])
        await work.session.execute(update(ApiKey).where(this).values(expires_at=DatabaseNow(-1)))
    return {HEADER: key["key"]}


async def _key_of_disabled_user(stage: Stage, _: Operation) -> Headers:
    eve = await sign_up(stage.user.client, "Eve")
    key = await api_keys.create(eve)
    profile = (await eve.get("/users/me")).json()
    await stage.admin.patch(f"/users/{profile['id']}", {"disabled": True})
    return {HEADER: key["key"]}


# end part


Credentials = Callable[[Stage, Operation], Awaitable[Headers]]


def _once(make: Credentials) -> Credentials:
    """Make credentials once that are the same for every operation."""

    async def keep(stage: Stage, operation: Operation) -> Headers:
        return await stage.keep(make, lambda: make(stage, operation))

    return keep


CREDENTIALS: Mapping[str, Credentials] = {
    "anonymous": _anonymous,
    "user": _user,
    "other user": _other_user,
    "admin": _admin,
    "expired token": _once(_expired_token),
    "revoked token": _once(_revoked_token),
    "wrong scope": _wrong_scope,
    # part api_keys
    "API key": _once(_api_key),
    "key without scope": _key_without_scope,
    "revoked key": _once(_revoked_key),
    "expired key": _once(_expired_key),
    "key of disabled user": _once(_key_of_disabled_user),
    # end part
}
