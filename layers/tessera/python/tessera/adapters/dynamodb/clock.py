"""Business time: the wall clock, moved by an offset that the table holds outside production."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from tessera.adapters.dynamodb import keys
from tessera.adapters.dynamodb.table import Store
from tessera.domain.errors import Forbidden

CACHE_S = 0.5


def wall_clock_ms() -> int:
    """Milliseconds since the epoch, by the machine."""
    return time.time_ns() // 1_000_000


@dataclass(slots=True)
class WallClock:
    """`ports.Clock` for production, where business time is the wall's."""

    wall_ms: Callable[[], int] = wall_clock_ms

    def now_ms(self) -> int:
        return self.wall_ms()


@dataclass(slots=True)
class MovableClock:
    """`ports.Clock` for every other stage: wall time plus the stack's offset (X-08).

    The offset is read again after half a second, so that a moved clock is seen by every
    function at once. Tokens and TLS never use it.
    """

    store: Store
    wall_ms: Callable[[], int] = wall_clock_ms
    monotonic: Callable[[], float] = time.monotonic
    _offset_ms: int = 0
    _read_at_s: float = field(default=float("-inf"))

    def now_ms(self) -> int:
        now_s = self.monotonic()
        if now_s - self._read_at_s >= CACHE_S:
            item = self.store.get(keys.CLOCK, "S")
            offset = item["o"] if item else 0
            assert isinstance(offset, int)
            self._offset_ms, self._read_at_s = offset, now_s
        return self.wall_ms() + self._offset_ms

    def set_offset_ms(self, offset_ms: int) -> None:
        """Move business time for the whole stack; it never goes back (design §2)."""
        item = self.store.get(keys.CLOCK, "S")
        before = item["o"] if item else 0
        assert isinstance(before, int)
        if offset_ms < before:
            raise Forbidden("clock_goes_back")
        self.store.put({"pk": keys.CLOCK, "sk": "S", "t": "S", "sv": 1, "o": offset_ms})
        self._read_at_s = float("-inf")
