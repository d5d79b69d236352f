"""What one member has in one programme and partition, and how a change is applied to it.

An account is an immutable value. It changes only by `apply`, which folds the recorded changes
of a decision; reading, audit, time travel and simulation fold the same changes. Nothing here
knows a programme: what to change is decided elsewhere, and written down in `Changes`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from dataclasses import fields as fields_of
from typing import Any

from tessera.domain.calendar import NEVER

WINDOW_MONTHS = 25
"""Monthly buckets kept for tier windows: two years back plus the running month."""


@dataclass(frozen=True, slots=True, order=True)
class LotKey:
    """The identity of a lot: value of one balance that activates and expires together.

    `expires_on` is the last day on which the value can be spent (`NEVER` without expiry);
    `activates_on` is the first one (0 for value that was active at once). Earliest expiry sorts
    first, which is the order in which lots are spent (A-08).
    """

    expires_on: int
    activates_on: int
    balance: str


@dataclass(frozen=True, slots=True)
class LotDelta:
    """An amount put into a lot, or (negative) taken out of it."""

    balance: str
    amount: int
    activates_on: int = 0
    expires_on: int = NEVER

    @property
    def key(self) -> LotKey:
        return LotKey(self.expires_on, self.activates_on, self.balance)


@dataclass(frozen=True, slots=True)
class Counter:
    """A sum over the newest calendar period, and over the newest one before it for what arrives
    late: a sale, or an import in the order of its days.
    """

    period: int
    value: int
    previous_period: int = 0
    previous_value: int = 0

    def at(self, period: int) -> int:
        """The sum of that period; 0 where it is neither the stored nor the previous one."""
        if period == self.period:
            return self.value
        if period == self.previous_period:
            return self.previous_value
        return 0


@dataclass(frozen=True, slots=True)
class CounterDelta:
    """An amount added to the counter of a period (numbers from `calendar.period_of`)."""

    key: str
    period: int
    amount: int


@dataclass(frozen=True, slots=True)
class WindowDelta:
    """An amount added to a tier metric's bucket of one month (`calendar.month_index`)."""

    metric: str
    month: int
    amount: int


@dataclass(frozen=True, slots=True)
class FactChange:
    """A statistic that is set rather than summed, with what it was, so that it can be undone.

    None means absent.
    """

    key: str
    before: int | None
    after: int | None


@dataclass(frozen=True, slots=True)
class TierState:
    """Where the member stands in one tier group."""

    tier: str
    since_on: int
    review_on: int = NEVER


@dataclass(frozen=True, slots=True)
class TierChange:
    """A move in a tier group; `before` or `after` is None outside the ladder."""

    group: str
    before: TierState | None
    after: TierState | None


@dataclass(frozen=True, slots=True)
class Hold:
    """Value set aside until commit or cancel, lot by lot; it does not expire while held.

    `expires_at_ms` is when the hold itself lapses: from then on it sets nothing aside, whether
    or not a job has run. `reference` says what it is for (a reward, a payment, a voucher).
    """

    id: str
    parts: tuple[LotDelta, ...]
    expires_at_ms: int
    reference: str = ""


@dataclass(frozen=True, slots=True)
class HoldChange:
    """A hold opened (`before` None) or closed (`after` None)."""

    before: Hold | None
    after: Hold | None


@dataclass(frozen=True, slots=True)
class OpenVoucher:
    """A voucher in the member's hand: its reward and the last day on which it can be used."""

    code: str
    reward: str
    expires_on: int = NEVER
    state: str = "open"


@dataclass(frozen=True, slots=True)
class VoucherChange:
    """A voucher that came into the hand (`before` None), changed, or left it (`after` None)."""

    before: OpenVoucher | None
    after: OpenVoucher | None


@dataclass(frozen=True, slots=True)
class Changes:
    """Everything that one entry does to an account, and nothing personal.

    This is what the ledger stores and what `apply` folds. Amounts are integers at the scale of
    their balance.
    """

    lots: tuple[LotDelta, ...] = ()
    counters: tuple[CounterDelta, ...] = ()
    windows: tuple[WindowDelta, ...] = ()
    stats: tuple[tuple[str, int], ...] = ()
    facts: tuple[FactChange, ...] = ()
    tiers: tuple[TierChange, ...] = ()
    holds: tuple[HoldChange, ...] = ()
    vouchers: tuple[VoucherChange, ...] = ()
    status: str | None = None

    @property
    def is_empty(self) -> bool:
        return self == _NO_CHANGES


_NO_CHANGES = Changes()


