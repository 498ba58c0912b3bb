# Code generated from spec/v1 by make generate. DO NOT EDIT.
"""The contract in Python types: models, replies and service interfaces."""

from app.schemas.v1.auth import AuthService, CreateToken200, RegisterUser201
from app.schemas.v1.health import HealthService
from app.schemas.v1.items import CreateItem201, ItemsService
from app.schemas.v1.models import (
    FieldError,
    FieldLocation,
    HealthCheck,
    Item,
    ItemCreate,
    ItemPage,
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
    "HealthCheck",
    "HealthService",
    "Item",
    "ItemCreate",
    "ItemPage",
    "ItemStatus",
    "ItemUpdate",
    "ItemsService",
    "Liveness",
    "OAuthError",
    "OAuthErrorCode",
    "Problem",
    "Readiness",
    "RegisterUser201",
    "Token",
    "TokenRequest",
    "User",
    "UserRegister",
    "UserUpdate",
    "UsersService",
]
