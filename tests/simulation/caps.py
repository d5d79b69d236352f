"""What is earned in a day: within the cap, and cut only where the cap asks for it (I6)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.simulation.history import History, Ledger, Violation
from tests.simulation.programme import SCHEMES
from tests.simulation.replay import kept_alive

ByCause = Mapping[str, Sequence[tuple[Ledger, Mapping[str, Any]]]]


@dataclass(slots=True)
class Counted:
    """What one account has earned day by day, and how often it was reviewed, or visited."""

    day: int = 0
    earned: Counter[int] = field(default_factory=Counter)
    reviews: Counter[int] = field(default_factory=Counter)
    broken: list[Violation] = field(default_factory=list)

    def judge(self, ledger: Ledger, body: Mapping[str, Any]) -> None:
        """Take a sale or a review in, and say where it earns too much or too little."""
        moved = body.get("x", {}).get("l", ())
        credit = sum(amount for _, amount, _, _ in moved if amount > 0)
        credit -= sum(kept_alive(body).values())
        scheme = SCHEMES[ledger.account.programme].version(body["v"])
        wanted = paid_of(body) // scheme.cents_each
        if body["k"] == "event":
            fits = self.reviews[self.day] < scheme.event_count_max
            wanted = scheme.event_points if fits else 0
            # A review counts as one though the cap leaves it nothing.
            self.reviews[self.day] += wanted > 0
        # Two memberships made one may have earned more than the cap lets either.
        room = max(0, scheme.earned_per_day_max - self.earned[self.day])
        self.earned[self.day] += credit
        doubled = 2 * paid_of(body) // scheme.cents_each
        if scheme.extra_max and body["k"] == "purchase" and wanted <= credit <= doubled:
            # What an operation adds is judged over all members (I23).
            return
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
    cap = f"+{SCHEMES[ledger.account.programme].balance}/day"
    for body in ledger.bodies:
        # A day once seen is not gone back to: a late sale counts today.
        counted.day = max(counted.day, body["d"])
        if body["k"] in {"purchase", "event"}:
            counted.judge(ledger, body)
        elif body["k"] in {"return", "recount"}:
            # What a credit note takes back may be earned again that day.
            for name, day, amount in body.get("x", {}).get("c", ()):
                if name == cap:
                    counted.earned[day] += amount
        elif body["k"] == "merge_in":
            for other, given in by_cause[body["c"]]:
                if given["k"] == "merge_out" and other.place == ledger.place:
                    before = _counted(other, by_cause, known)
                    counted.earned.update(before.earned)
                    counted.reviews.update(before.reviews)
    return counted


def paid_of(body: Mapping[str, Any]) -> int:
    """What was left to pay of a sale, in cents: what it earns by."""
    for name, data in body.get("e", ()):
        if name == "purchase.recorded":
            return int(data["paid"])
    return 0
