"""The programme: one versioned document, read once and never changed.

Amounts are integers at the scale of their balance (or of the programme's currency), days and
months are numbers, ratios are exact. A programme compares by identity: two readings of the
same version are two values, and what is compiled from one is kept beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from tessera.domain.programme.actions import (
    Action,
    Award,
    Credit,
    CreditKind,
    Emit,
    Instalment,
    Limit,
    Multiply,
    Operation,
    PutInTier,
    Rule,
    Stacking,
)
from tessera.domain.programme.codes import Codes
from tessera.domain.programme.conditions import ALWAYS, Condition
from tessera.domain.programme.objectives import Objective
from tessera.domain.programme.reader import ONE, Ratio
from tessera.domain.programme.values import (
    AfterUse,
    Balance,
    BalanceKind,
    Bounds,
    Bracket,
    Cap,
    Expiry,
    ExpiryEnd,
    ExpiryMode,
    Grant,
    Overtaking,
    Reminder,
    Span,
    Spending,
    Texts,
    Value,
)

__all__ = [
    "Action",
    "AfterUse",
    "Award",
    "AwardTrigger",
    "Balance",
    "BalanceKind",
    "Bounds",
    "Bracket",
    "Cap",
    "Club",
    "CodeMode",
    "CodeSource",
    "Credit",
    "CreditKind",
    "Drop",
    "Earning",
    "EarningBase",
    "Emit",
    "Expiry",
    "ExpiryEnd",
    "ExpiryMode",
    "Gate",
    "Grant",
    "Identifier",
    "IdentifierMode",
    "Instalment",
    "Limit",
    "Membership",
    "Metric",
    "Multiply",
    "NewCustomer",
    "Operation",
    "Overtaking",
    "Price",
    "Programme",
    "PutInTier",
    "Reminder",
    "ReturnPolicy",
    "Returns",
    "Reward",
    "RewardKind",
    "Rule",
    "Segment",
    "Span",
    "Spending",
    "Stacking",
    "Step",
    "Texts",
    "Tier",
    "TierGroup",
    "Timing",
    "Trigger",
    "Use",
    "Value",
    "WindowKind",
    "text_in",
]


class Timing(StrEnum):
    """When a member moves up or down (B-35)."""

    REAL_TIME = "real_time"
    TIER_ANNIVERSARY = "tier_anniversary"
    MEMBERSHIP_ANNIVERSARY = "membership_anniversary"


class Metric(StrEnum):
    """What a tier is measured by (A-07)."""

    BALANCE = "balance"
    EARNED = "earned"
    SPENT = "spent"
    ORDERS = "orders"


class WindowKind(StrEnum):
    """Over which time a metric is summed."""

    EVER = "ever"
    CALENDAR_YEAR = "calendar_year"
    ROLLING = "rolling"


class Drop(StrEnum):
    """How far a member falls who no longer meets his tier."""

    NONE = "none"
    ONE_LEVEL = "one_level"
    FULL = "full"


@dataclass(frozen=True, slots=True)
class Tier:
    """One step of a ladder; `threshold` is in the group's metric."""

    id: str
    threshold: int
    names: Texts
    coefficient: Ratio = ONE
    colour: str = ""
    benefits: Texts = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TierGroup:
    """A ladder of tiers, lowest first (B-32 to B-36, A-07)."""

    id: str
    names: Texts
    metric: Metric
    balance: str
    window: WindowKind
    window_months: int
    tiers: tuple[Tier, ...]
    up: Timing = Timing.REAL_TIME
    down: Timing = Timing.TIER_ANNIVERSARY
    drop: Drop = Drop.FULL
    grace: Span = field(default_factory=Span)
    floor: str = ""
    advance: tuple[Span, ...] = ()

    def rank(self, tier: str | None) -> int:
        """The place of a tier in the ladder, 0 the lowest; -1 below it."""
        for place, candidate in enumerate(self.tiers):
            if candidate.id == tier:
                return place
        return -1


