"""A seeded scheduler: simulated time, and coroutines that can be cut short anywhere.

Production code is synchronous. Each simulated invocation runs in a greenlet, so that it can be
set aside at every call to the table while others run; nothing here waits for real.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from itertools import count
from random import Random

from greenlet import getcurrent, greenlet


class Crash(BaseException):
    """The process running this coroutine dies here; nothing catches it on purpose."""


class Kernel:
    """Simulated time in milliseconds, and what is to happen when.

    The order of events at one instant is drawn from the seed.
    """

    def __init__(self, random: Random) -> None:
        self.now_ms = 0.0
        self.random = random
        self._events: list[tuple[float, float, int, greenlet]] = []
        self._numbers = count()
        self._hub: greenlet | None = None

    def spawn(self, act: Callable[[], object], after_ms: float = 0.0) -> None:
        """Begin a coroutine after so long."""
        self._push(greenlet(act), after_ms)

    def sleep(self, ms: float) -> None:
        """Set the calling coroutine aside for so long; outside `run` time just passes."""
        if self._hub is None or getcurrent() is self._hub:
            self.now_ms += ms
            return
        at_ms = self.now_ms + ms
        if not self._events or self._events[0][0] > at_ms:
            # Nothing else happens until then: there is nobody to give way to.
            self.now_ms = at_ms
            return
        self._push(getcurrent(), ms)
        self._hub.switch()

    def run(self) -> None:
        """Let everything happen until nothing is left."""
        self._hub = getcurrent()
        events = self._events
        while events:
            at_ms, _, _, coroutine = heapq.heappop(events)
            self.now_ms = at_ms
            # Whatever ends comes back to the hub that lets it run now.
            coroutine.parent = self._hub
            coroutine.switch()
        self._hub = None

    def _push(self, coroutine: greenlet, after_ms: float) -> None:
        at_ms = self.now_ms + after_ms
        heapq.heappush(self._events, (at_ms, self.random.random(), next(self._numbers), coroutine))
