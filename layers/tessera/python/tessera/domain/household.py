"""Whose is what in a household's account: shares by lot, folded from its entries (X-12).

Every credit belongs to the member who brought it. Every debit of a lot is borne by those who
have a share in it, in proportion, by largest remainder, ties to the member who came first. A
lot's shares sum to the lot at every moment, so that everybody who leaves takes whole units and
nobody else's.
"""

from __future__ import annotations

from collections.abc import Iterable

from tessera.domain.account import LotDelta, LotKey
from tessera.domain.ledger import Entry
from tessera.domain.money import allocate

Shares = dict[LotKey, dict[str, int]]


def shares_of(entries: Iterable[Entry]) -> Shares:
    """The shares in every lot after these entries, oldest first."""
    shares: Shares = {}
    for entry in entries:
        for key, amount in _moved(entry).items():
            owners = shares.setdefault(key, {})
            if amount > 0 or entry.kind == "pool_leave":
                owners[entry.contributor] = owners.get(entry.contributor, 0) + amount
            else:
                _bear(owners, -amount)
    return shares


def _moved(entry: Entry) -> dict[LotKey, int]:
    """By how much an entry moves each lot in all.

    A return that gives spent value back and takes it again moves a lot down and up in one entry:
    nobody bears the one, and nobody gains the other.
    """
    moved: dict[LotKey, int] = {}
    for lot in entry.changes.lots:
        moved[lot.key] = moved.get(lot.key, 0) + lot.amount
    return {key: amount for key, amount in moved.items() if amount}


def share_of(shares: Shares, member: str) -> tuple[LotDelta, ...]:
    """What one member would take with him, lot by lot."""
    return tuple(
        LotDelta(key.balance, owners[member], key.activates_on, key.expires_on)
        for key, owners in sorted(shares.items())
        if owners.get(member, 0) > 0
    )


def _bear(owners: dict[str, int], amount: int) -> None:
    """Take a debit from everybody who has a share, in proportion."""
    names = [name for name, share in owners.items() if share > 0]
    if not names:
        return
    weights = [owners[name] for name in names]
    for name, part in zip(names, allocate(min(amount, sum(weights)), weights), strict=True):
        owners[name] -= part