@dataclass(frozen=True, slots=True)
class Account:
    """One member's account in one programme and partition, as of its last entry.

    `version` is the sequence number of the last entry and `head` its hash. `last_day` is the
    highest business day seen, so that a clock that goes back cannot reopen a cap; `last_ms` is
    the latest instant seen, so that a clock that goes back cannot revive a hold that has lapsed.
    `fired_through` is the day up to which every occasion was fired: it steers the scheduler, no
    entry carries it, and two accounts that differ in it alone are equal.
    """

    member: str
    programme: str
    partition: str = "-"
    version: int = 0
    status: str = "active"
    enrolled_on: int = 0
    last_day: int = 0
    programme_version: int = 0
    head: bytes = b""
    lots: Mapping[LotKey, int] = field(default_factory=dict)
    counters: Mapping[str, Counter] = field(default_factory=dict)
    windows: Mapping[str, Mapping[int, int]] = field(default_factory=dict)
    stats: Mapping[str, int] = field(default_factory=dict)
    facts: Mapping[str, int] = field(default_factory=dict)
    tiers: Mapping[str, TierState] = field(default_factory=dict)
    holds: Mapping[str, Hold] = field(default_factory=dict)
    vouchers: Mapping[str, OpenVoucher] = field(default_factory=dict)
    fired_through: int = field(default=0, compare=False)
    last_ms: int = field(default=0, compare=False)

    def counter(self, key: str, period: int) -> int:
        """The counter's sum in that period, 0 where nothing was counted."""
        found = self.counters.get(key)
        return found.at(period) if found else 0

    def window(self, metric: str, first_month: int, last_month: int) -> int:
        """The metric summed over the months from first to last, both included."""
        buckets = self.windows.get(metric, {})
        return sum(value for month, value in buckets.items() if first_month <= month <= last_month)

    def business_day(self, today: int) -> int:
        """The day that period counters use: never earlier than one already seen (design §3)."""
        return max(self.last_day, today)

    def instant_ms(self, now_ms: int) -> int:
        """The instant at which holds are looked at: never earlier than one already seen.

        Two functions' clocks differ: value that one of them spent because a hold had lapsed must
        not be spent again by the other, for which the hold would still be open.
        """
        return max(self.last_ms, now_ms)

    def total(self, balance: str) -> int:
        """Every lot of the balance, whether spendable or not: the figure that entries sum to."""
        return sum(amount for key, amount in self.lots.items() if key.balance == balance)

    def held(self, now_ms: int) -> dict[LotKey, int]:
        """What the holds that have not lapsed set aside, lot by lot."""
        parts: dict[LotKey, int] = {}
        instant_ms = self.instant_ms(now_ms)
        for hold in self.holds.values():
            if hold.expires_at_ms > instant_ms:
                for part in hold.parts:
                    parts[part.key] = parts.get(part.key, 0) + part.amount
        return parts

    def has_holds(self, now_ms: int) -> bool:
        """Whether a hold has not lapsed, of value or of a voucher."""
        instant_ms = self.instant_ms(now_ms)
        return any(hold.expires_at_ms > instant_ms for hold in self.holds.values())

    def spendable(self, balance: str, today: int, now_ms: int) -> list[tuple[LotKey, int]]:
        """The lots that can be spent now, earliest expiry first, holds already taken off.

        Value past its last day is absent whether or not a job has materialised its expiry
        (A-08). A debt is present as a negative amount.
        """
        held = self.held(now_ms)
        found = []
        for key in sorted(self.lots):
            if key.balance == balance and key.activates_on <= today <= key.expires_on:
                left = self.lots[key] - held.get(key, 0)
                if left:
                    found.append((key, left))
        return found

    def available(self, balance: str, today: int, now_ms: int) -> int:
        """What the member can spend now."""
        return sum(amount for _, amount in self.spendable(balance, today, now_ms))

    def pending(self, balance: str, today: int) -> int:
        """What has been earned and activates on a later day (X-03)."""
        return sum(
            amount
            for key, amount in self.lots.items()
            if key.balance == balance and key.activates_on > today
        )


def apply(account: Account, changes: Changes) -> Account:
    """Fold one entry's changes into the account; pure.

    The caller sets `version`, `head`, `last_day` and `programme_version`, which belong to the
    entry and not to the changes.
    """
    return changed(account, folded(account, changes))


def changed(account: Account, fields: Mapping[str, Any]) -> Account:
    """The account with other values in these fields: `dataclasses.replace`, three times as fast.

    Every decision ends here, and a backtest makes hundreds of thousands of them.
    """
    return Account(
        *[fields[name] if name in fields else getattr(account, name) for name in _FIELDS]
    )


def folded(account: Account, changes: Changes) -> dict[str, Any]:
    """The account's fields that the changes touch, with what they hold after them.

    Most entries leave most fields alone: who folds many of them need not copy those.
    """
    fields: dict[str, Any] = {}
    if changes.status:
        fields["status"] = changes.status
    for name, fold in _FOLDS:
        found = getattr(changes, name)
        if found:
            fields[name] = fold(getattr(account, name), found)
    return fields


