"""Taking value out of an account: limits, minimum, earliest expiry first (A-08)."""

from __future__ import annotations

from tessera.domain.account import LotDelta
from tessera.domain.engine.compiled import CompiledCap
from tessera.domain.engine.draft import Draft
from tessera.domain.errors import Refused
from tessera.domain.programme.model import Balance, Overtaking


def check_debit(draft: Draft, balance: Balance, amount: int) -> int:
    """What the limits let out of a debit; raises `Refused` where they let nothing out.

    A cap that cuts lowers the amount; one that rejects, the minimum and the balance refuse it
    with what is required and available.
    """
    available = draft.available(balance.id)
    if amount > available:
        raise Refused(
            "insufficient_balance",
            required=amount,
            available=max(0, available),
            params={"balance": balance.id},
        )
    if available - amount < balance.minimum:
        raise Refused(
            "minimum_balance",
            required=amount + balance.minimum,
            available=available,
            params={"balance": balance.id, "minimum": balance.minimum},
        )
    for one in draft.compiled.debit_caps[balance.id]:
        room = _room(draft, balance.id, one)
        if amount <= room:
            continue
        if one.cap.overtaking is Overtaking.REJECT or room <= 0:
            code = "debit_operations_limit" if one.cap.count is not None else "debit_limit"
            raise Refused(
                code,
                required=amount if one.cap.count is None else None,
                available=max(0, room) if one.cap.count is None else None,
                params={"balance": balance.id, "cap": one.key},
            )
        draft.note("cap", one.key, "cut", amount=amount, allowed=room)
        amount = room
    return amount


def debit(
    draft: Draft, balance: Balance, amount: int, *, checked: bool = True
) -> tuple[LotDelta, ...]:
    """Take an amount out, the lot that expires first first, and return what each lot gave.

    `checked` counts the debit against the caps; value forfeited or expired does not count.
    """
    if checked:
        amount = check_debit(draft, balance, amount)
        count_debit(draft, balance, amount)
    parts = take(draft, balance.id, amount)
    for part in parts:
        draft.move(part.key, part.amount)
    return parts


def take(draft: Draft, balance: str, amount: int) -> tuple[LotDelta, ...]:
    """The lots that a debit of that size comes from, as negative deltas."""
    parts = []
    left = amount
    for key, has in draft.spendable(balance):
        if left <= 0:
            break
        if has > 0:
            part = min(has, left)
            parts.append(LotDelta(balance, -part, key.activates_on, key.expires_on))
            left -= part
    if left > 0:
        raise Refused(
            "insufficient_balance",
            required=amount,
            available=amount - left,
            params={"balance": balance},
        )
    return tuple(parts)


def _room(draft: Draft, balance: str, one: CompiledCap) -> int:
    cap = one.cap
    if cap.period is None:
        return (cap.amount or 0) - draft.debited.get(balance, 0)
    if one.key in draft.operations_counted:
        return 10**18
    used = draft.counter(one.key, draft.period_number(cap.period))
    if cap.count is not None:
        return 10**18 if used < cap.count else 0
    return (cap.amount or 0) - used


def count_debit(draft: Draft, balance: Balance, amount: int) -> None:
    """Count a debit against the caps of its periods; one operation counts once (B-28)."""
    draft.debited[balance.id] = draft.debited.get(balance.id, 0) + amount
    for one in draft.compiled.debit_caps[balance.id]:
        if one.cap.period is None or one.key in draft.operations_counted:
            continue
        period = draft.period_number(one.cap.period)
        draft.count(one.key, period, amount if one.cap.count is None else 1)
        if one.cap.count is not None:
            draft.operations_counted.add(one.key)
