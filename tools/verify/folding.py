"""Folds entries by a reading of their own: lots, counters, windows, statistics, tiers, holds."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, Final

from tools.verify.raw import Lot, Row

WINDOW_MONTHS: Final = 25


@dataclass(slots=True)
class Folded:
    """An account as its entries say it is. Named as in the account's row."""

    lots: dict[Lot, int] = field(default_factory=dict)
    counters: dict[str, list[int]] = field(default_factory=dict)
    windows: dict[str, dict[int, int]] = field(default_factory=dict)
    stats: dict[str, int] = field(default_factory=dict)
    facts: dict[str, int] = field(default_factory=dict)
    tiers: dict[str, list[Any]] = field(default_factory=dict)
    holds: dict[str, list[Any]] = field(default_factory=dict)
    vouchers: dict[str, list[Any]] = field(default_factory=dict)
    status: str = "active"
    last_day: int = 0
    programme_version: int = 0

    def total(self, balance: str) -> int:
        """Every lot of a balance."""
        return sum(amount for lot, amount in self.lots.items() if lot[0] == balance)

    def take(self, body: dict[str, Any]) -> None:
        """Fold one entry's content."""
        changes: dict[str, Any] = body.get("x", {})
        for balance, amount, activates_on, expires_on in changes.get("l", ()):
            _add(self.lots, (balance, activates_on, expires_on), amount)
        for key, period, amount in changes.get("c", ()):
            self._count(key, period, amount)
        # A counter that is back at nothing is forgotten, with the periods that it knew.
        self.counters = {key: kept for key, kept in self.counters.items() if any(kept[1::2])}
        for metric, month, amount in changes.get("w", ()):
            self._window(metric, month, amount)
        for key, amount in changes.get("s", ()):
            _add(self.stats, key, amount)
        for key, _, after in changes.get("f", ()):
            _set(self.facts, key, after)
        for group, _, after in changes.get("t", ()):
            _set(self.tiers, group, after)
        for before, after in changes.get("h", ()):
            _replace(self.holds, before, after)
        for before, after in changes.get("o", ()):
            _replace(self.vouchers, before, after)
        self.status = changes.get("a", self.status)
        self.last_day = max(self.last_day, body["d"])
        self.programme_version = max(self.programme_version, body["v"])

    def _count(self, key: str, period: int, amount: int) -> None:
        """A counter knows the two newest periods that counted; older ones are of no use."""
        found = self.counters.get(key)
        if found is None:
            if amount > 0:
                self.counters[key] = [period, amount]
        elif period == found[0]:
            found[1] += amount
        elif period > found[0]:
            self.counters[key] = [period, amount, found[0], found[1]]
        elif len(found) == 4 and period == found[2]:
            found[3] += amount
        elif amount > 0 and (len(found) == 2 or period > found[2]):
            found[2:] = [period, amount]

    def _window(self, metric: str, month: int, amount: int) -> None:
        months = self.windows.setdefault(metric, {})
        _add(months, month, amount)
        if months:
            oldest = max(months) - WINDOW_MONTHS + 1
            self.windows[metric] = {key: value for key, value in months.items() if key >= oldest}
        else:
            del self.windows[metric]

    def differences(self, row: Row) -> list[str]:
        """The parts of the account's row that say something else, lots apart."""
        state: dict[str, Any] = json.loads(row["s"])
        windows = {
            metric: {int(month): value for month, value in months.items()}
            for metric, months in state.get("w", {}).items()
        }
        pairs: list[tuple[str, Any, Any]] = [
            ("status", self.status, row["st"]),
            ("last business day", self.last_day, row["ld"]),
            ("programme version", self.programme_version, row["pv"]),
            ("counters", _counters(self.counters), _counters(state.get("c", {}))),
            ("windows", self.windows, windows),
            ("statistics", self.stats, state.get("s", {})),
            ("facts", self.facts, state.get("f", {})),
            ("tiers", self.tiers, state.get("t", {})),
            ("holds", self.holds, {hold[0]: hold for hold in state.get("h", ())}),
            ("vouchers", self.vouchers, {one[0]: one for one in state.get("o", ())}),
        ]
        return [name for name, folded, stored in pairs if folded != stored]


def _counters(counters: dict[str, list[int]]) -> dict[str, list[int]]:
    """Counters without those that are back at nothing, and without an empty previous period."""
    found: dict[str, list[int]] = {}
    for key, numbers in counters.items():
        period, value, previous, before = [*numbers, 0, 0][:4]
        if value or before:
            found[key] = [period, value, previous if before else 0, before]
    return found


def _add(sums: dict[Any, int], key: Any, amount: int) -> None:
    value = sums.get(key, 0) + amount
    if value:
        sums[key] = value
    else:
        sums.pop(key, None)


def _set(values: dict[str, Any], key: str, value: Any) -> None:
    if value is None:
        values.pop(key, None)
    else:
        values[key] = value


def _replace(values: dict[str, list[Any]], before: list[Any] | None, after: Any) -> None:
    if before is not None:
        values.pop(before[0], None)
    if after is not None:
        values[after[0]] = after
