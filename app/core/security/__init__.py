"""Passwords, tokens, keys, page cursors and what roles may do."""

from app.core.security.cursors import Cursors
from app.core.security.keys import KeyRing, TokenKey, make_key, read_keys, write_keys
from app.core.security.opaque import (
    RefreshTokens,
    derive_secret,
    digest,
    make_secret,
    seal,
    to_base64,
    unseal,
)
from app.core.security.passwords import HashCost, PasswordPolicy, Passwords
from app.core.security.principals import ROLE_SCOPES, Principal, Role
from app.core.security.tokens import AccessTokens, invalid_token

__all__ = [
    "ROLE_SCOPES",
    "AccessTokens",
    "Cursors",
    "HashCost",
    "KeyRing",
    "PasswordPolicy",
    "Passwords",
    "Principal",
    "RefreshTokens",
    "Role",
    "TokenKey",
    "derive_secret",
    "digest",
    "invalid_token",
    "make_key",
    "make_secret",
    "read_keys",
    "seal",
    "to_base64",
    "unseal",
    "write_keys",
]
