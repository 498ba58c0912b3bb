"""`python -m app.manage seed`: sample data for development and load tests."""

import argparse
import asyncio
import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection
from uuid_utils.compat import uuid7

from app.core.config import Settings, WrongSettings
from app.core.crypto.passwords import HashCost, Passwords
from app.db.engine import make_engine
from app.db.models.items import Item
from app.db.models.users import User

PASSWORD = "development only"  # noqa: S105 - production is refused
PEOPLE = ("Ada", "Bob", "Chen", "Dipa", "Emeka", "Freya", "Goro", "Hana")

_BATCH = 10_000
_SPAN = timedelta(days=365)
_LOOKS = ("Old", "Plain", "Red", "Small", "Round", "Folding", "Painted", "Heavy", "Light", "Tall")
_MATERIALS = ("oak", "ash", "elm", "steel", "brass", "linen", "leather", "glass", "cork", "clay")
_THINGS = ("table", "chair", "lamp", "shelf", "bench", "vase", "box", "stool", "mirror", "clock")
_NOTES = (None, None, "With drawers.", "Needs repair.", "From the workshop.", "Set of four.")
_STATUSES = ("draft", "active", "active", "active", "active", "archived")


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `seed` to a command line."""
    parser = commands.add_parser("seed", help="add sample items and users; not in production")
    parser.add_argument("--items", type=int, default=1000, help="items to add (default: 1000)")
    parser.add_argument("--users", type=int, default=5, help="users who own them (default: 5)")
    parser.set_defaults(run=run_seed)


def run_seed(settings: Settings, arguments: argparse.Namespace) -> None:
    """Add sample data to the database of the settings.

    Raises:
        WrongSettings: The settings are those of production.
    """
    if settings.in_production:
        raise WrongSettings("ENVIRONMENT: production refuses sample data; set development")
    asyncio.run(seed(settings, items=arguments.items, users=arguments.users))


async def seed(settings: Settings, *, items: int, users: int) -> list[UUID]:
    """Add items, owned by users who are created if they do not exist.

    Returns:
        The users' ids. Their addresses are like `ada@example.com`; their password is `PASSWORD`.
    """
    engine = make_engine(settings)
    try:
        async with engine.begin() as connection:
            owners = await _find_or_add_users(connection, settings, users)
        for start in range(0, items, _BATCH):
            places = range(start, min(start + _BATCH, items))
            async with engine.begin() as connection:
                await _add_items(connection, list(_make_items(owners, places, items)))
    finally:
        await engine.dispose()
    return owners


async def _find_or_add_users(
    connection: AsyncConnection, settings: Settings, count: int
) -> list[UUID]:
    names = [PEOPLE[n % len(PEOPLE)] + str(n // len(PEOPLE) or "") for n in range(count)]
    emails = {f"{name.lower()}@example.com": name for name in names}
    known = await connection.scalars(select(User.email).where(User.email.in_(emails)))
    if missing := emails.keys() - set(known):
        password_hash = await Passwords(HashCost(bcrypt_rounds=settings.bcrypt_rounds)).hash(
            PASSWORD
        )
        fields = {"password_hash": password_hash, "role": "user", "version": 1}
        rows = [{"email": email, "display_name": emails[email]} | fields for email in missing]
        await connection.execute(insert(User), rows)
    return list(await connection.scalars(select(User.id).where(User.email.in_(emails))))


def _make_items(
    owners: Sequence[UUID], places: Sequence[int], total: int
) -> Iterator[dict[str, Any]]:
    """Yield the items at these places in a history of `total` items, the oldest first."""
    choice = random.choice
    begin = datetime.now(UTC) - _SPAN
    for place in places:
        created_at = begin + _SPAN * ((place + random.random()) / total)
        age = datetime.now(UTC) - created_at
        yield {
            "id": uuid7(nanoseconds=int(created_at.timestamp() * 1e9)),
            "owner_id": choice(owners),
            "name": f"{choice(_LOOKS)} {choice(_MATERIALS)} {choice(_THINGS)}",
            "description": choice(_NOTES),
            "status": choice(_STATUSES),
            "quantity": int(random.expovariate(0.1)),
            "created_at": created_at,
            "updated_at": created_at + age * random.random() ** 3,
            "version": 1,
        }


async def _add_items(connection: AsyncConnection, rows: Sequence[dict[str, Any]]) -> None:
    if connection.dialect.name == "sqlite":
        await connection.execute(insert(Item), rows)
        return
    # COPY takes half the time of INSERT.
    driver: Any = (await connection.get_raw_connection()).driver_connection
    columns = ", ".join(rows[0])
    async with driver.cursor() as cursor, cursor.copy(f"COPY items ({columns}) FROM STDIN") as copy:
        for row in rows:
            await copy.write_row(tuple(row.values()))
