"""The keys of access tokens: one that signs, several that verify (RFC 7517, RFC 7638).

A key is `next`, `active` or `retired`. All of them verify; only the active one signs. A new key is
published as `next` before any token needs it. It stays as `retired` until its last token expires.
"""

import hashlib
import json
import os
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, Literal, Self

import jwt
from cryptography.hazmat.primitives.asymmetric import ec

from app.core.crypto.opaque import to_base64

Algorithm = Literal["ES256", "HS256"]
State = Literal["next", "active", "retired"]

_STATES = ("next", "active", "retired")
_REQUIRED_MEMBERS = {"EC": ("crv", "kty", "x", "y"), "oct": ("k", "kty")}
_ALGORITHMS: Mapping[str, Algorithm] = {"EC": "ES256", "oct": "HS256"}


@dataclass(frozen=True, slots=True)
class TokenKey:
    """One key as a JWK; its type determines the algorithm, never a token."""

    jwk: Mapping[str, str]
    state: State = "active"

    @property
    def kid(self) -> str:
        """Return the key's thumbprint (RFC 7638)."""
        members = {name: self.jwk[name] for name in _REQUIRED_MEMBERS[self.jwk["kty"]]}
        canonical = json.dumps(members, sort_keys=True, separators=(",", ":"))
        return to_base64(hashlib.sha256(canonical.encode()).digest())

    @property
    def algorithm(self) -> Algorithm:
        """Return the only algorithm for which this key is used."""
        return _ALGORITHMS[self.jwk["kty"]]

    @property
    def loaded(self) -> jwt.PyJWK:
        """Return the key in the form that PyJWT uses."""
        return jwt.PyJWK(dict(self.jwk), algorithm=self.algorithm)

    def require_private(self) -> None:
        """Accept a key that can sign.

        Raises:
            ValueError: It has no private part, or is not a key.
        """
        if not self.loaded.key or not {"d", "k"} & self.jwk.keys():
            raise ValueError(f"the key {self.kid} has no private part")

    def public(self) -> dict[str, str] | None:
        """Return the public part of the key; None for a symmetric key."""
        if self.jwk["kty"] != "EC":
            return None
        shown = {name: self.jwk[name] for name in ("kty", "crv", "x", "y")}
        return shown | {"kid": self.kid, "use": "sig", "alg": self.algorithm}


def make_signing_key(algorithm: Algorithm, state: State = "active") -> TokenKey:
    """Return a new random key."""
    if algorithm == "HS256":
        return TokenKey({"kty": "oct", "k": to_base64(secrets.token_bytes(32))}, state)
    numbers = ec.generate_private_key(ec.SECP256R1()).private_numbers()
    x, y = numbers.public_numbers.x, numbers.public_numbers.y
    members = {"x": x, "y": y, "d": numbers.private_value}
    encoded = {name: to_base64(value.to_bytes(32, "big")) for name, value in members.items()}
    return TokenKey({"kty": "EC", "crv": "P-256"} | encoded, state)


class KeyRing:
    """All keys of the service.

    Raises:
        ValueError: Not exactly one key is active, or a key occurs twice.
    """

    def __init__(self, keys: Sequence[TokenKey]) -> None:
        self.keys = tuple(keys)
        self._by_kid = {key.kid: key for key in keys}
        active = [key for key in keys if key.state == "active"]
        if len(active) != 1:
            raise ValueError(f"exactly one key has to have the state active, not {len(active)}")
        if len(self._by_kid) != len(keys):
            raise ValueError("a key occurs twice")
        self.active = active[0]

    def find(self, kid: object) -> TokenKey | None:
        """Return the key that a token names."""
        return self._by_kid.get(kid) if isinstance(kid, str) else None

    def published(self) -> list[dict[str, str]]:
        """Return the public keys, for the public JWK Set (RFC 7517, section 5)."""
        return [shown for key in self.keys if (shown := key.public()) is not None]

    def with_next(self, key: TokenKey) -> Self:
        """Return the keys with an additional one that verifies and does not sign yet."""
        return type(self)([*self.keys, replace(key, state="next")])

    def activated(self) -> Self:
        """Return the keys with the oldest `next` one active, and the active one retired.

        Raises:
            ValueError: No key has the state `next`.
        """
        waiting = [key for key in self.keys if key.state == "next"]
        if not waiting:
            raise ValueError("no key has the state next: add one, and deploy it first")
        states: dict[str, State] = {self.active.kid: "retired", waiting[0].kid: "active"}
        return type(self)([replace(k, state=states.get(k.kid, k.state)) for k in self.keys])

    def pruned(self) -> Self:
        """Return the keys without the retired ones."""
        return type(self)([key for key in self.keys if key.state != "retired"])


def read_keys(path: Path) -> KeyRing:
    """Return the keys of a JWK Set file with private keys, each with a member `state`.

    Raises:
        ValueError: The file is missing or malformed; the message names the file and the fix.
    """
    try:
        entries: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["keys"]
        keys = [_read_key(entry) for entry in entries]
        for key in keys:
            key.require_private()
        return KeyRing(keys)
    except (OSError, KeyError, TypeError, ValueError, jwt.PyJWTError) as error:
        raise ValueError(f"{path} is not a usable key file ({error}); run make keys") from error


def _read_key(entry: dict[str, Any]) -> TokenKey:
    if entry["kty"] not in _ALGORITHMS or entry.get("crv", "P-256") != "P-256":
        raise ValueError(f"the key type {entry['kty']} is not supported; use ES256 or HS256")
    if entry["state"] not in _STATES:
        raise ValueError(f"the state {entry['state']!r} is not one of {', '.join(_STATES)}")
    names = ("kty", "crv", "x", "y", "d", "k")
    return TokenKey({name: str(entry[name]) for name in names if name in entry}, entry["state"])


def write_keys(path: Path, ring: KeyRing, *, replacing: bool = True) -> None:
    """Write a key file atomically; only its owner can read it.

    Raises:
        FileExistsError: The file exists, and `replacing` is false.
    """
    entries = [dict(key.jwk) | {"kid": key.kid, "state": key.state} for key in ring.keys]
    path.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile("w", dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
        json.dump({"keys": entries}, file, indent=2)
    try:
        if replacing:
            os.replace(file.name, path)  # noqa: PTH105 - the file's name is a text
        else:
            os.link(file.name, path)
    finally:
        Path(file.name).unlink(missing_ok=True)
