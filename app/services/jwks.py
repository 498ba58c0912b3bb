"""The public keys of access tokens."""

from typing import final

from app import schemas
from app.core.crypto.keys import KeyRing


@final
class Jwks(schemas.JwksService):
    """Shows the keys that verify."""

    def __init__(self, keys: KeyRing) -> None:
        self._keys = keys

    async def get_jwks(self) -> schemas.JwkSet:
        """Return the public keys, including those that do not sign yet or no longer."""
        return schemas.JwkSet.model_validate({"keys": self._keys.published()})
