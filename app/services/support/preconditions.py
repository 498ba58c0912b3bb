"""Entity tags: the version of a resource that a request refers to (RFC 9110, section 13)."""

import re

from app.core.exceptions import PreconditionFailed

_TAG = re.compile(r'(W/)?("[!#-~]*")')


def etag(version: int) -> str:
    """Return the strong entity tag of a version."""
    return f'"{version}"'


def is_unchanged(if_none_match: str | None, current: str) -> bool:
    """Return whether the caller already has this version; the comparison of tags is weak."""
    if if_none_match is None:
        return False
    tags = [tag for _, tag in _TAG.findall(if_none_match)]
    return if_none_match == "*" or current in tags


def require_match(if_match: str | None, current: str) -> None:
    """Check that the caller refers to this version; the comparison of tags is strong.

    Raises:
        PreconditionFailed: The version is none of those in `If-Match`.
    """
    if if_match is None or if_match == "*":
        return
    tags = [tag for weak, tag in _TAG.findall(if_match) if not weak]
    if current not in tags:
        raise PreconditionFailed("The resource is not the one that If-Match names; read it again.")
