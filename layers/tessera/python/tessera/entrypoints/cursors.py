"""Cursors of lists: opaque to callers, so that what they hold may change.

A cursor is not a secret and gives no right: the caller could have asked for the same page by
reading on. It is read as strictly as everything else from outside.
"""

from __future__ import annotations

import base64
import binascii

from tessera.domain.errors import InvalidInput

LIMIT_DEFAULT = 25
LIMIT_MAX = 100


def cursor(kind: str, position: str) -> str:
    """The cursor that continues a list of this kind after a position."""
    return base64.urlsafe_b64encode(f"{kind}:{position}".encode()).decode().rstrip("=")


def position(kind: str, text: str | None) -> str | None:
    """The position in a cursor; None without one. Raises InvalidInput for another list's."""
    if text is None:
        return None
    try:
        padded = text + "=" * (-len(text) % 4)
        found = base64.b64decode(padded, altchars=b"-_", validate=True).decode("ascii")
    except (binascii.Error, UnicodeError, ValueError):
        found = ""
    given, _, rest = found.partition(":")
    if given != kind or not rest:
        raise InvalidInput("cursor_malformed", field="cursor")
    return rest


def limit(text: str | None) -> int:
    """The number of elements asked for, 1 to 100."""
    if text is None:
        return LIMIT_DEFAULT
    if not (text.isascii() and text.isdecimal() and len(text) <= 3 and 1 <= int(text) <= LIMIT_MAX):
        raise InvalidInput("limit_out_of_range", field="limit", params={"limit_max": LIMIT_MAX})
    return int(text)
