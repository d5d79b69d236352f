"""Counting what a new version touches while the ledger is written (decision 0019).

How many accounts are open, and how many vouchers of each reward, is kept from the table's stream,
so that nobody has to scan the table for it. The stream brings an entry at least once; an entry
that comes again is known by its id and counts once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from tessera.application.changes import Change
from tessera.domain.account import OpenVoucher
from tessera.domain.calendar import NEVER, month_index
from tessera.domain.ledger import Entry

_GONE = frozenset({"left", "merged", "erased"})
NO_MONTH = -1
"""Stands for the month of a voucher that never lapses."""


@dataclass(frozen=True, slots=True)
class Delta:
    """What one entry adds to the counts: open accounts, and open vouchers by reward and month."""

    member: str
    programme: str
    entry: str
    accounts: int
    vouchers: tuple[tuple[str, int, int], ...]


class Counting(Protocol):
    """Where the counts are kept."""

    def add(self, deltas: Sequence[Delta]) -> None:
        """Add each delta whose entry was not counted; Unavailable where that is not certain."""
        ...


def tally_changes(counting: Counting, changes: Sequence[Change]) -> None:
    """Count what these changes open and close; most change neither and cost nothing."""
    deltas = [delta for change in changes if (delta := delta_of(change)) is not None]
    if deltas:
        counting.add(deltas)


def delta_of(change: Change) -> Delta | None:
    """What a change adds to the counts; None where it adds nothing."""
    if not isinstance(change, Entry):
        return None
    accounts = 1 if change.kind == "enrol" else -1 if change.changes.status in _GONE else 0
    vouchers: dict[tuple[str, int], int] = {}
    for item in change.changes.vouchers:
        for voucher, sign in ((item.before, -1), (item.after, 1)):
            if voucher is not None:
                key = _place(voucher)
                vouchers[key] = vouchers.get(key, 0) + sign
    counted = tuple((*key, count) for key, count in sorted(vouchers.items()) if count)
    if not accounts and not counted:
        return None
    return Delta(change.member, change.programme, change.id, accounts, counted)


def _place(voucher: OpenVoucher) -> tuple[str, int]:
    never = voucher.expires_on >= NEVER
    return voucher.reward, NO_MONTH if never else month_index(voucher.expires_on)
