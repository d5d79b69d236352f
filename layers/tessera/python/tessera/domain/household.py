"""Whose is what in a household's account: shares by lot, folded from its entries (X-12).

A lot's shares sum to the lot at every moment, so that everybody who leaves takes whole units and
nobody else's:

- what comes in belongs to the member through whom it came; what comes through nobody in
  particular (an anniversary of the household) to everybody who is in it, in equal parts;
- what is spent or lapses is borne by those who have a share in the lot, in proportion;
- what a return takes is taken from its member's own share first, for it was his sale that had
  brought it; what it gives back goes to those who bore what he had spent;
- what a sale keeps alive goes from one lot into a later one and stays whose it was; a return that
  undoes it takes it from those to whom it gives it back;
- a debt is a share below zero, of the member through whom it came;
- a voucher is his through whom it came.

Whatever doesn't divide goes by largest remainder, ties to the member who came first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from tessera.domain.account import LotDelta, LotKey
from tessera.domain.calendar import NEVER
from tessera.domain.ledger import Entry
from tessera.domain.money import allocate

Shares = dict[LotKey, dict[str, int]]

_HIS_OWN = frozenset({"pool_in", "pool_leave", "merge_in"})
"""Entries by which a member brings what is his, or takes it along."""

NOBODY = ""
"""Through whom an entry came that is no single member's doing."""


def shares_of(entries: Iterable[Entry]) -> Shares:
    """The shares in every lot after these entries, oldest first."""
    pool = _Pool()
    for entry in entries:
        pool.add(entry)
    return pool.shares


def share_of(shares: Shares, member: str) -> tuple[LotDelta, ...]:
    """What one member would take with him, lot by lot; a debt of his is negative."""
    return tuple(
        LotDelta(key.balance, owners[member], key.activates_on, key.expires_on)
        for key, owners in sorted(shares.items())
        if owners.get(member, 0)
    )


def vouchers_of(entries: Iterable[Entry], member: str) -> frozenset[str]:
    """The codes of the vouchers that came into the household through a member."""
    brought: dict[str, str] = {}
    for entry in entries:
        for change in entry.changes.vouchers:
            if change.before is None and change.after is not None:
                brought[change.after.code] = entry.contributor
    return frozenset(code for code, name in brought.items() if name == member)


@dataclass(slots=True)
class _Pool:
    """The household while its entries are read: its shares, and whoever is in it.

    `borne` has, for what each member spent of each lot, by whom it was borne.
    """

    shares: Shares = field(default_factory=dict)
    inside: dict[str, None] = field(default_factory=dict)
    borne: dict[tuple[str, LotKey], dict[str, int]] = field(default_factory=dict)

    def add(self, entry: Entry) -> None:
        who = entry.contributor
        if entry.kind == "pool_in":
            self.inside[who] = None
        moved = _moved(entry)
        if entry.kind in _HIS_OWN:
            for key, amount in moved.items():
                self._put(key, {who: amount})
        elif entry.kind == "return":
            self._bring_back(entry, who, moved)
        else:
            self._follow(entry, who, moved)
        if entry.kind == "pool_leave":
            self.inside.pop(who, None)

    def _follow(self, entry: Entry, who: str, moved: dict[LotKey, int]) -> None:
        """Whatever is no return: credits, debits, and what is kept alive."""
        alive = _kept_alive(entry)
        for into, part in alive.values():
            moved[into] = moved.get(into, 0) - part
        for key, amount in moved.items():
            if amount > 0:
                self._put(key, self._belongs(who, amount))
            elif amount:
                parts = self._take(key, who, -amount)
                if key in alive:
                    into, part = alive[key]
                    self._put(into, _proportionate(part, parts))

    def _bring_back(self, entry: Entry, who: str, moved: Mapping[LotKey, int]) -> None:
        """A return: to whom it gives back, and from whom it takes."""
        given: dict[str, dict[str, int]] = {}
        for key, amount in moved.items():
            if amount > 0:
                _add(given.setdefault(key.balance, {}), self._give_back(key, who, amount))
        alive = _alive_no_more(entry, moved)
        for key, amount in moved.items():
            if amount >= 0:
                continue
            left = alive.get(key.balance, 0)
            part = min(left, -amount, sum(given.get(key.balance, {}).values()))
            owners = self.shares.get(key, {})
            theirs = {
                name: min(share, max(0, owners.get(name, 0)))
                for name, share in _proportionate(part, given.get(key.balance, {})).items()
            }
            alive[key.balance] = left - part
            self._put(key, {name: -share for name, share in theirs.items()})
            self._take(key, who, -amount - sum(theirs.values()), his_first=True)

    def _put(self, key: LotKey, parts: Mapping[str, int]) -> None:
        _add(self.shares.setdefault(key, {}), parts)

    def _belongs(self, who: str, amount: int) -> Mapping[str, int]:
        """Whose a credit is."""
        if who != NOBODY or not self.inside:
            return {who: amount}
        return dict(zip(self.inside, allocate(amount, [1] * len(self.inside)), strict=True))

    def _take(
        self, key: LotKey, who: str, amount: int, *, his_first: bool = False
    ) -> Mapping[str, int]:
        """Take a debit from the shares, and tell who bore it; what goes below the lot is the debt
        of `who`.
        """
        owners = self.shares.setdefault(key, {})
        parts: dict[str, int] = {}
        if his_first:
            parts[who] = min(amount, max(0, owners.get(who, 0)))
        has = {
            name: share - parts.get(name, 0)
            for name, share in owners.items()
            if share > parts.get(name, 0)
        }
        rest = amount - sum(parts.values())
        for name, part in _proportionate(min(rest, sum(has.values())), has).items():
            parts[name] = parts.get(name, 0) + part
        parts[who] = parts.get(who, 0) + amount - sum(parts.values())
        self._put(key, {name: -part for name, part in parts.items()})
        if not his_first:
            _add(self.borne.setdefault((who, key), {}), parts)
        return parts

    def _give_back(self, key: LotKey, who: str, amount: int) -> Mapping[str, int]:
        """Give what a member had spent back to those who bore it, of this lot first; tell to whom.

        A lot that has lapsed since comes back under another day: what its member spent of other
        lots says then who bore it. What was never borne here is his.
        """
        others = sorted(
            place
            for name, place in self.borne
            if name == who and place.balance == key.balance and place != key
        )
        given: dict[str, int] = {}
        for place in (key, *others):
            bearers = self.borne.get((who, place), {})
            part = min(amount, sum(bearers.values()))
            for name, share in _proportionate(part, bearers).items():
                bearers[name] -= share
                _add(given, {name: share})
            amount -= part
        _add(given, {who: amount})
        self._put(key, given)
        return given


