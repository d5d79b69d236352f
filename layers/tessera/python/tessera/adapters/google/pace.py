"""Google takes twenty calls a second from an issuer, over all of its machines.

Two lanes share them. Calls for new cards, whose members stand waiting, have a lane of their own
that no campaign can fill; everything else takes turns in the other. Both together stay below
twenty in any second even where the network bunches calls that left evenly: seen over
1,150 ms there are at most sixteen turns of one lane and four of the other.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from tessera.application.card_ports import GoogleFailure, Haste

BULK_INTERVAL_MS = 75
NEW_INTERVAL_MS = 300
LEASE_MAX = 5
LATE_MS_MAX = 40
"""A turn that was missed by more is given up: a late call would crowd the ones after it."""


class Turns(Protocol):
    """A lane: instants at which calls may begin."""

    def take(self, count: int, patience_ms: int) -> Sequence[int]:
        """So many turns, the first within `patience_ms`; empty where there is none so soon."""
        ...


@dataclass
class Pace:
    """Waits for a turn before each call. Safe to use from several threads."""

    bulk: Turns
    new: Turns
    wall_ms: Callable[[], int]
    sleep: Callable[[float], None] = time.sleep
    lease: int = 1
    """How many turns to take at a time: more where many calls follow each other."""

    _held: deque[int] = field(default_factory=deque, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def wait(self, haste: Haste, patience_ms: int) -> None:
        """Return when the call may begin.

        Raises GoogleFailure (`rate_exceeded`, to be tried again) where its turn would come later
        than `patience_ms` from now.
        """
        deadline_ms = self.wall_ms() + patience_ms
        while True:
            left_ms = max(0, deadline_ms - self.wall_ms())
            begin_ms = self._new_turn(left_ms) if haste is Haste.NEW else None
            if begin_ms is None:
                begin_ms = self._bulk_turn(haste, left_ms)
            self.sleep(max(0, begin_ms - self.wall_ms()) / 1000)
            if self.wall_ms() - begin_ms <= LATE_MS_MAX:
                return

    def _new_turn(self, patience_ms: int) -> int | None:
        turns = self.new.take(1, patience_ms)
        return turns[0] if turns else None

    def _bulk_turn(self, haste: Haste, patience_ms: int) -> int:
        """The next turn of the common lane. A campaign takes one only while nobody queues."""
        patience = 0 if haste is Haste.CAMPAIGN else patience_ms
        deadline_ms = self.wall_ms() + patience_ms
        with self._lock:
            while True:
                while self._held and self._held[0] < self.wall_ms() - LATE_MS_MAX:
                    self._held.popleft()
                if self._held:
                    return self._held.popleft()
                self._held.extend(self.bulk.take(self.lease, patience))
                if self._held:
                    continue
                if haste is not Haste.CAMPAIGN or self.wall_ms() >= deadline_ms:
                    raise GoogleFailure("rate_exceeded", 429, retry=True)
                self.sleep(BULK_INTERVAL_MS / 1000)
