"""The programme: one versioned document, read once and never changed.

Amounts are integers at the scale of their balance (or of the programme's currency), days and
months are numbers, ratios are exact. A programme compares by identity: two readings of the
same version are two values, and what is compiled from one is kept beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from tessera.domain.calendar import Period
from tessera.domain.money import Rounding
from tessera.domain.programme.conditions import ALWAYS, Condition
from tessera.domain.programme.reader import ONE, Ratio

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


@dataclass(frozen=True, eq=False)
class Programme:
    """One version of one loyalty scheme, with all its rules."""

    id: str
    version: int
    name: str
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
