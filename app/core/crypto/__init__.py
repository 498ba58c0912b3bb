"""Cryptography: keys, hashes, opaque secrets and page cursors."""
