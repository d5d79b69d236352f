"""Putting value into an account: caps, maximum, activation, expiry, debts first."""

from __future__ import annotations

from tessera.domain.account import LotKey
from tessera.domain.calendar import NEVER
from tessera.domain.decision import Scalar, Step
from tessera.domain.engine.compiled import CompiledCap
from tessera.domain.engine.draft import Draft
from tessera.domain.engine.expiry import expires_on, shift
from tessera.domain.money import Rounding, divide
from tessera.domain.programme.model import Balance, Credit, Expiry, Instalment, Overtaking
from tessera.domain.programme.reader import Ratio

DEBT_ACTIVATES_ON = 0
"""A debt is a negative lot that never expires: identity (NEVER, 0)."""


def credit(
    draft: Draft,
    balance: Balance,
    amount: int,
    terms: Credit | None = None,
    *,
    source: str = "",
    capped: bool = True,
) -> int:
    """Credit an amount, as far as caps and maximum allow, and return what was credited.

    Terms bring their own expiry, waiting time and instalments; without them the balance's
    expiry holds and the value is active at once. Uncapped credits (an adjustment, value given
    back) still respect the maximum through `capped`, which the caller decides.
    """
    if amount <= 0:
        return 0
    if capped:
        if balance.id in draft.closed:
            return 0
        amount = _within_caps(draft, balance, amount, source)
        if amount <= 0:
            return 0
    expiry = terms.expiry if terms is not None and terms.expiry is not None else balance.expiry
    if terms is not None and terms.schedule:
        _credit_instalments(draft, balance, amount, terms.schedule, expiry)
    elif terms is not None and terms.pending is not None:
        _put(draft, balance.id, amount, expiry, shift(draft.today, terms.pending))
    else:
        _put(draft, balance.id, amount, expiry, draft.today)
    draft.credited[balance.id] = draft.credited.get(balance.id, 0) + amount
    key = f"earned:{balance.id}"
    draft.add_stat(key, amount)
    if key in draft.compiled.windows:
        draft.add_window(key, amount)
    return amount


def _put(draft: Draft, balance: str, amount: int, expiry: Expiry, activates_on: int) -> None:
    """Add to the lot of that activation and expiry; value active at once pays a debt first."""
    days = draft.compiled.expiry_days
    place = (id(expiry), activates_on)
    last = days.get(place)
    if last is None:
        last = days[place] = expires_on(expiry, activates_on)
    if activates_on > draft.today:
        draft.move(LotKey(last, activates_on, balance), amount)
        return
    debt = LotKey(NEVER, DEBT_ACTIVATES_ON, balance)
    owed = -draft.lot(debt)
    if owed > 0:
        paid = min(owed, amount)
        draft.move(debt, paid)
        draft.note("debt", balance, "paid", amount=paid)
        amount -= paid
    if amount:
        draft.move(LotKey(last, 0, balance), amount)


def _credit_instalments(
    draft: Draft, balance: Balance, amount: int, schedule: tuple[Instalment, ...], expiry: Expiry
) -> None:
    """Share the amount over the instalments; the last one takes what rounding leaves (B-19)."""
    left = amount
    for place, part in enumerate(schedule):
        last = place == len(schedule) - 1
        share = left if last else min(left, _percent(amount, part.percent))
        left -= share
        if share:
            day = shift(draft.today, part.after)
            _put(draft, balance.id, share, expiry, day)
            draft.note("instalment", balance.id, "applied", amount=share, activates_on=day)


def _percent(amount: int, percent: Ratio) -> int:
    return divide(amount * percent.numerator, percent.denominator * 100, Rounding.DOWN)


def _within_caps(draft: Draft, balance: Balance, amount: int, source: str) -> int:
    """What the caps and the maximum leave of a credit, counted as used."""
    caps = draft.compiled.credit_caps[balance.id]
    for one in caps:
        cap = one.cap
        if cap.activity and cap.activity != draft.event:
            continue
        room = _room(draft, balance.id, one)
        if amount <= room:
            continue
        allowed = 0 if cap.overtaking is Overtaking.REJECT else max(0, room)
        _note_cap(draft, one, amount, allowed, source)
        if not cap.activity and (room <= 0 or allowed):
            # Nothing more fits: what follows in this decision need not be looked at again.
            draft.closed[balance.id] = one.key
        amount = allowed
        if not amount:
            return 0
    if balance.maximum is not None:
        room = max(0, balance.maximum - draft.holding(balance.id))
        if amount > room:
            draft.note(
                "maximum", balance.id, "cut", amount=amount, allowed=room, maximum=balance.maximum
            )
            amount = room
            if not amount:
                return 0
    _count(draft, caps, amount)
    return amount


def _room(draft: Draft, balance: str, one: CompiledCap) -> int:
    """How much more the cap lets in; for a cap on the number, all or nothing."""
    cap = one.cap
    if cap.count is not None:
        period = draft.period_number(cap.period) if cap.period else 0
        if one.key in draft.operations_counted:
            return 10**18
        return 10**18 if draft.counter(one.key, period) < cap.count else 0
    amount = cap.amount or 0
    if cap.period is None:
        return amount - draft.credited.get(balance, 0)
    return amount - draft.counter(one.key, draft.period_number(cap.period))


def _note_cap(draft: Draft, one: CompiledCap, wanted: int, allowed: int, source: str) -> None:
    limit = one.cap.amount if one.cap.count is None else one.cap.count
    values: dict[str, Scalar] = {
        "amount": wanted,
        "allowed": allowed,
        "limit": limit,
        "source": source,
        "period": one.cap.period.value if one.cap.period else "operation",
    }
    outcome = "cut" if allowed else "refused"
    draft.steps.append(Step("cap", one.key, outcome, values))
    reached = f"cap:{one.key}"
    if reached not in draft.operations_counted:
        draft.operations_counted.add(reached)
        draft.happen("cap.reached", 1, cap=one.key, limit=limit)


def _count(draft: Draft, caps: tuple[CompiledCap, ...], amount: int) -> None:
    for one in caps:
        cap = one.cap
        if cap.period is None or (cap.activity and cap.activity != draft.event):
            continue
        period = draft.period_number(cap.period)
        if cap.count is None:
            draft.count(one.key, period, amount)
        elif one.key not in draft.operations_counted:
            draft.operations_counted.add(one.key)
            draft.count(one.key, period, 1)


def slide(draft: Draft, event: str) -> None:
    """Restart the validity of balances that activity keeps alive; held value stays as it is."""
    for balance in draft.compiled.sliding:
        if event not in balance.sliding_events:
            continue
        last = expires_on(balance.expiry, draft.today)
        moved = 0
        for key, amount in draft.spendable(balance.id):
            if amount > 0 and key.expires_on < last:
                draft.move(key, -amount)
                draft.move(LotKey(last, key.activates_on, balance.id), amount)
                moved += amount
        if moved:
            draft.note("expiry", balance.id, "moved", amount=moved, expires_on=last)


__all__ = ["DEBT_ACTIVATES_ON", "credit", "slide"]
