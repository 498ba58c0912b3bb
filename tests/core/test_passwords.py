"""Password hashes."""

import asyncio
import time

import pytest

from app.core.security import HashCost, Passwords

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


async def test_the_event_loop_goes_on_while_a_password_is_hashed() -> None:
    passwords = Passwords(HashCost(bcrypt_rounds=9))
    password_hash = await passwords.hash("password")

    for work in (
        passwords.hash("password"),
        passwords.verify("password", password_hash),
        passwords.verify("password", None),
    ):
        task = asyncio.ensure_future(work)
        turns = 0
        while not task.done():
            await asyncio.sleep(0)
            turns += 1
        assert turns > 10


async def test_an_unknown_user_takes_as_long_as_a_wrong_password() -> None:
    passwords = Passwords(HashCost(bcrypt_rounds=9))
    known = await passwords.hash("password")

    async def fastest(password_hash: str | None) -> float:
        seconds = []
        for _ in range(4):
            started = time.perf_counter()
            assert not (await passwords.verify("another", password_hash)).valid
            seconds.append(time.perf_counter() - started)
        return min(seconds)

    assert 0.5 < await fastest(None) / await fastest(known) < 2
