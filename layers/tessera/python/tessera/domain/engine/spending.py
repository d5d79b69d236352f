"""Paying with a balance: value of a point, threshold, brackets, after-use (W-04 to W-14, O-09).

A payment of a stated amount is a demand: what stands against it is a refusal. A payment
without amount is a wish: it takes what the rules allow, and the trace says what they did not.
"""

from __future__ import annotations

from dataclasses import dataclass

from tessera.domain.commands import Payment, Purchase
from tessera.domain.decision import Benefit
from tessera.domain.engine.closing import check_spending
from tessera.domain.engine.debits import check_debit, debit
from tessera.domain.engine.discounts import (
    LOYALTY,
    Till,
    apply_grant,
    discount_of,
    excluded_by,
)
from tessera.domain.engine.draft import Draft
from tessera.domain.errors import InvalidInput, Refused
from tessera.domain.money import Rounding, divide
from tessera.domain.programme.model import AfterUse, Balance, Bracket, Spending, Value


@dataclass(frozen=True, slots=True)
class Paid:
    """What a payment took: value entitled to the discount, and value consumed or forfeited."""

    balance: str
    discount: int
    used: int
    forfeited: int


def pay_all(draft: Draft, till: Till, command: Purchase) -> list[Paid]:
    """Every payment asked for, then the benefits that a balance gives by itself."""
    found = []
    asked = set()
    for place, payment in enumerate(command.payments):
        balance = draft.compiled.balances.get(payment.balance)
        if balance is None:
            raise InvalidInput("balance_unknown", field=f"/payments/{place}/balance")
        asked.add(balance.id)
        paid = _pay(draft, till, command, balance, payment)
        if paid is not None:
            found.append(paid)
    for balance in draft.compiled.balances.values():
        spending = balance.spending
        if spending is not None and spending.automatic and balance.id not in asked:
            paid = _pay(draft, till, command, balance, Payment(balance.id))
            if paid is not None:
                found.append(paid)
    return found


def _pay(
    draft: Draft, till: Till, command: Purchase, balance: Balance, payment: Payment
) -> Paid | None:
    spending = balance.spending
    try:
        if spending is None:
            raise Refused("balance_does_not_pay", params={"balance": balance.id})
        _check_terms(draft, till, command, balance, spending)
        if spending.value is not None:
            return _pay_by_value(draft, till, balance, spending, spending.value, payment)
        return _pay_by_bracket(draft, till, command, balance, spending, payment)
    except Refused as refusal:
        if payment.amount is not None:
            raise
        draft.note(
            "payment", balance.id, "refused",
            reason=refusal.code, required=refusal.required, available=refusal.available,
            missing=refusal.missing, excluded_by=refusal.params.get("excluded_by"),
        )  # fmt: skip
        return None


def _check_terms(
    draft: Draft, till: Till, command: Purchase, balance: Balance, spending: Spending
) -> None:
    """The conditions of W-07 to W-09 and O-09, each refusal with its numbers."""
    check_spending(draft)
    params: dict[str, str | int] = {"balance": balance.id}
    if spending.channels and command.channel not in spending.channels:
        raise Refused("wrong_channel", params={**params, "channel": command.channel})
    if draft.orders + 1 < spending.from_order:
        raise Refused(
            "order_too_early", required=spending.from_order, available=draft.orders + 1,
            params=params,
        )  # fmt: skip
    if till.cart < spending.from_amount:
        raise Refused(
            "purchase_too_small", required=spending.from_amount, available=till.cart, params=params
        )
    blocked = excluded_by(till, spending.stackable_with | {LOYALTY})
    if blocked is not None:
        raise Refused("not_stackable", params={**params, "excluded_by": blocked})
    available = draft.available(balance.id)
    if available < spending.threshold:
        raise Refused(
            "threshold_not_reached",
            required=spending.threshold,
            available=max(0, available),
            params=params,
        )


