"""The public keys of access tokens."""

from typing import final

from app.core.crypto.keys import KeyRing
from app.schemas import v1


@final
class Jwks(v1.JwksService):
    """Shows the keys that verify."""

    def __init__(self, keys: KeyRing) -> None:
        self._keys = keys

    async def get_jwks(self) -> v1.JwkSet:
        """Return the public keys, those of the future and the past among them."""
        return v1.JwkSet.model_validate({"keys": self._keys.published()})
