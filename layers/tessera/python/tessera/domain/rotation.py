"""Rotating codes: a value that a card shows for thirty seconds (RFC 6238, as Google Wallet has it).

The counter is the number of the thirty seconds since the epoch; the value is its HMAC-SHA1,
truncated to eight digits. A phone's clock may be one step off, no more.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable

from tessera.domain.codes import ROTATION_LENGTH

PERIOD_S = 30
SKEW_STEPS = 1


def counter_at(now_ms: int) -> int:
    """Which thirty seconds an instant lies in."""
    return now_ms // (PERIOD_S * 1000)


def rotation(secret: bytes, counter: int) -> str:
    """The value that is shown in those thirty seconds."""
    # SHA-1 is what Google's totpDetails offers; an HMAC does not rest on its collisions.
    digest = hmac.new(secret, counter.to_bytes(8, "big"), hashlib.sha1).digest()
    start = digest[-1] & 15
    number = int.from_bytes(digest[start : start + 4], "big") & 0x7FFF_FFFF
    return str(number % 10**ROTATION_LENGTH).zfill(ROTATION_LENGTH)


def counter_of(
    secrets: Iterable[bytes], value: str, now_ms: int, steps: int = SKEW_STEPS
) -> int | None:
    """The thirty seconds of which a value is, now or so many steps aside; None for any other.

    Every candidate is compared whole, whichever fits: the time taken tells nothing.
    """
    here = counter_at(now_ms)
    found: int | None = None
    for secret in secrets:
        for counter in range(here - steps, here + steps + 1):
            same = hmac.compare_digest(rotation(secret, counter), value)
            found = counter if same else found
    return found
