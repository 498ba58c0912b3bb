"""The signing keys of every application that the tests start."""

from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from app.core.crypto.keys import KeyRing, make_signing_key, write_keys


@cache
def keys_file() -> Path:
    """Return a file with a fresh key, the same in the whole session."""
    file = Path(mkdtemp(prefix="test-keys-")) / "keys.json"
    write_keys(file, KeyRing([make_signing_key("ES256")]))
    return file
