"""Items over HTTP, as several test modules want them."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

from fastapi import FastAPI

from app.core.security import AccessTokens
from app.db.models.items import Item
from app.db.unit_of_work import Database
from tests.clients import Caller


async def create(caller: Caller, **fields: object) -> dict[str, Any]:
    """Create an item and return it."""
    answer = await caller.post("/items", {"name": "Oak table"} | fields)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def create_at_once(app: FastAPI, caller: Caller, names: Sequence[str]) -> None:
    """Create items in one transaction, so that PostgreSQL's clock gives all the same moment."""
    database: Database = app.state.resources.database
    tokens: AccessTokens = app.state.resources.access_tokens
    owner = tokens.read(caller.headers["Authorization"].removeprefix("Bearer ")).user_id
    async with database.write() as work:
        for name in names:
            await work.items.add(
                Item(owner_id=owner, name=name, description=None, status="draft", quantity=0)
            )


async def pages(caller: Caller, query: str = "") -> AsyncIterator[list[dict[str, Any]]]:
    """Give the pages of a list, one after the other."""
    cursor: str | None = ""
    while cursor is not None:
        answer = await caller.get(f"/items?{query}{cursor}")
        assert answer.status_code == 200, answer.text
        page = answer.json()
        yield page["items"]
        cursor = page["next"] and f"&cursor={page['next']}"


async def walk(caller: Caller, query: str = "") -> list[dict[str, Any]]:
    """Return all items of a list, page by page."""
    return [item async for page in pages(caller, query) for item in page]
