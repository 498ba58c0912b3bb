"""Ranges of bytes (RFC 9110, section 14)."""

import re
from typing import NamedTuple

from app.core.exceptions import RangeNotSatisfiable

# No position in a file has more digits, and Python refuses to parse thousands of digits.
_RANGE = re.compile(r"bytes=[ \t]*([0-9]{0,18})-([0-9]{0,18})[ \t]*", re.IGNORECASE)


class Span(NamedTuple):
    """The first and the last byte of a part, counted from 0."""

    first: int
    last: int

    @property
    def size(self) -> int:
        """Return the number of bytes."""
        return self.last - self.first + 1


def requested_span(header: str, size: int) -> Span | None:
    """Return the part of a file that the header `Range` asks for.

    None means the whole file: a server ignores what it does not understand, such as other units,
    and may ignore several ranges (sections 14.2 and 15.3.7.2).

    Args:
        header: Such as `bytes=0-99`, `bytes=100-` or `bytes=-50`.
        size: Number of bytes of the file.

    Raises:
        RangeNotSatisfiable: The file ends before the range begins.
    """
    if (found := _RANGE.fullmatch(header)) is None:
        return None
    first, last = found.groups()
    if not first and not last:
        return None
    if first and last and int(last) < int(first):
        return None
    start = int(first) if first else max(0, size - int(last))
    if start >= size:
        raise RangeNotSatisfiable(size)
    end = int(last) if first and last else size - 1
    return Span(start, min(end, size - 1))