class RewardKind(StrEnum):
    """What a reward is (B-45 to B-48, Z-14 to Z-18, Q-16)."""

    CREDIT = "credit"
    DISCOUNT = "discount"
    PRODUCT = "product"
    PERK = "perk"
    DONATION = "donation"
    EXPERIENCE = "experience"
    GIFT_CARD = "gift_card"
    FREE_DELIVERY = "free_delivery"


class Trigger(StrEnum):
    """What awards a reward (B-39 to B-43)."""

    MANUAL = "manual"
    JOIN = "join"
    BALANCE = "balance"
    TIER = "tier"
    EVENT = "event"


@dataclass(frozen=True, slots=True)
class AwardTrigger:
    """One way in which a reward is awarded by itself."""

    trigger: Trigger
    balance: str = ""
    amount: int = 0
    every_time: bool = False
    group: str = ""
    tiers: tuple[str, ...] = ()
    keep: bool = False
    event: str = ""
    condition: Condition = ALWAYS


class CodeMode(StrEnum):
    """Where the code of a voucher comes from (B-50)."""

    NONE = "none"
    GENERATED = "generated"
    SHARED = "shared"
    POOL = "pool"


@dataclass(frozen=True, slots=True)
class CodeSource:
    """How codes are made: generated with a prefix and length, one for all, or from a pool."""

    mode: CodeMode = CodeMode.NONE
    prefix: str = ""
    suffix: str = ""
    length: int = 12
    characters: str = "base32"
    code: str = ""
    pool: str = ""


@dataclass(frozen=True, slots=True)
class Price:
    """An amount of a balance: what a reward costs, or what must have been gathered for it."""

    balance: str
    amount: int


@dataclass(frozen=True, slots=True)
class Use:
    """The terms on which a voucher can be used (B-49)."""

    expiry: Expiry = field(default_factory=Expiry)
    times: int = 1
    price: Price | None = None
    stores: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    from_amount: int = 0
    condition: Condition = ALWAYS
    stackable: bool = True


@dataclass(frozen=True, slots=True)
class Reward:
    """What can be won (B-37 to B-50)."""

    id: str
    kind: RewardKind
    names: Texts
    internal_name: str = ""
    descriptions: Texts = field(default_factory=dict)
    image: str = ""
    grant: Grant = field(default_factory=Grant)
    credit: Price | None = None
    products: tuple[str, ...] = ()
    price: Price | None = None
    requires: Price | None = None
    tier_group: str = ""
    tiers: tuple[str, ...] = ()
    condition: Condition = ALWAYS
    awards: tuple[AwardTrigger, ...] = ()
    starts_at: str | None = None
    ends_at: str | None = None
    limits: tuple[Limit, ...] = ()
    budget: int | None = None
    code: CodeSource = field(default_factory=CodeSource)
    use: Use = field(default_factory=Use)
    listed: bool = True


@dataclass(frozen=True, slots=True)
class Step:
    """A cart amount from which a benefit is granted (W-17, W-24)."""

    bounds: Bounds
    grant: Grant


@dataclass(frozen=True, slots=True)
class NewCustomer:
    """The benefits of a first order (W-15 to W-19)."""

    earns: bool = True
    points: Price | None = None
    steps: tuple[Step, ...] = ()
    stackable_with: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Segment:
    """Members that match conditions now, with their benefits (W-20 to W-25)."""

    id: str
    condition: Condition
    earns: bool = True
    steps: tuple[Step, ...] = ()
    stackable_with: frozenset[str] = frozenset()
    names: Texts = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Club:
    """A paid period with its benefits (Z-03).

    The period is bought by a line that satisfies `fee_lines`, or given by an event; a purchase
    before the end prolongs it.
    """

    id: str
    names: Texts
    period: Span
    fee_lines: Condition | None
    event: str
    advance_days: tuple[int, ...]
    steps: tuple[Step, ...]
    coefficient: Ratio
    stackable_with: frozenset[str] = frozenset()


class IdentifierMode(StrEnum):
    """How the identifier of a membership is made (B-06 to B-08)."""

    AUTOMATIC = "automatic"
    PATTERN = "pattern"
    POOL = "pool"


