"""One rate of calls for all containers: a row that says when the next call may begin.

This is the generic cell rate algorithm with a row for its one number. A container takes several
turns at a time, so that the row costs a write for each handful of calls and not for each.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from tessera.adapters.dynamodb import keys
from tessera.adapters.dynamodb.table import Absent, Condition, Equals, Item, Store

ATTEMPTS_MAX = 12
CLASH_PAUSE_S = 0.02


@dataclass
class StoreRate:
    """Turns of one name, `interval_ms` apart, in the order in which they were asked for."""

    store: Store
    name: str
    interval_ms: int
    wall_ms: Callable[[], int]
    sleep: Callable[[float], None] = time.sleep
    _known_ms: int = field(default=0, init=False)
    """When the next turn began when we last looked: saves most of the reads."""

    def take(self, count: int, patience_ms: int) -> Sequence[int]:
        """The instants (wall milliseconds) at which `count` calls may begin.

        Empty where the first of them would begin later than `patience_ms` from now, or where too
        many others take turns at the same moment.
        """
        for _ in range(ATTEMPTS_MAX):
            now_ms = self.wall_ms()
            first_ms = max(now_ms, self._known_ms)
            if first_ms - now_ms > patience_ms:
                if not self._look():
                    return ()
                first_ms = max(self.wall_ms(), self._known_ms)
                if first_ms - self.wall_ms() > patience_ms:
                    return ()
            following_ms = first_ms + count * self.interval_ms
            if self._move(following_ms):
                return range(first_ms, following_ms, self.interval_ms)
            self._look()
            self.sleep(random.uniform(0, CLASH_PAUSE_S))  # noqa: S311 - jitter, not a secret
        return ()

    def _look(self) -> bool:
        """Read the row; True where it says another time than we knew."""
        item = self.store.get(keys.rate(self.name), "S")
        found = item["n"] if item else 0
        assert isinstance(found, int)
        changed, self._known_ms = found != self._known_ms, found
        return changed

    def _move(self, following_ms: int) -> bool:
        item: Item = {
            "pk": keys.rate(self.name),
            "sk": "S",
            "t": "S",
            "sv": 1,
            "n": following_ms,
        }
        expected: Condition = Equals("n", self._known_ms) if self._known_ms else Absent()
        moved = self.store.put(item, expected)
        if moved:
            self._known_ms = following_ms
        return moved


@dataclass(frozen=True, slots=True)
class StorePaces:
    """`card_codes.Paces`: the same algorithm, for what must not wait its turn but come later.

    Each name has a row that says until when it is spoken for; it is read once and written once.
    Where several write at the same moment, the last ones are let through uncounted: a limit that
    stops a shop because its tills are busy would be worse than none.
    """

    store: Store
    wall_ms: Callable[[], int]

    def wait_ms(self, what: str, at_once: int, interval_ms: int) -> int:
        for _ in range(PACE_ATTEMPTS_MAX):
            item = self.store.get(keys.pace(what), "S")
            known = item["n"] if item else 0
            assert isinstance(known, int)
            now_ms = self.wall_ms()
            ahead_ms = max(0, known - now_ms)
            over_ms = ahead_ms - (at_once - 1) * interval_ms
            if over_ms > 0:
                return over_ms
            row: Item = {
                "pk": keys.pace(what),
                "sk": "S",
                "t": "N",
                "sv": 1,
                "n": now_ms + ahead_ms + interval_ms,
                keys.FORGET_AT: (now_ms + ahead_ms + interval_ms) // 1000 + PACE_KEPT_S,
            }
            expected: Condition = Equals("n", known) if item else Absent()
            if self.store.put(row, expected):
                return 0
        return 0


PACE_ATTEMPTS_MAX = 3
PACE_KEPT_S = 3_600

DOOR_INTERVAL_MS = 2_000
DOOR_QUEUE_MS = 60_000
"""Thirty at once, and then one every two seconds: a full shop, and no machine's pastime."""


@dataclass(frozen=True, slots=True)
class StoreAdmission:
    """`card_ports.Admission`: each door has a rate of its own, kept over all machines."""

    store: Store
    wall_ms: Callable[[], int]

    def admit(self, door: str) -> bool:
        rate = StoreRate(self.store, door, DOOR_INTERVAL_MS, self.wall_ms)
        return bool(rate.take(1, DOOR_QUEUE_MS - DOOR_INTERVAL_MS))
