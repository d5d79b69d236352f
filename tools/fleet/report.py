"""What a fleet saw, and whether that is good enough."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field

from tools.fleet.phones import Phone

BURST_PUSHES_AT_ONCE = 8
"""So many pushes a burst may cost at once, and one for each second that it lasts."""


@dataclass(slots=True)
class Report:
    """Counts of phones, pushes and fetches; times in seconds and milliseconds."""

    phones: int
    seed: int
    gone: int = 0
    missed: int = 0
    missed_cards: list[str] = field(default_factory=list)
    """The cards of the phones that missed a change: their rows and the logs say why."""
    wasted_fetches: int = 0
    unmodified_answers: int = 0
    pushes: int = 0
    fetches: int = 0
    asked_for_nothing: int = 0
    looks_put_off: int = 0
    """Looks that the stack could not answer, and that the phone repeated."""
    still_registered_though_gone: int = 0
    dead_letters: int = 0
    burst_changes: int = 0
    burst_pushes: int = 0
    burst_fetches: int = 0
    burst_wasted: int = 0
    """Fetches of the burst that brought the same card again: two changes fell into one fetch."""
    apns_answers: dict[str, int] = field(default_factory=dict)
    goaways: int = 0
    seconds: dict[str, float] = field(default_factory=dict)
    load: dict[str, float] = field(default_factory=dict)
    """The machine's load (of one minute) at the end of each part."""
    change_ms_median: float = 0.0
    change_ms_worst: float = 0.0
    """From purchase to card while everybody buys: it counts the queue before it."""
    rest_changes: int = 0
    rest_ms_median: float = 0.0
    rest_ms_worst: float = 0.0
    """The same, one purchase at a time, with nothing else going on."""

    def ended(self, part: str, seconds: float) -> None:
        """A part of the day is over."""
        self.seconds[part] = round(seconds, 1)
        self.load[part] = round(os.getloadavg()[0], 1)

    def count(self, phones: Sequence[Phone]) -> None:
        """Add up what the phones say at the end."""
        missed = [phone.serial for phone in phones if phone.missed]
        self.missed, self.missed_cards = len(missed), missed[:20]
        self.wasted_fetches = sum(phone.wasted for phone in phones) - self.burst_wasted
        self.unmodified_answers = sum(phone.unmodified for phone in phones)
        self.asked_for_nothing = sum(phone.empty for phone in phones)
        self.pushes = sum(phone.pushes for phone in phones)
        self.fetches = sum(phone.fetches for phone in phones)

    def faults(self) -> list[str]:
        """What is wrong, in words; empty where all is well."""
        burst_max = BURST_PUSHES_AT_ONCE + round(self.seconds.get("burst", 0))
        found = {
            f"phones that missed a change: {self.missed}": self.missed,
            f"fetches that brought the same card again: {self.wasted_fetches}": (
                self.wasted_fetches
            ),
            f"phones that are gone and still registered: {self.still_registered_though_gone}": (
                self.still_registered_though_gone
            ),
            f"messages of cards that became dead letters: {self.dead_letters}": (self.dead_letters),
            f"pushes of the burst: {self.burst_pushes}, of at most {burst_max}": (
                self.burst_pushes > burst_max
            ),
        }
        return [text for text, wrong in found.items() if wrong]


def median_and_worst(values: Sequence[float]) -> tuple[float, float]:
    """The two figures that a reader asks of latencies; zeros where there are none."""
    ordered = sorted(values)
    if not ordered:
        return 0.0, 0.0
    return round(ordered[len(ordered) // 2], 1), round(ordered[-1], 1)
