# Code generated from spec/v1 by make generate. DO NOT EDIT.
"""The services behind the operations, one for each tag of the contract."""

from dataclasses import dataclass

from app.schemas.v1.api_keys import ApiKeysService
from app.schemas.v1.auth import AuthService
from app.schemas.v1.exports import ExportsService
from app.schemas.v1.files import FilesService
from app.schemas.v1.health import HealthService
from app.schemas.v1.items import ItemsService
from app.schemas.v1.jwks import JwksService
from app.schemas.v1.sessions import SessionsService
from app.schemas.v1.users import UsersService
from app.schemas.v1.webhooks import WebhooksService


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """What the routes call; `app/core/dependencies.py` makes it once."""

    health: HealthService
    auth: AuthService
    jwks: JwksService
    sessions: SessionsService
    users: UsersService
    api_keys: ApiKeysService
    items: ItemsService
    exports: ExportsService
    files: FilesService
    webhooks: WebhooksService