@dataclass(frozen=True, slots=True)
class Identifier:
    """The identifier that a member knows; the card code beside it is always automatic."""

    mode: IdentifierMode = IdentifierMode.AUTOMATIC
    prefix: str = ""
    suffix: str = ""
    length: int = 12
    characters: str = "base32"
    pool: str = ""


@dataclass(frozen=True, slots=True)
class Gate:
    """An event that lets somebody join or makes a member leave (B-09, B-10)."""

    event: str
    condition: Condition = ALWAYS


@dataclass(frozen=True, slots=True)
class Membership:
    """Who is a member, and what happens around membership (B-05 to B-12)."""

    identifier: Identifier = field(default_factory=Identifier)
    join: tuple[Gate, ...] = ()
    leave: tuple[Gate, ...] = ()
    inactive_after: Span | None = None
    birthday_attribute: str = "birthday"
    birthday_days_before: tuple[int, ...] = ()
    anniversary: bool = False
    anniversary_days_before: tuple[int, ...] = ()
    conditions: Condition = ALWAYS


class EarningBase(StrEnum):
    """What a discounted order earns on (A-04)."""

    NONE = "none"
    NET = "net"
    GROSS = "gross"


@dataclass(frozen=True, slots=True)
class Earning:
    """What counts for earning, whatever the rule (O-02, O-04 to O-06, O-13, W-03)."""

    base: EarningBase = EarningBase.NONE
    tax_included: bool = True
    discounted_articles: bool = True
    lines: Condition = ALWAYS
    condition: Condition = ALWAYS


class ReturnPolicy(StrEnum):
    """What a return does where too few points are left (A-05)."""

    WITHIN_BALANCE = "within_balance"
    ALLOW_NEGATIVE = "allow_negative"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True)
class Returns:
    """Whether credit notes reduce the balance, and how far (O-12, A-05)."""

    reduce: bool = True
    policy: ReturnPolicy = ReturnPolicy.WITHIN_BALANCE


@dataclass(frozen=True, slots=True)
class Closing:
    """The end of a programme (Z-30): the last days of earning and of spending, both included."""

    earning_until: int
    spending_until: int


@dataclass(frozen=True, eq=False)
class Programme:
    """One version of one loyalty scheme, with all its rules.

    `internal_name` is the merchant's own and nobody else's (B-04); customers see `name_in`.
    """

    id: str
    version: int
    internal_name: str
    currency: str
    exponent: int
    zone: str
    names: Texts
    membership: Membership
    earning: Earning
    returns: Returns
    balances: tuple[Balance, ...]
    rules: tuple[Rule, ...]
    stacking: Stacking
    operations: tuple[Operation, ...]
    tier_groups: tuple[TierGroup, ...]
    rewards: tuple[Reward, ...]
    new_customers: NewCustomer | None
    segments: tuple[Segment, ...]
    clubs: tuple[Club, ...]
    partitions: Mapping[str, str]
    texts: Mapping[str, Texts]
    card_design: str = ""
    codes: Codes = field(default_factory=Codes)
    objectives: tuple[Objective, ...] = ()
    closing: Closing | None = None

    def name_in(self, language: str) -> str:
        """Its name for customers; its id where it was given none."""
        return text_in(self.names, language, self.id)

    def balance(self, balance_id: str) -> Balance | None:
        """The balance of that name, if the programme has it."""
        return next((found for found in self.balances if found.id == balance_id), None)

    def reward(self, reward_id: str) -> Reward | None:
        """The reward of that name, if the programme has it."""
        return next((found for found in self.rewards if found.id == reward_id), None)

    def tier_group(self, group_id: str) -> TierGroup | None:
        """The tier group of that name, if the programme has it."""
        return next((found for found in self.tier_groups if found.id == group_id), None)

    def partition_of(self, store: str) -> str:
        """The partition whose account a store works on; "-" where accounts are shared (O-37)."""
        return self.partitions.get(store, "-") if self.partitions else "-"


def text_in(texts: Texts, language: str, fallback: str = "") -> str:
    """A text in a language, or the one that serves every language, or any, or the fallback."""
    if language in texts:
        return texts[language]
    if "" in texts:
        return texts[""]
    return next(iter(texts.values()), fallback)
