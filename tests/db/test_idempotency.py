"""Effects that happen once per key, whatever operation they belong to."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import ClassVar
from uuid import uuid4

import pytest
from pydantic import BaseModel
from sqlalchemy import func, select

from app.core.exceptions import Conflict, ValidationFailed
from app.core.security import Principal
from app.db.models.users import User
from app.db.repositories.idempotency_keys import KeyName
from app.db.unit_of_work import Database, UnitOfWork
from app.schemas.operation import Operation
from app.schemas.reply import Replayed, Reply
from app.services.support.idempotency import Idempotency, fingerprint
from tests.users import new_user

OPERATION = Operation(
    operation_id="createThing",
    method="post",
    path="/things",
    tag="things",
    statuses=frozenset({201}),
)
DUPLICATES = 20


class Thing(BaseModel):
    """The body of a request and of its reply."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Created(Reply):
    """The only reply."""

    status: ClassVar[int] = 201

    body: Thing


class Things:
    """A use case: each effect is a user with an address of this test."""

    def __init__(self, database: Database, *, life_seconds: int = 60) -> None:
        self.database = database
        self.domain = f"{uuid4().hex}.example.com"
        self.principal = Principal(user_id=uuid4(), scopes=frozenset())
        self._idempotency = Idempotency(
            database, contract="c", lease_seconds=60, life_seconds=life_seconds
        )

    async def create(
        self,
        name: str = "Oak",
        *,
        key: str | None = "k",
        principal: Principal | None = None,
        then: Callable[[], Awaitable[object]] | None = None,
    ) -> Created | Replayed:
        """Create a thing; `then` runs before its commit."""

        async def effect(work: UnitOfWork) -> Created:
            await work.users.add(new_user(f"{uuid4().hex}@{self.domain}", name))
            if then is not None:
                await then()
            return Created(body=Thing(name=name))

        return await self._idempotency.run(
            effect,
            operation=OPERATION,
            principal=principal or self.principal,
            key=key,
            body=Thing(name=name),
        )

    async def claim(self, *, lease_seconds: int) -> None:
        """Leave the key as a process does that dies before the effect."""
        name = KeyName(principal_id=self.principal.user_id, operation="createThing", key="k")
        digest = fingerprint(Thing(name="Oak"))
        async with self.database.write() as work:
            await work.idempotency_keys.claim(
                name, digest, lease_seconds=lease_seconds, life_seconds=60
            )

    async def count(self) -> int:
        """Return how many effects there were."""
        ours = select(func.count()).where(User.email.endswith(f"@{self.domain}"))
        async with self.database.read() as work:
            return await work.session.scalar(ours) or 0


@pytest.fixture
def things(database: Database) -> Things:
    return Things(database)


async def test_a_repeat_gets_the_first_reply_and_has_no_effect(things: Things) -> None:
    first, again = await things.create(), await things.create()

    assert isinstance(first, Created)
    assert isinstance(again, Replayed)
    assert (again.status, again.body) == (201, '{"name":"Oak"}')
    assert await things.count() == 1


async def test_without_a_key_every_request_has_its_effect(things: Things) -> None:
    await things.create(key=None)
    await things.create(key=None)

    assert await things.count() == 2


async def test_a_key_with_another_body_is_refused(things: Things) -> None:
    await things.create("Oak")

    with pytest.raises(ValidationFailed) as refused:
        await things.create("Elm")

    assert [error.code for error in refused.value.errors] == ["key-reused"]
    assert await things.count() == 1


async def test_each_caller_has_keys_of_its_own(things: Things) -> None:
    await things.create("Oak")

    other = Principal(user_id=uuid4(), scopes=frozenset())
    assert isinstance(await things.create("Elm", principal=other), Created)


async def test_an_expired_key_is_a_new_one(database: Database) -> None:
    things = Things(database, life_seconds=-1)

    await things.create("Oak")

    assert isinstance(await things.create("Elm"), Created)


async def test_of_many_duplicates_at_once_one_has_an_effect(things: Things) -> None:
    replies = await asyncio.gather(
        *(things.create() for _ in range(DUPLICATES)), return_exceptions=True
    )

    assert await things.count() == 1
    assert [reply for reply in replies if isinstance(reply, Created)] == [
        Created(body=Thing(name="Oak"))
    ]
    assert {type(reply) for reply in replies} <= {Created, Replayed, Conflict}


async def test_a_repeat_meets_the_first_request_still_running(things: Things) -> None:
    await things.claim(lease_seconds=60)

    with pytest.raises(Conflict, match="still running"):
        await things.create()


async def test_a_request_that_died_is_done_by_its_repeat(things: Things) -> None:
    await things.claim(lease_seconds=-1)

    assert isinstance(await things.create(), Created)


@pytest.mark.parametrize("error", [KeyError("x"), asyncio.CancelledError()], ids=repr)
async def test_a_request_that_failed_gives_its_key_back(
    things: Things, error: BaseException
) -> None:
    async def fail() -> None:
        raise error

    with pytest.raises(type(error)):
        await things.create(then=fail)

    assert await things.count() == 0
    assert isinstance(await things.create(), Created)


def test_a_release_that_adds_an_optional_field_recognises_earlier_bodies() -> None:
    class Before(BaseModel):
        name: str
        size: int = 0

    class After(BaseModel):
        colour: str | None = None
        size: int = 0
        name: str

    assert fingerprint(Before(name="a", size=3)) == fingerprint(After(name="a", size=3))
