"""The bundled contract, as the service serves it."""

import hashlib
from importlib.resources import files


def contract_document() -> bytes:
    """Return the bundled contract, byte for byte."""
    return (files("app.schemas.v1") / "openapi.json").read_bytes()


def contract_digest() -> str:
    """Return the SHA-256 of the contract, which identifies its release."""
    return hashlib.sha256(contract_document()).hexdigest()
