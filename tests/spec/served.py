"""A small foreign contract, adopted, generated and served in this process."""

import json
import sys
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from importlib import import_module
from itertools import count
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any, get_type_hints
from uuid import UUID

import httpx2
from fastapi import APIRouter, FastAPI

from app.api.errors import add_error_handlers
from app.api.middleware import add_middleware
from app.api.request.conformance import Conformance
from app.api.request.contract import Node
from app.api.request.limits import rate_limits
from app.api.request.rules import Rules
from app.core.config import Settings
from app.core.exceptions import Unauthorized
from app.core.rate_limit import Decision
from app.core.security import Principal
from app.schemas.reply import Reply
from spec.tools.generate import generate
from spec.tools.target import Target
from tests.spec.adopt.foreign import Foreign

DEPS = """
from fastapi import Request
from app.core.security import Principal
from {schemas} import Services

async def services(request: Request) -> Services:
    return request.app.state.services

async def principal(request: Request) -> Principal:
    return request.state.principal

async def optional_principal(request: Request) -> Principal | None:
    return request.state.principal
"""
_numbers = count()


class _Tokens:
    def read(self, token: str) -> Principal:
        if token != "good":
            raise Unauthorized("No such token.")
        return Principal(user_id=UUID(int=1), scopes=frozenset())


class _Keys:
    def last_owner(self, _: str) -> None:
        return None

    async def authenticate(self, key: str) -> Principal:
        return _Tokens().read(key)


class _Limiter:
    async def hit(self, *_: object, **__: object) -> Decision:
        return Decision(allowed=True, quotas=())

    async def take_back(self, *_: object) -> None:
        return None


def make_app(root: Path, text: str, services: dict[str, type] | None = None) -> FastAPI:
    """Return an application of an OpenAPI document.

    Args:
        root: An empty folder.
        text: The document.
        services: Names of tags in Python → what the methods are taken from. Other operations answer
            with what the contract gives.
    """
    package = f"served{next(_numbers)}"
    foreign = Foreign(root, {"openapi.yaml": text})
    foreign.adopt()
    _generate(root, package)
    sys.path.insert(0, str(root))
    try:
        operations = import_module(f"{package}.schemas.v1.operations")
        routers = import_module(f"{package}.routes").ROUTERS
        kinds = get_type_hints(import_module(f"{package}.schemas.v1.services").Services)
    finally:
        sys.path.remove(str(root))
    document = json.loads((root / package / "schemas/v1/openapi.json").read_text())
    app = app_of(routers, operations, document)
    app.state.resources = SimpleNamespace(
        access_tokens=_Tokens(), api_keys=_Keys(), limiter=_Limiter()
    )
    own = services or {}
    made = {
        name: type("Made", (*([own[name]] if name in own else []), kind), {})()
        for name, kind in kinds.items()
    }
    app.state.services = SimpleNamespace(**made)
    return app


def app_of(
    routers: Iterable[APIRouter], operations: ModuleType, document: Node, version: str = "v1"
) -> FastAPI:
    """Return an application of generated routers; it has neither resources nor services."""
    app = FastAPI(openapi_url=None, redirect_slashes=False)
    app.state.settings = settings = Settings(unimplemented="mock")
    known = operations.OPERATIONS.values()
    conformance = Conformance(document, digest="", check_bodies=True)
    rules = Rules(conformance, rate_limits(known, settings), settings, frozenset())
    app.state.rules = {version: rules}
    for router in routers:
        app.include_router(router, prefix=operations.PREFIX)
    add_error_handlers(app)
    add_middleware(app, settings, (), ())
    return app


def _generate(root: Path, package: str) -> None:
    target = Target(
        contract=root / "spec" / "v1" / "openapi.yaml",
        schemas=root / package / "schemas" / "v1",
        schemas_name=f"{package}.schemas.v1",
        routes=root / package / "routes",
        routes_name=f"{package}.routes",
        services=None,
        deps=f"{package}.deps",
        root=root,
    )
    generate([target])
    (root / package / "deps.py").write_text(DEPS.format(schemas=f"{package}.schemas.v1"))


@asynccontextmanager
async def client_of(app: FastAPI) -> AsyncIterator[httpx2.AsyncClient]:
    """Return a client of an application that needs no start."""
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://served") as client:
        yield client


class Echo:
    """Answers every operation with the body that it was sent."""

    def __getattribute__(self, name: str) -> Any:  # noqa: ANN401 - a method of any operation
        own = object.__getattribute__(self, name)
        if name.startswith("_"):
            return own
        returns = get_type_hints(own)["return"]
        is_reply = isinstance(returns, type) and issubclass(returns, Reply)

        async def echo(body: object, **_: object) -> object:
            return returns(body=body) if is_reply else body

        return echo
