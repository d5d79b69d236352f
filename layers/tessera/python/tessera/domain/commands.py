"""What can be asked of an account. Commands are values; nothing in them was computed by us.

Amounts are integers in the currency's smallest unit, quantities in thousandths (0.750 kg is
750), instants in milliseconds since the epoch.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from tessera.domain.account import Changes
from tessera.domain.decision import LineShare


@dataclass(frozen=True, slots=True)
class Document:
    """A receipt, order or credit note: its store and number are its identity for ever (X-01)."""

    store: str
    number: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a basket, as the till sells it.

    `gross` is what the line costs before every discount, tax included; `discount` is what the
    till already took off the article (a mark-down); `tax` is the tax contained in `gross` less
    `discount`. `attributes` holds family, type, brand, theme, set, group and whatever rules may
    ask; `cost` serves the margin of a backtest.
    """

    article: str
    quantity_milli: int
    gross: int
    discount: int = 0
    tax: int = 0
    cost: int | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)

    @property
    def net(self) -> int:
        """What is asked for the line after its mark-down, tax included."""
        return self.gross - self.discount


@dataclass(frozen=True, slots=True)
class Advantage:
    """A discount or coupon from outside the programme that lowered what was paid (O-13)."""

    code: str
    amount: int


@dataclass(frozen=True, slots=True)
class Payment:
    """A wish to pay by value of a balance: an amount of that balance, or all that fits (None)."""

    balance: str
    amount: int | None = None


@dataclass(frozen=True, slots=True)
class Command:
    """What every command carries.

    `occurred_at_ms` is the till's time, which drives rules and lot dates; `recorded_at_ms` is
    ours and drives order. `silent` marks a historic import: no message, no card, no occasion.
    `by` is who stood at the till, by pseudonym; no rule may ask for it.
    """

    occurred_at_ms: int
    recorded_at_ms: int
    store: str = ""
    channel: str = "store"
    silent: bool = False
    by: str = ""


@dataclass(frozen=True, slots=True)
class Enrol(Command):
    """A member joins the programme (B-05)."""

    origin: str = ""


@dataclass(frozen=True, slots=True)
class Leave(Command):
    """A member leaves the programme (B-10)."""

    reason: str = ""


@dataclass(frozen=True, slots=True)
class Purchase(Command):
    """A sale, before anything that the programme takes off.

    `delivery` is the delivery mode of a web order, `promo_codes` the codes that the customer
    typed, `vouchers` the codes of our own vouchers to use in this sale.
    """

    document: Document = field(default_factory=lambda: Document("", ""))
    currency: str = ""
    lines: tuple[Line, ...] = ()
    advantages: tuple[Advantage, ...] = ()
    promo_codes: tuple[str, ...] = ()
    payments: tuple[Payment, ...] = ()
    vouchers: tuple[str, ...] = ()
    delivery: str = ""
    delivery_cost: int = 0
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RedeemReward(Command):
    """A member takes a reward, whose price in points (if any) is debited (B-49)."""

    reward: str = ""


@dataclass(frozen=True, slots=True)
class AwardReward(Command):
    """Somebody, or something outside, gives a member a reward for nothing (B-39)."""

    reward: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class UseVoucher(Command):
    """A voucher is used in one go, outside a recorded sale; `amount` is taken off a gift card."""

    code: str = ""
    amount: int | None = None


@dataclass(frozen=True, slots=True)
class RecordEvent(Command):
    """Anything else that happened: a review, a survey, a newsletter sign-up (B-03)."""

    name: str = ""
    reference: str = ""
    attributes: Mapping[str, str | int | bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Adjust(Command):
    """A clerk changes a balance by hand, within his rights and with a reason (O-32)."""

    balance: str = ""
    amount: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class OpenHold(Command):
    """Set value aside, until commit, cancel or `ttl_s` seconds have gone (X-02).

    Either an amount of a balance, or the price of a reward, or a voucher (its first phase).
    """

    balance: str = ""
    amount: int = 0
    reward: str = ""
    voucher: str = ""
    ttl_s: int = 900


@dataclass(frozen=True, slots=True)
class SettleHold(Command):
    """Commit (`keep` true: the value is spent) or cancel (the value is free again) a hold."""

    hold: str = ""
    keep: bool = True


@dataclass(frozen=True, slots=True)
class FireOccasion(Command):
    """A scheduled occasion of one member has come: `kind` and the `period` that makes it unique."""

    kind: str = ""
    period: str = ""
    due_on: int = 0


@dataclass(frozen=True, slots=True)
class ExpireValue(Command):
    """Write down the expiry of the lots whose last day has passed."""


@dataclass(frozen=True, slots=True)
class ReturnedPart:
    """How much of a line had come back before, and has after, this return, out of how much.

    Thousandths where the line is returned by quantity, money where by amount; a line that this
    return leaves alone has `before` equal to `after`.
    """

    line: int
    before: int
    after: int
    whole: int


class Undoes(StrEnum):
    """What of a sale a return undoes on one account.

    Whoever joined or left a household since has his value on another account than the one that
    counted the sale: then each of the two undoes its part.
    """

    EVERYTHING = "everything"
    VALUE = "value"
    """What was earned and spent, vouchers among it."""

    COUNTS = "counts"
    """Counters, statistics, dates and tiers."""


@dataclass(frozen=True, slots=True)
class ReturnedSale:
    """A sale of which goods come back: its stored decision, and the parts that come back now.

    `changes` and `shares` are those of the sale's entry and detail, `nets` the value of each of
    its lines, `parts` one for every line of it. `is_estimated` says that nobody knows the sale:
    what it would have done was decided for the return.
    """

    changes: Changes
    shares: tuple[LineShare, ...] = ()
    nets: tuple[int, ...] = ()
    parts: tuple[ReturnedPart, ...] = ()
    undoes: Undoes = Undoes.EVERYTHING
    is_estimated: bool = False


@dataclass(frozen=True, slots=True)
class Return(Command):
    """Goods given back, of one sale or of several, the newest first."""

    document: Document = field(default_factory=lambda: Document("", ""))
    sales: tuple[ReturnedSale, ...] = ()
