"""What the rules that matched credit: on a basket, or for an event without one.

An amount is an exact fraction until it is rounded, once per basket and action (A-09). What a
credit did, and what its lines earned, is written down for the trace and for returns (X-04).
"""

from __future__ import annotations

from tessera.domain.decision import Scalar, make_step
from tessera.domain.engine.basket import (
    Basket,
    Factors,
    budget_left,
    combine,
    factors,
    masked,
    matching,
)
from tessera.domain.engine.compiled import CompiledCredit, CompiledOperation, CompiledRule
from tessera.domain.engine.credits import credit
from tessera.domain.engine.draft import Draft
from tessera.domain.money import Rounding, allocate, divide, round_to
from tessera.domain.programme.model import Balance, CreditKind, Multiply

_Shares = dict[str, list[tuple[list[int], int]]]


def earn(draft: Draft, matched: list[CompiledRule]) -> None:
    """The credits of the rules that matched, on the basket where there is one."""
    basket = draft.basket
    if basket is None:
        _earn_without_basket(draft, matched)
        return
    multipliers = [(one, item) for one in matched for item in one.multipliers]
    shares: _Shares = {}
    for one in matched:
        if one.simple is not None:
            _earn_plainly(draft, basket, one, one.simple, basket.weights, multipliers, shares)
            continue
        mask = None
        if one.lines is not None:
            mask = matching(draft, one.lines)
            if mask is not None and not any(mask):
                draft.steps.append(one.no_line)
                continue
        if not one.credits:
            draft.steps.append(one.matched)
            continue
        weights = basket.weights if mask is None else masked(basket.weights, mask)
        for item in one.credits:
            if item.plain:
                _earn_plainly(draft, basket, one, item, weights, multipliers, shares)
                continue
            _earn_on(draft, basket, one, item, weights, mask, multipliers, shares)
    if shares:
        _share_over_lines(draft, shares)


def _earn_without_basket(draft: Draft, matched: list[CompiledRule]) -> None:
    """What an event earns that is no sale: fixed amounts."""
    for one in matched:
        if not one.credits:
            draft.steps.append(one.matched)
        for item in one.credits:
            amount = _give(draft, item)
            given = credit(draft, item.balance, amount, item.terms, source=one.rule.id)
            _note(draft, one, item, amount, given, {})


def _earn_plainly(
    draft: Draft,
    basket: Basket,
    one: CompiledRule,
    item: CompiledCredit,
    weights: list[int],
    multipliers: list[tuple[CompiledRule, Multiply]],
    shares: _Shares,
) -> None:
    """`_earn_on` for the usual case: so much per amount, rounded down, the same for all tiers.

    It does what the general way does, in one go: most credits of most programmes are of this
    kind, and a decision makes many of them.
    """
    balance_id = item.balance_id
    by = basket.factors.get(balance_id) or factors(draft, basket, balance_id, multipliers)
    if by.budgeted or not by.uniform:
        _earn_on(draft, basket, one, item, weights, None, multipliers, shares)
        return
    whole = basket.whole if weights is basket.weights else sum(weights)
    if not whole:
        draft.steps.append(one.no_line)
        return
    give, unit, paid, total = item.give, item.unit, basket.paid, basket.total
    numerator, denominator = by.numerator, by.denominator
    amount = whole * numerator * paid * give // (denominator * total * item.every * unit) * unit
    closed = draft.closed.get(balance_id)
    given = 0
    if closed is None:
        given = credit(draft, item.balance, amount, item.terms, source=one.rule.id)
        closed = draft.closed.get(balance_id)
    values: dict[str, Scalar] = {
        "balance": balance_id,
        "kind": "per_amount",
        "give": give,
        "base": whole,
        "every": item.every,
        "paid": paid,
        "total": total,
        "numerator": numerator,
        "denominator": denominator,
        "amount": amount,
        "credited": given,
        "limited_by": closed,
    }
    draft.steps.append(make_step(("rule", one.rule.id, "applied", values)))
    if given:
        shares.setdefault(balance_id, []).append((weights, given))


