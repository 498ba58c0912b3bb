"""The same operations as a team would write them by hand: FastAPI, SQLAlchemy and a token check.

It has no rate limits, sessions, cache, metrics, problems or checks against a contract.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Annotated
from uuid import UUID

import jwt
from fastapi import Depends, FastAPI, Form, Header, HTTPException, Query, Request, Response
from fastapi.security import OAuth2PasswordBearer
from passlib.hash import bcrypt_sha256
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from starlette.concurrency import run_in_threadpool

from app.db.models.items import Item
from app.db.models.users import User

SECRET = "a secret of the benchmark, long enough"


class ItemIn(BaseModel):
    """What it takes to create an item."""

    name: Annotated[str, Field(min_length=1, max_length=200)]
    description: Annotated[str | None, Field(max_length=2000)] = None
    quantity: Annotated[int, Field(ge=0, le=1_000_000)] = 0


class ItemOut(BaseModel):
    """An item as clients see it."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    name: str
    description: str | None
    status: str
    quantity: int
    created_at: datetime
    updated_at: datetime


class Page(BaseModel):
    """Items, and where the next page starts."""

    items: list[ItemOut]
    next: str | None


async def session(request: Request) -> AsyncIterator[AsyncSession]:
    """Give a session of the database."""
    async with request.app.state.sessions() as opened:
        yield opened


bearer = OAuth2PasswordBearer("auth/token")
Session = Annotated[AsyncSession, Depends(session)]


def current_user(token: Annotated[str, Depends(bearer)]) -> UUID:
    """Return whose token it is."""
    try:
        return UUID(jwt.decode(token, SECRET, algorithms=["HS256"])["sub"])
    except jwt.InvalidTokenError as error:
        raise HTTPException(401) from error


CurrentUser = Annotated[UUID, Depends(current_user)]


def make_app(database_url: str, pool_size: int) -> FastAPI:
    """Return the application."""
    engine = create_async_engine(database_url, pool_size=pool_size)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.sessions = async_sessionmaker(engine, expire_on_commit=False)
        yield
        await engine.dispose()

    app = FastAPI(lifespan=lifespan)
    _add_routes(app)
    return app


def _add_routes(app: FastAPI) -> None:
    app.get("/api/v1/health/live")(live)
    app.post("/api/v1/auth/token")(log_in)
    app.get("/api/v1/items")(list_items)
    app.post("/api/v1/items", status_code=201)(create_item)
    app.get("/api/v1/items/{item_id}", response_model=ItemOut)(get_item)


async def live() -> dict[str, str]:
    """Say that the process runs."""
    return {"status": "ok"}


async def log_in(
    session: Session, username: Annotated[str, Form()], password: Annotated[str, Form()]
) -> dict[str, str]:
    """Exchange a password for a token."""
    user = await session.scalar(select(User).where(User.email == username))
    if user is None or not await run_in_threadpool(
        bcrypt_sha256.verify, password, user.password_hash
    ):
        raise HTTPException(401)
    return {"access_token": make_token(user.id), "token_type": "bearer"}


def make_token(user_id: UUID) -> str:
    """Return a token of a user."""
    return jwt.encode({"sub": str(user_id)}, SECRET, algorithm="HS256")


async def list_items(
    session: Session,
    user: CurrentUser,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    cursor: datetime | None = None,
) -> Page:
    """Return a page of the caller's items, the newest first."""
    query = select(Item).where(Item.owner_id == user)
    if cursor is not None:
        query = query.where(Item.created_at < cursor)
    newest = query.order_by(Item.created_at.desc(), Item.id.desc()).limit(limit + 1)
    rows = (await session.scalars(newest)).all()
    last = rows[limit - 1].created_at.isoformat() if len(rows) > limit else None
    return Page(items=[ItemOut.model_validate(row) for row in rows[:limit]], next=last)


async def create_item(session: Session, user: CurrentUser, body: ItemIn) -> ItemOut:
    """Create an item of the caller."""
    item = Item(
        owner_id=user,
        name=body.name,
        description=body.description,
        status="draft",
        quantity=body.quantity,
    )
    session.add(item)
    await session.commit()
    return ItemOut.model_validate(item)


async def get_item(
    session: Session,
    user: CurrentUser,
    item_id: UUID,
    response: Response,
    if_none_match: Annotated[str | None, Header()] = None,
) -> Item | Response:
    """Return one of the caller's items."""
    item = await session.scalar(select(Item).where(Item.id == item_id, Item.owner_id == user))
    if item is None:
        raise HTTPException(404)
    response.headers["etag"] = etag = f'"{item.version}"'
    if if_none_match == etag:
        return Response(status_code=304, headers={"etag": etag})
    return item
