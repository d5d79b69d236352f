"""What is earned in a day: within the cap, and cut only where the cap asks for it (I6)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.simulation.history import History, Ledger, Violation
from tests.simulation.programme import (
    EARNED_PER_DAY_MAX,
    REVIEW_POINTS,
    REVIEWS_PER_DAY_MAX,
)

CAP = "+points/day"
"""The counter of the cap on what is earned in a day."""

REVIEWS = "rule:review/day"
"""The counter of the limit on reviews in a day."""

ByCause = Mapping[str, Sequence[tuple[Ledger, Mapping[str, Any]]]]


@dataclass(slots=True)
class Counted:
    """What one account has earned day by day, and how often it was reviewed."""

    day: int = 0
    earned: Counter[int] = field(default_factory=Counter)
    reviews: Counter[int] = field(default_factory=Counter)
    broken: list[Violation] = field(default_factory=list)

    def judge(self, ledger: Ledger, body: Mapping[str, Any]) -> None:
        """Take a sale or a review in, and say where it earns too much or too little."""
        moved = body.get("x", {}).get("l", ())
        credit = sum(amount for _, amount, _, _ in moved if amount > 0)
        wanted = _wanted(body)
        if body["k"] == "event":
            wanted = REVIEW_POINTS if self.reviews[self.day] < REVIEWS_PER_DAY_MAX else 0
            # A review counts as one though the cap leaves it nothing.
            self.reviews[self.day] += wanted > 0
        # Two memberships made one may have earned more than the cap lets either.
        room = max(0, EARNED_PER_DAY_MAX - self.earned[self.day])
        self.earned[self.day] += credit
        if credit != min(wanted, room):
            self.broken.append(
                Violation(
                    "I6",
                    f"{ledger.name}.{body['n']} ({body['k']}) credits {credit}, "
                    f"not the smaller of {wanted} and {room}",
                )
            )


def capped(history: History, by_cause: ByCause) -> Iterator[Violation]:
    """I6: per counted day at most the cap; a sale is cut only by as much as the cap asks."""
    known: dict[str, Counted] = {}
    for ledger in history.ledgers:
        yield from _counted(ledger, by_cause, known).broken


def _counted(ledger: Ledger, by_cause: ByCause, known: dict[str, Counted]) -> Counted:
    """The count of an account to its end; that of a merged one goes on in another."""
    if ledger.name in known:
        return known[ledger.name]
    counted = known[ledger.name] = Counted()
    for body in ledger.bodies:
        # A day once seen is not gone back to: a late sale counts today.
        counted.day = max(counted.day, body["d"])
        if body["k"] in {"purchase", "event"}:
            counted.judge(ledger, body)
        elif body["k"] in {"return", "recount"}:
            # What a credit note takes back may be earned again that day.
            for name, day, amount in body.get("x", {}).get("c", ()):
                if name == CAP:
                    counted.earned[day] += amount
        elif body["k"] == "merge_in":
            for other, given in by_cause[body["c"]]:
                if given["k"] == "merge_out":
                    before = _counted(other, by_cause, known)
                    counted.earned.update(before.earned)
                    counted.reviews.update(before.reviews)
    return counted


def _wanted(body: Mapping[str, Any]) -> int:
    """What a sale earns before the cap: a point for each whole euro that was paid."""
    for name, data in body.get("e", ()):
        if name == "purchase.recorded":
            return int(data["paid"]) // 100
    return 0