def _earn_on(
    draft: Draft,
    basket: Basket,
    one: CompiledRule,
    item: CompiledCredit,
    weights: list[int],
    mask: list[bool] | None,
    multipliers: list[tuple[CompiledRule, Multiply]],
    shares: _Shares,
) -> None:
    """One credit of one rule on the lines that the rule covers."""
    balance = item.balance
    by = None
    if item.terms.multiplied:
        by = basket.factors.get(balance.id) or factors(draft, basket, balance.id, multipliers)
    values: dict[str, Scalar] = {}
    numerator, denominator = _exact(draft, basket, one, item, weights, mask, by, values)
    if not numerator and not any(weights):
        draft.steps.append(one.no_line)
        return
    amount = _rounded(balance, numerator, denominator)
    extras = _within_budgets(draft, item, amount, by, weights) if by and by.budgeted else None
    if extras is not None:
        amount -= sum(cut for _, _, cut in extras)
    given = credit(draft, balance, amount, item.terms, source=one.rule.id)
    if extras is not None:
        _charge_budgets(draft, extras, amount - given)
    _note(draft, one, item, amount, given, values)
    if given:
        found = shares.get(balance.id)
        if found is None:
            shares[balance.id] = [(weights, given)]
        else:
            found.append((weights, given))


def _exact(
    draft: Draft,
    basket: Basket,
    one: CompiledRule,
    item: CompiledCredit,
    weights: list[int],
    mask: list[bool] | None,
    by: Factors | None,
    values: dict[str, Scalar],
) -> tuple[int, int]:
    """The credit before rounding as a fraction; the arithmetic goes into `values`."""
    terms, kind = item.terms, item.kind
    give = values["give"] = _give(draft, item)
    if kind is _PER_ITEM:
        weights = basket.quantities if mask is None else masked(basket.quantities, mask)
    whole = basket.whole if weights is basket.weights else sum(weights)
    weighted, scale = whole, 1
    if by is not None:
        scale = by.denominator
        if by.uniform:
            weighted = whole * by.numerator
        else:
            weighted = sum(
                weight * factor for weight, factor in zip(weights, by.numerators, strict=True)
            )
        if weighted != whole * scale:
            values["numerator"], values["denominator"] = weighted, whole * scale
    if kind is _PER_AMOUNT:
        values["base"] = whole
        values["every"] = terms.every
        if basket.total != basket.paid:
            values["paid"], values["total"] = basket.paid, basket.total
        return weighted * basket.paid * give, scale * basket.total * terms.every
    if kind is _PER_ITEM:
        values["quantity_milli"] = whole
        return weighted * give, scale * terms.every
    if not whole:
        return 0, 1
    if kind is _PER_STEP:
        give *= _steps(draft, basket, one, item, whole, values)
    return give * weighted, scale * whole


_PER_AMOUNT, _PER_STEP, _PER_ITEM = (
    CreditKind.PER_AMOUNT, CreditKind.PER_STEP, CreditKind.PER_ITEM,
)  # fmt: skip


def _steps(
    draft: Draft,
    basket: Basket,
    one: CompiledRule,
    item: CompiledCredit,
    whole: int,
    values: dict[str, Scalar],
) -> int:
    """How many whole steps the purchase makes, the remainder carried if asked (A-16)."""
    every = item.terms.every
    base = whole * basket.paid // basket.total
    values["base"], values["every"] = base, every
    if not item.terms.cumulative:
        return base // every
    key = f"carry:{one.rule.id}"
    carried = draft.fact(key) or 0
    steps, rest = divmod(base + carried, every)
    draft.set_fact(key, rest or None)
    values["carried"], values["rest"] = carried, rest
    return steps


def _give(draft: Draft, item: CompiledCredit) -> int:
    """The amount to give, by tier where the rule says so (Q-21)."""
    by_tier = item.terms.by_tier
    if by_tier:
        for group in draft.compiled.groups:
            state = draft.tier(group)
            if state is not None and state.tier in by_tier:
                return by_tier[state.tier]
    return item.terms.give