def _pay_by_value(
    draft: Draft, till: Till, balance: Balance, spending: Spending, value: Value, payment: Payment
) -> Paid | None:
    """Whole steps of value, as far as balance, wish and sale allow (A-01)."""
    available = max(0, draft.available(balance.id))
    wished = available if payment.amount is None else payment.amount
    if payment.amount is not None and wished > available:
        raise Refused(
            "insufficient_balance", required=wished, available=available,
            params={"balance": balance.id},
        )  # fmt: skip
    usable = wished
    if payment.amount is None and spending.after_use is AfterUse.DEDUCT_USED:
        usable = min(wished, max(0, available - balance.minimum))
    steps = min(usable // value.points, till.left // value.gives)
    if spending.after_use is not AfterUse.KEEP and steps:
        # A cap that cuts lowers what can be used, to whole steps again.
        steps = check_debit(draft, balance, steps * value.points) // value.points
    if not steps:
        if payment.amount is not None and till.left:
            raise Refused(
                "less_than_one_step", required=value.points, available=usable,
                params={"balance": balance.id},
            )  # fmt: skip
        draft.note("payment", balance.id, "skipped", reason="nothing_to_pay", available=available)
        return None
    discount, used = steps * value.gives, steps * value.points
    till.left -= discount
    draft.benefits.append(Benefit("payment", balance.id, discount, {"used": used}))
    draft.note(
        "payment", balance.id, "applied",
        available=available, points=value.points, gives=value.gives, steps=steps,
        used=used, discount=discount,
    )  # fmt: skip
    return _after_use(draft, till, balance, spending, discount, used)


def _pay_by_bracket(
    draft: Draft, till: Till, command: Purchase, balance: Balance, spending: Spending,
    payment: Payment,
) -> Paid | None:  # fmt: skip
    """The bracket in which the balance lies decides (W-10 to W-14)."""
    available = max(0, draft.available(balance.id))
    bracket = _bracket(spending, available)
    if bracket is None:
        lowest = min(item.bounds.least for item in spending.brackets)
        raise Refused(
            "threshold_not_reached", required=lowest, available=available,
            params={"balance": balance.id},
        )  # fmt: skip
    low = bracket.bounds.low or 0
    draft.note("bracket", balance.id, "applied", available=available, low=low)
    if bracket.value is not None:
        paid = _pay_by_value(draft, till, balance, spending, bracket.value, payment)
        if bracket.grant.delivers and apply_grant(
            draft, till, bracket.grant, f"loyalty:{balance.id}", command
        ):
            _mark(till)
        return paid
    discount = discount_of(till, bracket.grant)
    used = low
    if bracket.grant.amount and discount < bracket.grant.amount:
        # A discount larger than the sale uses the points in proportion, rounded as debits are.
        used = min(low, _rounded(balance, low * discount, bracket.grant.amount))
    if spending.after_use is not AfterUse.KEEP:
        _check_bracket(draft, balance, used)
    if not apply_grant(draft, till, bracket.grant, f"loyalty:{balance.id}", command):
        raise Refused("benefit_gives_nothing", params={"balance": balance.id})
    return _after_use(draft, till, balance, spending, discount, used)


def _check_bracket(draft: Draft, balance: Balance, used: int) -> None:
    """Refuse a bracket whose points may not be spent, before anything is given for them."""
    allowed = check_debit(draft, balance, used) if used else 0
    if allowed < used:
        # A bracket is paid in full or not at all.
        raise Refused(
            "debit_limit", required=used, available=allowed, params={"balance": balance.id}
        )


def _rounded(balance: Balance, numerator: int, denominator: int) -> int:
    """A debit rounded as the balance says, to the same unit as its credits (B-31, A-09)."""
    rounding, unit = balance.debit_rounding, balance.rounding_unit
    if rounding is Rounding.NONE:
        return divide(numerator, denominator, Rounding.DOWN)
    return divide(numerator, denominator * unit, rounding) * unit


def _bracket(spending: Spending, available: int) -> Bracket | None:
    """The bracket that holds; where several do, the one that begins highest."""
    found = [item for item in spending.brackets if item.bounds.hold(available)]
    return max(
        found, key=lambda item: (item.bounds.low or 0, not item.bounds.low_included), default=None
    )


def _mark(till: Till) -> None:
    till.used_loyalty = True
    if LOYALTY not in till.applied:
        till.applied.append(LOYALTY)


def _after_use(
    draft: Draft, till: Till, balance: Balance, spending: Spending, discount: int, used: int
) -> Paid:
    """What using leaves of the balance: the rest, nothing, or everything (W-04 to W-06)."""
    _mark(till)
    if spending.after_use is AfterUse.KEEP:
        draft.note("after_use", balance.id, "kept", available=draft.available(balance.id))
        return Paid(balance.id, discount, 0, 0)
    if used:
        debit(draft, balance, used)
    forfeited = 0
    if spending.after_use is AfterUse.RESET:
        forfeited = max(0, draft.available(balance.id))
        if forfeited:
            debit(draft, balance, forfeited, checked=False)
        draft.note("after_use", balance.id, "reset", forfeited=forfeited)
    if used or forfeited:
        draft.happen(
            "value.spent", 1, balance=balance.id, amount=used + forfeited, source="purchase"
        )
    return Paid(balance.id, discount, used, forfeited)
