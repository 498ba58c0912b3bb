# Code generated from spec/v1/jwks.yaml by make generate. DO NOT EDIT.
"""Public keys of the access tokens: what a service implements and what it may reply."""

from typing import Protocol

from app.schemas.v1 import models


class JwksService(Protocol):
    """Public keys of the access tokens."""

    async def get_jwks(
        self,
    ) -> models.JwkSet:
        """Read the public keys.

        GET /.well-known/jwks.json; errors: 500.
        """
        raise NotImplementedError("getJwks")
