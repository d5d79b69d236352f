"""Who spent which lot when: an independent replay of one account (I8, I9, I24)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tessera.domain.audit import Lot
from tests.simulation.history import Ledger, Violation, day_of
from tests.simulation.programme import SCHEMES

DEBT = (0, 0xFFFF)
"""The first and the last day of the lot that is below zero: a debt never expires."""


@dataclass(slots=True)
class Replay:
    """Lots and holds of one account, entry by entry."""

    ledger: Ledger
    lots: dict[Lot, int] = field(default_factory=dict)
    holds: dict[str, list[Any]] = field(default_factory=dict)
    now_ms: int = 0

    def add(self, body: Mapping[str, Any]) -> Iterator[Violation]:
        """Judge one entry by what stood before it, then take it in."""
        changes = body.get("x", {})
        moved = changes.get("l", ())
        # Clocks differ between functions: time on an account never goes back.
        self.now_ms = max(self.now_ms, body["r"])
        if body["d"] != day_of(body["o"]):
            yield Violation("I9", f"{self.ledger.name}.{body['n']} is on the wrong day")
        if body["k"] == "settle" and all(after for _, after in changes.get("h", ())):
            yield Violation("I8", f"{self.ledger.name}.{body['n']} settles a hold and keeps it")
        spent = [(key(lot), -lot[1]) for lot in moved if lot[1] < 0]
        if spent:
            settled = {before[0] for before, after in changes.get("h", ()) if after is None}
            yield from self._judge(body, settled, spent)
        yield from self._owed(body)
        for lot in moved:
            self.lots[key(lot)] = self.lots.get(key(lot), 0) + lot[1]
        for before, after in changes.get("h", ()):
            if before is not None:
                self.holds.pop(before[0], None)
            if after is not None:
                self.holds[after[0]] = after
                yield from _covered(self.ledger, body, self.lots, self.holds, self.now_ms)

    def _owed(self, body: Mapping[str, Any]) -> Iterator[Violation]:
        """I24: nobody who owes is credited anything that he could spend."""
        balance = SCHEMES[self.ledger.account.programme].balance
        owed = -self.lots.get((balance, *DEBT), 0)
        if owed <= 0 or body["k"] not in {"purchase", "event"}:
            return
        moved = body.get("x", {}).get("l", ())
        paid = sum(lot[1] for lot in moved if lot[1] > 0 and (lot[2], lot[3]) == DEBT)
        # Value that waits pays nothing before it can be spent.
        kept = sum(lot[1] for lot in moved if lot[1] > 0 and lot[2] == 0) - paid
        kept -= sum(amount for lot, amount in kept_alive(body).items() if lot[1] == 0)
        if kept > 0 and paid < owed:
            name = f"{self.ledger.name}.{body['n']}"
            yield Violation("I24", f"{name} credits {kept} while {owed - paid} are owed")

    def _judge(
        self, body: Mapping[str, Any], settled: set[str], spent: list[tuple[Lot, int]]
    ) -> Iterator[Violation]:
        today = day_of(body["o"])
        if body["k"] in {"purchase", "redeem", "adjust", "transfer_out"}:
            when = (today, self.now_ms)
            yield from _first_in(self.ledger, body, self.lots, self.holds, spent, when)
        if body["k"] == "settle":
            yield from _from_hold(self.ledger, body, self.holds, settled, (spent, self.now_ms))
        if body["k"] == "expire":
            for (_, _, last), _ in spent:
                if last >= today:
                    yield Violation("I9", f"{self.ledger.name}.{body['n']} expires value too early")


def kept_alive(body: Mapping[str, Any]) -> dict[Lot, int]:
    """What an entry only took out of lots to put it into later ones, lot by lot.

    It is what comes in and was not earned. Spending takes the lots that end first, so what only
    moved came from the last ones.
    """
    found: dict[Lot, int] = {}
    changes = body.get("x", {})
    if body["k"] != "purchase" or not changes.get("l"):
        return found
    earned = dict(changes.get("s", ()))
    out = sorted(((key(lot), -lot[1]) for lot in changes["l"] if lot[1] < 0), key=_ends)
    for balance in {lot[0] for lot in changes["l"]}:
        came = sum(lot[1] for lot in changes["l"] if lot[0] == balance and lot[1] > 0)
        left = max(0, came - earned.get(f"earned:{balance}", 0))
        for lot, amount in reversed(out):
            if lot[0] == balance and left:
                found[lot] = min(left, amount)
                left -= found[lot]
    return found


def _ends(one: tuple[Lot, int]) -> tuple[int, int]:
    """By when a lot ends, then by when it begins: the order in which lots are spent."""
    (_, first, last), _ = one
    return last, first


def key(lot: Sequence[Any]) -> Lot:
    """The identity of a moved lot."""
    return lot[0], lot[2], lot[3]


def held_by(holds: Mapping[str, Sequence[Any]], now_ms: int) -> dict[Lot, int]:
    """What the holds that have not lapsed set aside, lot by lot."""
    held: dict[Lot, int] = {}
    for _, ends_ms, _, parts in holds.values():
        if ends_ms > now_ms:
            for balance, amount, first, last in parts:
                held[balance, first, last] = held.get((balance, first, last), 0) + amount
    return held


def _first_in(
    ledger: Ledger, body: Mapping[str, Any], lots: Mapping[Lot, int],
    holds: Mapping[str, Sequence[Any]], spent: Iterable[tuple[Lot, int]], when: tuple[int, int],
) -> Iterator[Violation]:  # fmt: skip
    today, now_ms = when
    held = held_by(holds, now_ms)
    free = {
        lot: amount - held.get(lot, 0)
        for lot, amount in lots.items()
        if lot[1] <= today <= lot[2] and amount - held.get(lot, 0) > 0
    }
    left = sum(amount for _, amount in spent) - sum(kept_alive(body).values())
    alive = SCHEMES[ledger.account.programme].alive_days if body["k"] == "purchase" else 0
    wanted: dict[Lot, int] = {}
    for lot in sorted(free, key=lambda one: (one[2], one[1])):
        part = min(left, free[lot])
        left -= part
        if alive and lot[2] < today + alive:
            # What is not spent of it lives on, all of it.
            part = free[lot]
        if part:
            wanted[lot] = part
    if left or wanted != dict(spent):
        yield Violation(
            "I9", f"{ledger.name}.{body['n']} ({body['k']}) spends {dict(spent)}, not {wanted}"
        )


def _from_hold(
    ledger: Ledger, body: Mapping[str, Any], holds: Mapping[str, Sequence[Any]],
    settled: Iterable[str], how: tuple[Iterable[tuple[Lot, int]], int],
) -> Iterator[Violation]:  # fmt: skip
    spent, now_ms = how
    for hold in settled:
        if hold not in holds:
            yield Violation("I8", f"{ledger.name}.{body['n']} settles a hold that is not open")
        elif holds[hold][1] <= now_ms:
            yield Violation("I8", f"{ledger.name}.{body['n']} commits a hold that has lapsed")
        elif holds[hold][2] == "value":
            parts = {(balance, first, last): n for balance, n, first, last in holds[hold][3]}
            if parts != dict(spent):
                yield Violation("I8", f"{ledger.name}.{body['n']} spends other lots than it held")


def _covered(
    ledger: Ledger, body: Mapping[str, Any], lots: Mapping[Lot, int],
    holds: Mapping[str, Sequence[Any]], now_ms: int,
) -> Iterator[Violation]:  # fmt: skip
    for lot, held in held_by(holds, now_ms).items():
        if held > lots.get(lot, 0):
            yield Violation("I8", f"{ledger.name}.{body['n']} holds {held} of {lots.get(lot, 0)}")
