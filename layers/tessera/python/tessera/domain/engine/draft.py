"""The working state of one decision: what is being changed, and why.

A draft reads the account through its own pending changes, so that every step sees the effect
of the one before; at the end it becomes an immutable `Decision`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from tessera.domain.account import (
    Account,
    Changes,
    CounterDelta,
    FactChange,
    Hold,
    HoldChange,
    LotDelta,
    LotKey,
    OpenVoucher,
    TierChange,
    TierState,
    VoucherChange,
    WindowDelta,
)
from tessera.domain.calendar import Period, day_of, month_index, period_of, to_datetime
from tessera.domain.commands import Command, Line, Purchase
from tessera.domain.decision import (
    NOTHING,
    Benefit,
    Decision,
    Facts,
    Happening,
    Ids,
    IssuedVoucher,
    LineShare,
    ReceiptLine,
    Scalar,
    Step,
    make_share,
    make_step,
)

if TYPE_CHECKING:
    from tessera.domain.engine.basket import Basket
    from tessera.domain.engine.compiled import Compiled


class Draft:
    """One decision in the making.

    `today` is the business day on which the command happened, `cap_day` the one that period
    counters use, `now_ms` the instant at which holds are looked at.
    """

    __slots__ = (
        "account", "basket", "benefits", "budgets", "cap_day", "closed", "command", "compiled",
        "counters", "credited", "debited", "discount_by_line", "earned_by_line", "event",
        "event_data", "fact_changes", "facts", "happenings", "hold_changes", "ids", "issued",
        "lacking", "lines", "local_time", "lots", "moved", "nets", "now_ms", "operations_counted",
        "orders", "period_numbers", "queue", "receipt", "segment", "segment_known", "shortfalls",
        "spent_by_line", "stats", "status", "steps", "tiers", "today", "total", "vouchers",
        "windows",
    )  # fmt: skip

    def __init__(
        self, compiled: Compiled, account: Account, facts: Facts, command: Command, ids: Ids
    ) -> None:
        self.compiled = compiled
        self.account = account
        self.facts = facts
        self.command = command
        self.ids = ids
        self.now_ms = account.instant_ms(command.recorded_at_ms)
        self.today: int = day_of(command.occurred_at_ms, compiled.programme.zone)
        self.cap_day = self.today if command.silent else account.business_day(self.today)
        self.lines: tuple[Line, ...] = command.lines if isinstance(command, Purchase) else ()
        self.nets = [line.gross - line.discount for line in self.lines]
        self.total: int = sum(self.nets)
        self.basket: Basket | None = None
        self.event: str = ""
        self.event_data: Mapping[str, Scalar] = NOTHING
        self.orders: int = account.stats.get("orders", 0)
        self.segment: str | None = None
        self.segment_known = False
        self.local_time: datetime | None = None
        self.period_numbers: dict[Period, int] = {}
        self.lots: dict[LotKey, int] = {}
        self.moved: dict[tuple[LotKey, bool], int] = {}
        self.counters: dict[tuple[str, int], int] = {}
        self.windows: dict[tuple[str, int], int] = {}
        self.stats: dict[str, int] = {}
        self.fact_changes: dict[str, int | None] = {}
        self.tiers: dict[str, TierState | None] = {}
        self.hold_changes: list[HoldChange] = []
        self.vouchers: dict[str, OpenVoucher | None] = {}
        self.issued: list[IssuedVoucher] = []
        self.benefits: list[Benefit] = []
        self.earned_by_line: list[dict[str, int]] = []
        self.spent_by_line: list[dict[str, int]] = []
        self.discount_by_line: list[int] = []
        self.receipt: list[ReceiptLine] = []
        self.happenings: list[Happening] = []
        self.shortfalls: dict[str, int] = {}
        self.budgets: dict[str, int] = {}
        self.lacking: dict[str, int] = {}
        self.steps: list[Step] = []
        self.queue: list[tuple[str, Mapping[str, Scalar], int]] = []
        self.credited: dict[str, int] = {}
        self.debited: dict[str, int] = {}
        self.closed: dict[str, str] = {}
        self.operations_counted: set[str] = set()
        self.status: str | None = None

    # Time

    @property
    def local(self) -> datetime:
        """The local time at which the command happened."""
        if self.local_time is None:
            self.local_time = to_datetime(self.command.occurred_at_ms, self.compiled.programme.zone)
        return self.local_time

    def period_number(self, period: Period) -> int:
        """The number of the running period, for counters."""
        found = self.period_numbers.get(period)
        if found is None:
            found = self.period_numbers[period] = period_of(period, self.cap_day)
        return found

    # Value

    def move(self, key: LotKey, amount: int) -> None:
        """Put an amount into a lot, or take it out.

        What went in and what came out of one lot are both recorded: a return must be able to
        reverse either without the other.
        """
        self.lots[key] = self.lots.get(key, 0) + amount
        way = (key, amount > 0)
        self.moved[way] = self.moved.get(way, 0) + amount

    def spendable(self, balance: str) -> list[tuple[LotKey, int]]:
        """The lots that can be spent now, earliest expiry first, pending changes included."""
        if not self.lots:
            return self.account.spendable(balance, self.today, self.now_ms)
        held = self.held()
        keys = sorted(self.account.lots.keys() | self.lots.keys())
        found = []
        for key in keys:
            if key.balance == balance and key.activates_on <= self.today <= key.expires_on:
                left = self.lot(key) - held.get(key, 0)
                if left:
                    found.append((key, left))
        return found

    def held(self) -> dict[LotKey, int]:
        """What live holds set aside, pending changes included."""
        parts = self.account.held(self.now_ms)
        for change in self.hold_changes:
            for hold, sign in ((change.before, -1), (change.after, 1)):
                if hold is not None and hold.expires_at_ms > self.now_ms:
                    for part in hold.parts:
                        parts[part.key] = parts.get(part.key, 0) + sign * part.amount
        return parts

    def lot(self, key: LotKey) -> int:
        return self.account.lots.get(key, 0) + self.lots.get(key, 0)

    def available(self, balance: str) -> int:
        """What the member can spend now."""
        total, today = 0, self.today
        for lots in (self.account.lots, self.lots):
            for key, amount in lots.items():
                if key.balance == balance and key.activates_on <= today <= key.expires_on:
                    total += amount
        if self.account.holds or self.hold_changes:
            for key, amount in self.held().items():
                if key.balance == balance and key.activates_on <= today <= key.expires_on:
                    total -= amount
        return total

    def owned(self, balance: str) -> int:
        """What is active and the member's own, on hold or not: what tiers and awards look at.

        What is set aside is not spent: it takes nobody out of a tier, nor does its coming back
        bring anybody anything.
        """
        total = self.available(balance)
        if self.account.holds or self.hold_changes:
            for key, amount in self.held().items():
                if key.balance == balance and key.activates_on <= self.today <= key.expires_on:
                    total += amount
        return total

    def holding(self, balance: str) -> int:
        """What has not expired, pending value included: what a maximum looks at (B-22)."""
        total = 0
        today = self.today
        for key, amount in self.account.lots.items():
            if key.balance == balance and key.expires_on >= today:
                total += amount
        for key, amount in self.lots.items():
            if key.balance == balance and key.expires_on >= today:
                total += amount
        return total

    # Counters, statistics, facts

    def counter(self, key: str, period: int) -> int:
        return self.account.counter(key, period) + self.counters.get((key, period), 0)

    def count(self, key: str, period: int, amount: int) -> None:
        place = (key, period)
        self.counters[place] = self.counters.get(place, 0) + amount

    def stat(self, key: str) -> int:
        return self.account.stats.get(key, 0) + self.stats.get(key, 0)

    def add_stat(self, key: str, amount: int) -> None:
        if amount:
            self.stats[key] = self.stats.get(key, 0) + amount

    def add_window(self, metric: str, amount: int) -> None:
        place = (metric, month_index(self.today))
        self.windows[place] = self.windows.get(place, 0) + amount

    def window(self, metric: str, first_month: int, last_month: int) -> int:
        pending = sum(
            amount
            for (name, month), amount in self.windows.items()
            if name == metric and first_month <= month <= last_month
        )
        return self.account.window(metric, first_month, last_month) + pending

    def fact(self, key: str) -> int | None:
        if key in self.fact_changes:
            return self.fact_changes[key]
        return self.account.facts.get(key)

    def set_fact(self, key: str, value: int | None) -> None:
        self.fact_changes[key] = value

    # Tiers, holds, vouchers

    def tier(self, group: str) -> TierState | None:
        if group in self.tiers:
            return self.tiers[group]
        return self.account.tiers.get(group)

    def hold(self, hold_id: str) -> Hold | None:
        return self.account.holds.get(hold_id)

    def voucher(self, code: str) -> OpenVoucher | None:
        if code in self.vouchers:
            return self.vouchers[code]
        return self.account.vouchers.get(code)

    def voucher_codes(self) -> list[str]:
        """The codes in the member's hand, pending changes included."""
        codes = dict.fromkeys(self.account.vouchers)
        codes.update(dict.fromkeys(self.vouchers))
        return [code for code in codes if self.voucher(code) is not None]

    # The record

    def note(self, code: str, subject: str, outcome: str, /, **values: Scalar) -> None:
        """Write one thing that was looked at into the trace."""
        self.steps.append(make_step((code, subject, outcome, values)))

    def happen(self, name: str, depth: int, /, **data: Scalar) -> None:
        """Let an event happen: the bus will hear of it, and rules may wait for it."""
        self.happenings.append(Happening(name, data))
        self.queue.append((name, data, depth))

    def finish(self, kind: str) -> Decision:
        """The immutable decision."""
        return Decision(
            kind=kind,
            programme_version=self.compiled.programme.version,
            business_day=self.today,
            changes=self._changes(),
            benefits=tuple(self.benefits),
            lines=self._shares(),
            vouchers=tuple(self.issued),
            receipt=tuple(self.receipt),
            happenings=tuple(self.happenings),
            shortfalls=self.shortfalls,
            budgets=self.budgets,
            lacking=self.lacking,
            trace=tuple(self.steps),
        )

    def _shares(self) -> tuple[LineShare, ...]:
        """What each line earned, paid and was given; nothing where no line did."""
        earned, spent, discount = self.earned_by_line, self.spent_by_line, self.discount_by_line
        if not earned and not spent:
            return ()
        return tuple(
            [
                make_share(
                    (
                        line,
                        earned[line] if earned else NOTHING,
                        spent[line] if spent else NOTHING,
                        discount[line] if discount else 0,
                    )
                )
                for line in range(len(self.lines))
            ]
        )

    def _changes(self) -> Changes:
        """What is left of the working state once nothing is said that changes nothing."""
        account = self.account
        lots = [
            LotDelta(key.balance, amount, key.activates_on, key.expires_on)
            for (key, _), amount in sorted(self.moved.items())
            if amount
        ]
        counters = [
            CounterDelta(key, period, amount)
            for (key, period), amount in sorted(self.counters.items())
            if amount
        ]
        windows = [
            WindowDelta(metric, month, amount)
            for (metric, month), amount in sorted(self.windows.items())
            if amount
        ]
        return Changes(
            lots=tuple(lots),
            counters=tuple(counters),
            windows=tuple(windows),
            stats=tuple([item for item in sorted(self.stats.items()) if item[1]]),
            facts=tuple(
                [
                    FactChange(key, account.facts.get(key), value)
                    for key, value in sorted(self.fact_changes.items())
                    if account.facts.get(key) != value
                ]
            ),
            tiers=tuple(
                [
                    TierChange(group, account.tiers.get(group), state)
                    for group, state in sorted(self.tiers.items())
                    if account.tiers.get(group) != state
                ]
            )
            if self.tiers
            else (),
            holds=tuple(self.hold_changes),
            vouchers=tuple(
                [
                    VoucherChange(account.vouchers.get(code), state)
                    for code, state in sorted(self.vouchers.items())
                    if account.vouchers.get(code) != state
                ]
            )
            if self.vouchers
            else (),
            status=self.status,
        )