def _moved(entry: Entry) -> dict[LotKey, int]:
    """By how much an entry moves each lot in all.

    A return that gives spent value back and takes it again moves a lot down and up in one entry:
    nobody bears the one, and nobody gains the other.
    """
    moved: dict[LotKey, int] = {}
    for lot in entry.changes.lots:
        moved[lot.key] = moved.get(lot.key, 0) + lot.amount
    return {key: amount for key, amount in moved.items() if amount}


def _kept_alive(entry: Entry) -> dict[LotKey, tuple[LotKey, int]]:
    """What an entry took out of a lot to put it into a later one (B-29): into which, how much.

    It came in and was not earned. Spending takes the lots that expire first, so what only moved
    came from the last ones.
    """
    stats = dict(entry.changes.stats)
    left: dict[str, int] = {}
    for lot in entry.changes.lots:
        if lot.amount > 0:
            left[lot.balance] = left.get(lot.balance, 0) + lot.amount
    for balance in left:
        left[balance] -= stats.get(f"earned:{balance}", 0)
    # What pays a debt never expires, and keeps nothing alive.
    came = {lot.key for lot in entry.changes.lots if lot.amount > 0 and lot.expires_on < NEVER}
    found: dict[LotKey, tuple[LotKey, int]] = {}
    for lot in sorted(entry.changes.lots, key=lambda one: one.key, reverse=True):
        later = [
            key
            for key in came
            if (key.balance, key.activates_on) == (lot.balance, lot.activates_on)
            and key.expires_on > lot.expires_on
        ]
        part = min(left.get(lot.balance, 0), -lot.amount)
        if part > 0 and later:
            found[lot.key] = (max(later), part)
            left[lot.balance] -= part
    return found


def _alive_no_more(entry: Entry, moved: Mapping[LotKey, int]) -> dict[str, int]:
    """What a return takes of each balance beyond what its sale had earned: it was kept alive by the
    sale, and is given back to the lots in which it was.

    Where a sale was counted elsewhere, so that its return says nothing of what it had earned, all
    of it is taken as earned.
    """
    stats = dict(entry.changes.stats)
    found: dict[str, int] = {}
    for key, amount in moved.items() if stats else ():
        found[key.balance] = found.get(key.balance, 0) + max(0, -amount)
    return {
        balance: max(0, taken + stats.get(f"earned:{balance}", 0))
        for balance, taken in found.items()
    }


def _add(parts: dict[str, int], more: Mapping[str, int]) -> None:
    """Sum up; nobody comes in by nothing, for whoever came first bears the odd unit."""
    for name, amount in more.items():
        if amount:
            parts[name] = parts.get(name, 0) + amount


def _proportionate(amount: int, weights: Mapping[str, int]) -> dict[str, int]:
    if not amount:
        return {}
    return dict(zip(weights, allocate(amount, list(weights.values())), strict=True))
