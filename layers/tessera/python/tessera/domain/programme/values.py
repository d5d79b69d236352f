"""Balances: kinds of value with their limits, expiry and rounding, and how they are spent.

Amounts are integers at the scale of their balance (or of the programme's currency), days and
months are numbers, ratios are exact.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from tessera.domain.calendar import Period
from tessera.domain.money import Rounding
from tessera.domain.programme.reader import Ratio

Texts = Mapping[str, str]
"""A text by language; the empty language serves every other one."""


class BalanceKind(StrEnum):
    """What a balance counts (B-13, B-14)."""

    POINTS = "points"
    CASH = "cash"
    STAMPS = "stamps"


class ExpiryMode(StrEnum):
    """When value lapses (B-29); `sliding` restarts at each activity."""

    NEVER = "never"
    AFTER = "after"
    YEARLY = "yearly"
    SLIDING = "sliding"


class ExpiryEnd(StrEnum):
    """To which day the expiry after a time is carried."""

    DAY = "day"
    MONTH_END = "month_end"
    YEAR_END = "year_end"


@dataclass(frozen=True, slots=True)
class Span:
    """A length of calendar time: whole months, then days (weeks are seven days)."""

    months: int = 0
    days: int = 0


@dataclass(frozen=True, slots=True)
class Expiry:
    """How the last usable day of a lot follows from the day on which its value activates."""

    mode: ExpiryMode = ExpiryMode.NEVER
    span: Span = field(default_factory=Span)
    end: ExpiryEnd = ExpiryEnd.DAY
    month: int = 0
    day: int = 0


class Overtaking(StrEnum):
    """What a cap does with what goes over it (A-13)."""

    CUT = "cut"
    REJECT = "reject"


@dataclass(frozen=True, slots=True)
class Cap:
    """A limit on the amount or the number of credits or debits (B-23 to B-28).

    `period` None means per operation. `activity` restricts the cap to credits that one event
    causes.
    """

    debit: bool
    period: Period | None
    amount: int | None
    count: int | None
    activity: str
    overtaking: Overtaking


@dataclass(frozen=True, slots=True)
class Reminder:
    """The recurring reminder of O-14 to O-16, whose two conditions switch separately (A-03)."""

    threshold: bool
    deadline_within: Span | None
    every: Span


class AfterUse(StrEnum):
    """What spending leaves of a balance (W-04, W-05, W-06; O-10, O-11)."""

    DEDUCT_USED = "deduct_used"
    RESET = "reset"
    KEEP = "keep"


@dataclass(frozen=True, slots=True)
class Grant:
    """What a bracket or a step gives: a discount and/or free delivery (W-11, W-16, W-19)."""

    amount: int = 0
    percent: Ratio | None = None
    free_delivery: tuple[str, ...] | None = None

    @property
    def delivers(self) -> bool:
        """Whether some delivery mode becomes free; the empty list stands for every mode."""
        return self.free_delivery is not None


@dataclass(frozen=True, slots=True)
class Bounds:
    """An interval whose ends carry their own inclusion (A-06); None is open."""

    low: int | None = None
    low_included: bool = True
    high: int | None = None
    high_included: bool = True

    @property
    def least(self) -> int:
        """The smallest whole number that the interval holds, 0 where it is open below."""
        return 0 if self.low is None else self.low + (not self.low_included)

    def hold(self, value: int) -> bool:
        if self.low is not None and (
            value < self.low or (value == self.low and not self.low_included)
        ):
            return False
        return self.high is None or value < self.high or (value == self.high and self.high_included)


@dataclass(frozen=True, slots=True)
class Value:
    """What value pays: `gives` of the currency for every whole `points` of the balance (A-01)."""

    points: int
    gives: int


@dataclass(frozen=True, slots=True)
class Bracket:
    """A range of the balance and what it entitles to (W-10 to W-14)."""

    bounds: Bounds
    grant: Grant
    value: Value | None


@dataclass(frozen=True, slots=True)
class Spending:
    """How a balance pays (O-07, O-09 to O-11, O-30, W-04 to W-14, B-21)."""

    value: Value | None = None
    threshold: int = 0
    after_use: AfterUse = AfterUse.DEDUCT_USED
    from_order: int = 1
    from_amount: int = 0
    brackets: tuple[Bracket, ...] = ()
    stackable_with: frozenset[str] = frozenset()
    automatic: bool = False
    channels: tuple[str, ...] = ()

    @property
    def usable_from(self) -> int:
        """The smallest balance that can be used: the threshold, and where a bracket begins."""
        begins = [item.bounds.least for item in self.brackets]
        return max(self.threshold, min(begins, default=0))


@dataclass(frozen=True, slots=True)
class Balance:
    """A kind of value that members hold."""

    id: str
    kind: BalanceKind
    decimals: int
    currency: str
    names: Texts
    logo: str = ""
    minimum: int = 0
    maximum: int | None = None
    caps: tuple[Cap, ...] = ()
    expiry: Expiry = field(default_factory=Expiry)
    sliding_events: frozenset[str] = frozenset()
    credit_rounding: Rounding = Rounding.DOWN
    debit_rounding: Rounding = Rounding.UP
    rounding_unit: int = 1
    warn_days: tuple[int, ...] = ()
    warn_at_least: int = 1
    reminder: Reminder | None = None
    spending: Spending | None = None
    stamps_per_card: int = 0

    @property
    def unit(self) -> int:
        """One whole point, euro or stamp, in the balance's smallest unit."""
        return int(10**self.decimals)
