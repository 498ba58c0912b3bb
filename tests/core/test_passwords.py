"""Password hashes."""

import asyncio
import os
import threading
from collections.abc import Awaitable, Callable

import bcrypt
import pytest

from app.core.crypto.passwords import HashCost, Passwords
from app.core.exceptions import ServiceUnavailable
from tests.waiting import LIMIT_SECONDS, until

CHEAP = Passwords(HashCost(bcrypt_rounds=4))


@pytest.mark.parametrize(
    "password",
    ["correct horse battery", "ü李" * 40, "a\0b", " "],
    ids=["plain", "long", "NUL", "space"],
)
async def test_a_password_is_known_again_and_no_other_is(password: str) -> None:
    password_hash = await CHEAP.hash(password)

    assert (await CHEAP.verify(password, password_hash)).valid
    assert not (await CHEAP.verify(password + "x", password_hash)).valid


async def test_the_same_password_has_another_hash_every_time() -> None:
    assert await CHEAP.hash("password") != await CHEAP.hash("password")


@pytest.mark.parametrize(
    ("password", "other"),
    [("x" * 72 + "a", "x" * 72 + "b"), ("a\0b", "a\0c"), ("ü", "u\u0308")],
    ids=["after 72 bytes", "after NUL", "of two spellings"],
)
async def test_every_character_of_a_password_counts(password: str, other: str) -> None:
    assert not (await CHEAP.verify(other, await CHEAP.hash(password))).valid


class Gate:
    """Lets `bcrypt` begin only when the test says so; notes the cost of each call."""

    def __init__(self) -> None:
        self.costs: list[bytes] = []
        self.is_open = threading.Event()
        self._hashpw = bcrypt.hashpw

    def hashpw(self, password: bytes, salt: bytes) -> bytes:
        self.costs.append(salt[:7])
        assert self.is_open.wait(LIMIT_SECONDS), "the gate stayed closed"
        return self._hashpw(password, salt)


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Gate:
    gate = Gate()
    monkeypatch.setattr(bcrypt, "hashpw", gate.hashpw)
    return gate


@pytest.mark.parametrize("work", ["hash", "wrong", "unknown"])
async def test_the_event_loop_goes_on_while_a_password_is_hashed(gate: Gate, work: str) -> None:
    gate.is_open.set()
    known = await CHEAP.hash("password")
    gate.is_open.clear()
    gate.costs.clear()
    begin: dict[str, Callable[[], Awaitable[object]]] = {
        "hash": lambda: CHEAP.hash("password"),
        "wrong": lambda: CHEAP.verify("another", known),
        "unknown": lambda: CHEAP.verify("another", None),
    }

    task = asyncio.ensure_future(begin[work]())
    await until(lambda: bool(gate.costs))
    # The hash cannot end before the loop gets here.
    gate.is_open.set()
    await task


async def test_an_unknown_user_costs_as_many_hashes_as_a_wrong_password(gate: Gate) -> None:
    gate.is_open.set()
    passwords = Passwords(HashCost(bcrypt_rounds=5))
    known = await passwords.hash("password")
    await passwords.verify("another", None)  # The first one makes the hash to compare with.

    async def costs(password_hash: str | None) -> list[bytes]:
        gate.costs.clear()
        assert not (await passwords.verify("another", password_hash)).valid
        return list(gate.costs)

    assert await costs(None) == await costs(known) == [b"$2b$05$"]


async def test_beyond_the_queue_a_password_is_not_checked(gate: Gate) -> None:
    passwords = Passwords(HashCost(bcrypt_rounds=4), queue=1)
    threads = os.cpu_count() or 1
    running = [asyncio.ensure_future(passwords.hash("password")) for _ in range(threads)]
    await until(lambda: len(gate.costs) == threads)
    waiting = asyncio.ensure_future(passwords.hash("password"))
    await until(lambda: passwords.queued == 1)

    with pytest.raises(ServiceUnavailable):
        await passwords.hash("password")

    gate.is_open.set()
    await asyncio.gather(*running, waiting)
