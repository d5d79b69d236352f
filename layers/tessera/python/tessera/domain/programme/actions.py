"""Rules (when, if, then) and operations: how value is earned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from tessera.domain.calendar import Period
from tessera.domain.programme.conditions import ALWAYS, Condition
from tessera.domain.programme.reader import Ratio
from tessera.domain.programme.values import Expiry, Span, Texts


class CreditKind(StrEnum):
    """How the amount of a credit is found (W-02, B-02, O-06)."""

    FIXED = "fixed"
    PER_AMOUNT = "per_amount"
    PER_STEP = "per_step"
    PER_ITEM = "per_item"


@dataclass(frozen=True, slots=True)
class Instalment:
    """A share of a credit, in percent, and when it activates (B-19, A-09)."""

    percent: Ratio
    after: Span


@dataclass(frozen=True, slots=True)
class Credit:
    """Then: credit an amount to a balance.

    `give` is at the balance's scale; `every` is money for amounts and thousandths for items.
    `by_tier` replaces `give` for the members of a tier (Q-21).
    """

    balance: str
    kind: CreditKind
    give: int
    every: int = 1
    cumulative: bool = False
    multiplied: bool = True
    by_tier: Mapping[str, int] = field(default_factory=dict)
    expiry: Expiry | None = None
    pending: Span | None = None
    schedule: tuple[Instalment, ...] = ()
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Multiply:
    """Then: multiply what the purchase earns in a balance; all such factors multiply together."""

    balance: str
    by: Ratio


@dataclass(frozen=True, slots=True)
class Award:
    """Then: award a reward (B-51)."""

    reward: str


@dataclass(frozen=True, slots=True)
class PutInTier:
    """Then: put the member in a tier (B-51)."""

    group: str
    tier: str


@dataclass(frozen=True, slots=True)
class Emit:
    """Then: let an event happen, which other rules may wait for."""

    event: str


Action = Credit | Multiply | Award | PutInTier | Emit


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `count` times per period and member."""

    period: Period
    count: int


@dataclass(frozen=True, slots=True)
class Rule:
    """When an event happens and the conditions hold, then the actions follow (B-17, B-20)."""

    id: str
    events: frozenset[str]
    condition: Condition
    lines: Condition
    actions: tuple[Action, ...]
    limits: tuple[Limit, ...] = ()
    precedence: int = 0
    names: Texts = field(default_factory=dict)


class Stacking(StrEnum):
    """How operations that match together combine (A-11)."""

    BEST = "best"
    SUM = "sum"
    PRODUCT = "product"


@dataclass(frozen=True, slots=True)
class Operation:
    """A time-boxed coefficient on points (O-17 to O-21).

    `starts_at` and `ends_at` are local times ("2027-11-26T08:00"), both included; a date alone
    covers its whole day. `budget` caps what the operation may add over all members, at the
    balance's scale.
    """

    id: str
    balance: str
    coefficient: Ratio
    starts_at: str | None = None
    ends_at: str | None = None
    condition: Condition = ALWAYS
    lines: Condition = ALWAYS
    budget: int | None = None
    names: Texts = field(default_factory=dict)
