"""The largest body of a request, enforced before and while it is read."""

from typing import cast

from starlette.types import Message, Receive, Scope

from app.core.exceptions import ContentTooLarge
from app.schemas.operation import Operation

# No size in bytes has more digits, and Python refuses to parse thousands of digits.
_MAX_DIGITS = 18


def max_body_bytes(operation: Operation) -> int | None:
    """Return the operation's `x-max-body-bytes`; None where the setting applies."""
    return cast("int | None", operation.extensions.get("x-max-body-bytes"))


def limited(scope: Scope, receive: Receive, max_bytes: int) -> Receive:
    """Return what receives a body of at most `max_bytes`; it raises ContentTooLarge for more.

    Raises:
        ContentTooLarge: The header Content-Length declares more.
    """
    for name, length in scope["headers"]:
        is_size = name == b"content-length" and length.isdigit()
        if is_size and (len(length) > _MAX_DIGITS or int(length) > max_bytes):
            raise ContentTooLarge(max_bytes)
    received = 0

    async def hear() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > max_bytes:
            raise ContentTooLarge(max_bytes)
        return message

    return hear
