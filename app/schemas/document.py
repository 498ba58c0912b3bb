"""The bundled contract of each version, as the service serves it."""

import hashlib
import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def contract_document(version: str) -> bytes:
    """Return the bundled contract of a version, byte for byte."""
    return (files("app.schemas") / version / "openapi.json").read_bytes()


@cache
def read_contract(version: str) -> Mapping[str, Any]:
    """Return the bundled contract of a version as JSON; callers share it, so none changes it."""
    contract: Mapping[str, Any] = json.loads(contract_document(version))
    return contract


@cache
def contract_digest(version: str) -> str:
    """Return the SHA-256 of a version's contract, which identifies its release."""
    return hashlib.sha256(contract_document(version)).hexdigest()
