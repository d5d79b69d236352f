"""Counts of open accounts and vouchers in the table, kept from its stream.

`J#tally#<programme>#<shard>`/`J` holds the counts of the members of one shard, with the marks of
the entries that it counted last. The stream brings a shard's records again from the first that
failed, before any later one: a mark that is kept for some hundred entries is kept long enough.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tessera.adapters.dynamodb import keys, typed
from tessera.adapters.dynamodb.table import Absent, Condition, Equals, Item, Store, Value
from tessera.application.programme_desk import Tally
from tessera.application.tallying import NO_MONTH, Delta
from tessera.domain.errors import Unavailable

LAYOUT = 1
MARK_BYTES = 8
MARKS_MAX = 128
ATTEMPTS_MAX = 20
"""Two batches meet on one row at most for as long as one of them takes to write it."""


@dataclass(frozen=True, slots=True)
class StoreTallies:
    """`programme_desk.Tallies` and `tallying.Counting` on a `Store`."""

    store: Store

    def of(self, programme: str, month: int) -> Tally:
        accounts = 0
        vouchers: dict[str, int] = {}
        for shard in range(keys.TALLY_SHARDS):
            item = self.store.get(keys.tally(programme, shard), "J")
            if item is None:
                continue
            accounts += typed.number(item["a"])
            for reward, counts in _counts(item).items():
                live = [n for last, n in counts.items() if last == NO_MONTH or last >= month]
                vouchers[reward] = vouchers.get(reward, 0) + sum(live)
        return Tally(max(0, accounts), {name: n for name, n in vouchers.items() if n > 0})

    def add(self, deltas: Sequence[Delta]) -> None:
        groups: dict[str, list[Delta]] = {}
        for delta in deltas:
            # Members are spread as in the due index: the same shard for ever.
            key = keys.tally(delta.programme, keys.shard_of(delta.member) % keys.TALLY_SHARDS)
            groups.setdefault(key, []).append(delta)
        for key, group in groups.items():
            self._add(key, group)

    def _add(self, key: str, deltas: Sequence[Delta]) -> None:
        for _ in range(ATTEMPTS_MAX):
            item = self.store.get(key, "J")
            counted = _counted(key, item, deltas)
            if counted is None:
                return
            condition: Condition = Equals("v", typed.number(item["v"])) if item else Absent()
            if self.store.put(counted, condition):
                return
        raise Unavailable


def _counted(key: str, item: Item | None, deltas: Sequence[Delta]) -> Item | None:
    """The row with every delta that it has not counted; None where it counted all of them."""
    marks = item["m"] if item else b""
    assert isinstance(marks, bytes)
    known = {marks[at : at + MARK_BYTES] for at in range(0, len(marks), MARK_BYTES)}
    accounts = typed.number(item["a"]) if item else 0
    counts = _counts(item) if item else {}
    fresh = b""
    for delta in deltas:
        mark = hashlib.sha256(delta.entry.encode()).digest()[:MARK_BYTES]
        if mark in known:
            continue
        known.add(mark)
        fresh += mark
        accounts += delta.accounts
        for reward, month, count in delta.vouchers:
            months = counts.setdefault(reward, {})
            months[month] = months.get(month, 0) + count
    if not fresh:
        return None
    return {
        "pk": key,
        "sk": "J",
        "t": "J",
        "sv": LAYOUT,
        "v": typed.number(item["v"]) + 1 if item else 1,
        "a": accounts,
        "c": {
            reward: {str(month): count for month, count in months.items() if count}
            for reward, months in counts.items()
        },
        "m": (marks + fresh)[-MARK_BYTES * MARKS_MAX :],
    }


def _counts(item: Item) -> dict[str, dict[int, int]]:
    found = item["c"]
    assert isinstance(found, Mapping)
    return {reward: _months(months) for reward, months in found.items()}


def _months(value: Value) -> dict[int, int]:
    assert isinstance(value, Mapping)
    return {int(month): typed.number(count) for month, count in value.items()}