_FIELDS = tuple(item.name for item in fields_of(Account))


def sum_lots(deltas: Iterable[LotDelta]) -> tuple[LotDelta, ...]:
    """The same deltas with one per lot and no zeros, in lot order."""
    sums: dict[LotKey, int] = {}
    for delta in deltas:
        sums[delta.key] = sums.get(delta.key, 0) + delta.amount
    return tuple(
        LotDelta(key.balance, amount, key.activates_on, key.expires_on)
        for key, amount in sorted(sums.items())
        if amount
    )


def _fold_lots(lots: Mapping[LotKey, int], deltas: Iterable[LotDelta]) -> dict[LotKey, int]:
    folded = dict(lots)
    for delta in deltas:
        amount = folded.get(delta.key, 0) + delta.amount
        if amount:
            folded[delta.key] = amount
        else:
            folded.pop(delta.key, None)
    return folded


def _fold_counters(
    counters: Mapping[str, Counter], deltas: Iterable[CounterDelta]
) -> dict[str, Counter]:
    folded = dict(counters)
    for delta in deltas:
        counter = folded.get(delta.key)
        if counter is not None or delta.amount > 0:
            folded[delta.key] = _count(counter, delta)
        # Else something comes back of a period that was forgotten with all that it counted.
    return {
        key: counter for key, counter in folded.items() if counter.value or counter.previous_value
    }


def _count(counter: Counter | None, delta: CounterDelta) -> Counter:
    if counter is None:
        return Counter(delta.period, delta.amount)
    if delta.period == counter.period:
        value = counter.value + delta.amount
        return Counter(counter.period, value, counter.previous_period, counter.previous_value)
    if delta.period > counter.period:
        return Counter(delta.period, delta.amount, counter.period, counter.value)
    if delta.period == counter.previous_period:
        return replace(counter, previous_value=counter.previous_value + delta.amount)
    if delta.period > counter.previous_period and delta.amount > 0:
        # An import of the past, beside what happened since: the caps of its days hold too.
        return replace(counter, previous_period=delta.period, previous_value=delta.amount)
    # The period is older than the two that are kept: no cap can look at it any more. Or something
    # comes back of a period that was never counted here.
    return counter


def _fold_windows(
    windows: Mapping[str, Mapping[int, int]], deltas: Iterable[WindowDelta]
) -> dict[str, Mapping[int, int]]:
    folded = dict(windows)
    for delta in deltas:
        buckets = dict(folded.get(delta.metric, {}))
        value = buckets.get(delta.month, 0) + delta.amount
        if value:
            buckets[delta.month] = value
        else:
            buckets.pop(delta.month, None)
        if buckets:
            oldest = max(buckets) - WINDOW_MONTHS + 1
            folded[delta.metric] = {
                month: amount for month, amount in buckets.items() if month >= oldest
            }
        else:
            folded.pop(delta.metric, None)
    return folded


def _fold_stats(stats: Mapping[str, int], deltas: Iterable[tuple[str, int]]) -> dict[str, int]:
    folded = dict(stats)
    for key, amount in deltas:
        value = folded.get(key, 0) + amount
        if value:
            folded[key] = value
        else:
            folded.pop(key, None)
    return folded


def _fold_facts(facts: Mapping[str, int], changes: Iterable[FactChange]) -> dict[str, int]:
    folded = dict(facts)
    for change in changes:
        if change.after is None:
            folded.pop(change.key, None)
        else:
            folded[change.key] = change.after
    return folded


def _fold_tiers(
    tiers: Mapping[str, TierState], changes: Iterable[TierChange]
) -> dict[str, TierState]:
    folded = dict(tiers)
    for change in changes:
        if change.after is None:
            folded.pop(change.group, None)
        else:
            folded[change.group] = change.after
    return folded


def _fold_holds(holds: Mapping[str, Hold], changes: Iterable[HoldChange]) -> dict[str, Hold]:
    folded = dict(holds)
    for change in changes:
        if change.before is not None:
            folded.pop(change.before.id, None)
        if change.after is not None:
            folded[change.after.id] = change.after
    return folded


def _fold_vouchers(
    vouchers: Mapping[str, OpenVoucher], changes: Iterable[VoucherChange]
) -> dict[str, OpenVoucher]:
    folded = dict(vouchers)
    for change in changes:
        if change.before is not None:
            folded.pop(change.before.code, None)
        if change.after is not None:
            folded[change.after.code] = change.after
    return folded


_FOLDS: tuple[tuple[str, Callable[..., Mapping[Any, Any]]], ...] = (
    ("lots", _fold_lots),
    ("counters", _fold_counters),
    ("windows", _fold_windows),
    ("stats", _fold_stats),
    ("facts", _fold_facts),
    ("tiers", _fold_tiers),
    ("holds", _fold_holds),
    ("vouchers", _fold_vouchers),
)
