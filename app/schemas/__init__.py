# Code generated from spec by make generate. DO NOT EDIT.
"""The contract in Python types: those of the newest version, which services implement."""

from app.schemas.v1 import *  # noqa: F403

VERSIONS: tuple[str, ...] = ("v1",)
