"""The bundled contract of each version, as the service serves it."""

import hashlib
from importlib.resources import files


def contract_document(version: str) -> bytes:
    """Return the bundled contract of a version, byte for byte."""
    return (files("app.schemas") / version / "openapi.json").read_bytes()


def contract_digest(version: str) -> str:
    """Return the SHA-256 of a version's contract, which identifies its release."""
    return hashlib.sha256(contract_document(version)).hexdigest()
