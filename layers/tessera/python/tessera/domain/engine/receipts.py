"""What the receipt, the invoice and the credit note print (O-25 to O-28).

Lines are catalogue codes with values; `tessera.domain.receipt` makes sentences of them.
"""

from __future__ import annotations

from tessera.domain.account import LotKey
from tessera.domain.calendar import NEVER
from tessera.domain.commands import Purchase
from tessera.domain.decision import ReceiptLine
from tessera.domain.engine.credits import DEBT_ACTIVATES_ON
from tessera.domain.engine.draft import Draft
from tessera.domain.engine.spending import Paid
from tessera.domain.programme.model import Balance


def purchase_lines(draft: Draft, before: dict[str, int], paid: list[Paid]) -> None:
    """The lines of a sale, per balance: before, used, earned, use-by date, after, usage rule."""
    used = {one.balance: one.used + one.forfeited for one in paid}
    for balance in draft.compiled.balances.values():
        balance_lines(draft, balance, before[balance.id], used.get(balance.id, 0))


def balance_lines(draft: Draft, balance: Balance, before: int, used: int = 0) -> None:
    """The lines of one balance that something touched, or that holds something."""
    after = draft.available(balance.id)
    earned = draft.credited.get(balance.id, 0)
    if not (before or after or earned or used):
        return
    lines = draft.receipt
    name = balance.id
    is_sale = isinstance(draft.command, Purchase)
    told = "balance_before" if is_sale else "balance_was"
    lines.append(ReceiptLine(told, {"balance": name, "amount": before}))
    if used:
        lines.append(ReceiptLine("value_used", {"balance": name, "amount": used}))
    if is_sale or earned or not used:
        # Whoever takes a reward or brings goods back does not wait to be told of 0 points.
        lines.append(ReceiptLine("value_earned", {"balance": name, "amount": earned}))
    last, starts = _last_earned(draft, name)
    if last is not None and last != NEVER:
        lines.append(ReceiptLine("use_by", {"balance": name, "day": last}))
    if starts is not None:
        lines.append(ReceiptLine("usable_from", {"balance": name, "day": starts}))
    lines.append(ReceiptLine("balance_after", {"balance": name, "amount": after}))
    _usage_rule(draft, balance, after)


def _last_earned(draft: Draft, balance: str) -> tuple[int | None, int | None]:
    """The use-by day of the last value earned, and from when it can be used if not at once."""
    # What went in, whatever went out of the same lot; what pays a debt is not there to be used.
    debt = LotKey(NEVER, DEBT_ACTIVATES_ON, balance)
    owed = draft.account.lots.get(debt, 0) < 0
    earned = [
        key
        for (key, into), amount in draft.moved.items()
        if into and amount and key.balance == balance and not (owed and key == debt)
    ]
    if not earned:
        return None, None
    last = max(key.expires_on for key in earned)
    starts = max(key.activates_on for key in earned)
    return last, starts if starts > draft.today else None


def _usage_rule(draft: Draft, balance: Balance, after: int) -> None:
    """The rule of use from the programme itself (A-02), and what is missing for it (O-31)."""
    spending = balance.spending
    if spending is None:
        return
    value = spending.value
    if value is not None:
        # The threshold is what a member first reaches, so the rule is printed at its value.
        points = max(spending.threshold // value.points * value.points, value.points)
        gives = points // value.points * value.gives
        draft.receipt.append(
            ReceiptLine("usage_rule", {"balance": balance.id, "points": points, "gives": gives})
        )
    missing = spending.usable_from - max(0, after)
    if missing > 0:
        draft.receipt.append(
            ReceiptLine("missing_before_use", {"balance": balance.id, "amount": missing})
        )
