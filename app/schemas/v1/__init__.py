# Code generated from spec/v1 by make generate. DO NOT EDIT.
"""The contract in Python types: models, replies and service interfaces."""

from app.schemas.v1.auth import AuthService, CreateToken200, RegisterUser201
from app.schemas.v1.health import HealthService
from app.schemas.v1.items import (
    CreateItem201,
    GetItem200,
    GetItem304,
    ItemsService,
    ListItems200,
    UpdateItem200,
)
from app.schemas.v1.models import (
    FieldError,
    FieldLocation,
    HealthCheck,
    Item,
    ItemCreate,
    ItemPage,
    ItemSort,
    ItemStatus,
    ItemUpdate,
    Liveness,
    OAuthError,
    OAuthErrorCode,
    Problem,
    Readiness,
    Token,
    TokenRequest,
    User,
    UserRegister,
    UserUpdate,
)
from app.schemas.v1.users import UsersService

__all__ = [
    "AuthService",
    "CreateItem201",
    "CreateToken200",
    "FieldError",
    "FieldLocation",
    "GetItem200",
    "GetItem304",
    "HealthCheck",
    "HealthService",
    "Item",
    "ItemCreate",
    "ItemPage",
    "ItemSort",
    "ItemStatus",
    "ItemUpdate",
    "ItemsService",
    "ListItems200",
    "Liveness",
    "OAuthError",
    "OAuthErrorCode",
    "Problem",
    "Readiness",
    "RegisterUser201",
    "Token",
    "TokenRequest",
    "UpdateItem200",
    "User",
    "UserRegister",
    "UserUpdate",
    "UsersService",
]
