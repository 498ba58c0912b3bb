"""A version of the API: what the application needs to serve it beside the others."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from fastapi import APIRouter

from app import schemas
from app.schemas.operation import Operation


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version of the contract with its routes.

    Attributes:
        name: The name of its folders, and of its part of the registry.
        prefix: The path of its `servers`, which precedes the path of every route.
        operations: Its operations by their ids.
        router: Makes the router of its routes, without the prefix.
        at_root: Routers that the newest version also serves without the prefix.
        services: Makes the services that its routes call of those of the newest version.
    """

    name: str
    prefix: str
    operations: Mapping[str, Operation]
    router: Callable[[], APIRouter]
    at_root: Sequence[APIRouter]
    services: Callable[[schemas.Services], object]