def _rounded(balance: Balance, numerator: int, denominator: int) -> int:
    """Rounded once per basket, as the balance says (B-31, A-09)."""
    rounding, unit = balance.credit_rounding, balance.rounding_unit
    if rounding is Rounding.NONE:
        return numerator // denominator
    if rounding is Rounding.DOWN:
        return numerator // (denominator * unit) * unit
    return divide(numerator, denominator * unit, rounding) * unit


_Extra = tuple[str, int, int]
"""An operation, what it adds to a credit, and how much of that its budget cuts."""


def _within_budgets(
    draft: Draft, item: CompiledCredit, amount: int, by: Factors, weights: list[int]
) -> list[_Extra]:
    """What each operation with a budget adds, cut to what is left of it."""
    found = []
    for one in by.sources:
        if one.operation.budget is None:
            continue
        extra = _extra(draft, item.balance, one, by, amount, weights)
        cut = max(0, extra - budget_left(draft, one.operation.id))
        if cut:
            draft.lacking[f"operation:{one.operation.id}"] = cut
            draft.note("budget", one.operation.id, "cut", amount=extra, allowed=extra - cut)
        found.append((one.operation.id, extra, cut))
    return found


def _charge_budgets(draft: Draft, extras: list[_Extra], lost: int) -> None:
    """Take what was really given out of the budgets: what caps cut costs no budget."""
    for operation, extra, cut in extras:
        used = max(0, extra - cut - lost)
        if used:
            key = f"operation:{operation}"
            draft.budgets[key] = draft.budgets.get(key, 0) + used


def _extra(
    draft: Draft,
    balance: Balance,
    one: CompiledOperation,
    by: Factors,
    amount: int,
    weights: list[int],
) -> int:
    """What the operation adds to the credit: the difference that it alone makes."""
    stacking = draft.compiled.programme.stacking
    masks = [(item, matching(draft, item.lines)) for item in by.sources]
    with_it, without = 0, 0
    whole = 1
    rows = []
    for place, weight in enumerate(weights):
        here = [item for item, mask in masks if mask is None or mask[place]]
        all_of = combine(stacking, [item.operation.coefficient for item in here])
        rest = combine(stacking, [item.operation.coefficient for item in here if item is not one])
        rows.append((weight, all_of, rest))
        whole *= all_of.denominator * rest.denominator
    for weight, all_of, rest in rows:
        with_it += weight * all_of.numerator * (whole // all_of.denominator)
        without += weight * rest.numerator * (whole // rest.denominator)
    if with_it <= without:
        return 0
    kept = divide(amount * without, with_it, Rounding.DOWN)
    return amount - round_to(kept, balance.rounding_unit, Rounding.DOWN)


def _note(
    draft: Draft,
    one: CompiledRule,
    item: CompiledCredit,
    amount: int,
    given: int,
    values: dict[str, Scalar],
) -> None:
    values["balance"] = item.balance.id
    values["kind"] = item.label
    values["amount"] = amount
    values["credited"] = given
    if given < amount and item.balance.id in draft.closed:
        values["limited_by"] = draft.closed[item.balance.id]
    if item.terms.metadata:
        values.update(item.terms.metadata)
    draft.steps.append(make_step(("rule", one.rule.id, "applied", values)))


def _share_over_lines(draft: Draft, shares: _Shares) -> None:
    """What each line earned, by largest remainder, so that a return can reverse it (X-04)."""
    earned: list[dict[str, int]] = [{} for _ in draft.lines]
    for balance, parts in shares.items():
        sums: dict[int, tuple[list[int], int]] = {}
        for weights, given in parts:
            place = id(weights)
            sums[place] = (weights, sums[place][1] + given) if place in sums else (weights, given)
        for weights, given in sums.values():
            for line, part in enumerate(allocate(given, weights)):
                if part:
                    earned[line][balance] = earned[line].get(balance, 0) + part
    draft.earned_by_line = earned
