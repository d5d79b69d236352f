"""Rules at work: When an event happens, If the conditions hold, Then the actions follow.

Every rule that waits for the event is looked at, in canonical order, and leaves a step in the
trace whether it applies or not.
"""

from __future__ import annotations

from collections.abc import Mapping

from tessera.domain.decision import LineShare, Scalar, Step
from tessera.domain.engine import rewards, tiers
from tessera.domain.engine.basket import (
    Basket,
    Factors,
    budget_left,
    combine,
    factors,
    masked,
    matching,
)
from tessera.domain.engine.compiled import CompiledOperation, CompiledRule
from tessera.domain.engine.credits import credit, slide
from tessera.domain.engine.draft import Draft
from tessera.domain.money import Rounding, allocate, divide, round_to
from tessera.domain.programme.model import (
    Award,
    Balance,
    Credit,
    CreditKind,
    Emit,
    Multiply,
    PutInTier,
    Trigger,
)

CASCADE_DEPTH = 5
"""How deep an event may lie below the command that set it off (design §2)."""


def cascade(draft: Draft) -> None:
    """Work off the events that are waiting, each with its rules, awards and tiers, in order."""
    place = 0
    while place < len(draft.queue):
        name, data, depth = draft.queue[place]
        place += 1
        if depth > CASCADE_DEPTH:
            draft.note("cascade", name, "refused", depth=depth)
            continue
        draft.event, draft.event_data = name, data
        apply_event(draft, name, depth)
    draft.queue.clear()


def apply_event(draft: Draft, name: str, depth: int, *, earns: bool = True) -> None:
    """The rules of one event, then what it awards, then the tiers (A-14).

    `earns` false leaves out credits and multipliers: the sale earns nothing, but what else its
    rules do still follows.
    """
    before = _balances(draft)
    matched = _matched(draft, name)
    if earns:
        _credit(draft, matched)
    for one in matched:
        for action in one.others:
            _act(draft, one, action, depth)
    rewards.award_on_event(draft, name, depth)
    slide(draft, name)
    settle(draft, before, depth)


def settle(draft: Draft, before: Mapping[str, int], depth: int) -> None:
    """Tiers after the movement, then awards on balances, then tiers again if those debited."""
    tiers.evaluate(draft, depth)
    if rewards.award_on_balance(draft, dict(before), depth):
        tiers.evaluate(draft, depth)


def _balances(draft: Draft) -> dict[str, int]:
    watched = {item.trigger.balance for item in draft.compiled.triggers[Trigger.BALANCE]}
    return {balance: draft.available(balance) for balance in watched}


def _matched(draft: Draft, name: str) -> list[CompiledRule]:
    found = []
    steps = draft.steps
    for one in draft.compiled.rules.get(name, ()):
        for predicate, step in one.clauses.parts:
            if not predicate(draft, None):
                steps.append(step)
                break
        else:
            if one.limit_keys and not _within_limits(draft, one):
                continue
            found.append(one)
    return found


def _within_limits(draft: Draft, one: CompiledRule) -> bool:
    for key, period, count in one.limit_keys:
        place = f"{key}/{period.value}"
        used = draft.counter(place, draft.period_number(period))
        if used >= count:
            draft.note("rule", one.rule.id, "skipped", reason="limit", limit=count, used=used)
            return False
    for key, period, _ in one.limit_keys:
        draft.count(f"{key}/{period.value}", draft.period_number(period), 1)
    return True


def _credit(draft: Draft, matched: list[CompiledRule]) -> None:
    """The credits of the rules that matched, on the basket where there is one."""
    basket = draft.basket
    if basket is None:
        for one in matched:
            for terms in one.credits:
                balance = draft.compiled.balances[terms.balance]
                amount = _give(draft, terms)
                given = credit(draft, balance, amount, terms, source=one.rule.id)
                _note_credit(draft, one, terms, amount, given, {})
        return
    multipliers = [(one, item) for one in matched for item in one.multipliers]
    shares: dict[str, list[tuple[list[int], int]]] = {}
    for one in matched:
        mask = matching(draft, one.lines)
        if mask is not None and not any(mask):
            draft.steps.append(one.no_line)
            continue
        if not one.credits:
            draft.steps.append(one.matched)
            continue
        for terms in one.credits:
            _credit_on_basket(draft, basket, one, terms, mask, multipliers, shares)
    _share_over_lines(draft, shares)


def _credit_on_basket(
    draft: Draft,
    basket: Basket,
    one: CompiledRule,
    terms: Credit,
    mask: list[bool] | None,
    multipliers: list[tuple[CompiledRule, Multiply]],
    shares: dict[str, list[tuple[list[int], int]]],
) -> None:
    balance = draft.compiled.balances[terms.balance]
    weights = basket.weights if mask is None else masked(basket.weights, mask)
    by = factors(draft, basket, terms.balance, multipliers) if terms.multiplied else None
    numerator, denominator, values = _exact(draft, basket, one, terms, weights, mask, by)
    if not any(weights) and not numerator:
        draft.steps.append(one.no_line)
        return
    amount = _rounded(balance, numerator, denominator)
    if by is not None and by.sources:
        amount = _within_budgets(draft, balance, amount, by, weights)
    given = credit(draft, balance, amount, terms, source=one.rule.id)
    _note_credit(draft, one, terms, amount, given, values)
    if given:
        shares.setdefault(terms.balance, []).append((weights, given))


def _exact(
    draft: Draft,
    basket: Basket,
    one: CompiledRule,
    terms: Credit,
    weights: list[int],
    mask: list[bool] | None,
    by: Factors | None,
) -> tuple[int, int, dict[str, Scalar]]:
    """The credit before rounding as an exact fraction, and the arithmetic for the trace."""
    give = _give(draft, terms)
    whole = sum(weights)
    if terms.kind is CreditKind.PER_ITEM:
        weights = basket.quantities if mask is None else masked(basket.quantities, mask)
        whole = sum(weights)
    if by is None:
        weighted, scale = whole, 1
    elif by.uniform:
        weighted = whole * by.numerators[0] if by.numerators else 0
        scale = by.denominator
    else:
        weighted = sum(
            weight * factor for weight, factor in zip(weights, by.numerators, strict=True)
        )
        scale = by.denominator
    values: dict[str, Scalar] = {"give": give}
    if by is not None and weighted != whole * scale:
        values["weighted"] = weighted
        values["scale"] = scale
    if terms.kind is CreditKind.PER_AMOUNT:
        values["base"] = whole
        values["every"] = terms.every
        if basket.total != basket.paid:
            values["paid"], values["total"] = basket.paid, basket.total
        return weighted * basket.paid * give, scale * basket.total * terms.every, values
    if terms.kind is CreditKind.PER_ITEM:
        values["quantity_milli"] = whole
        return weighted * give, scale * terms.every, values
    if terms.kind is CreditKind.PER_STEP:
        steps = _steps(draft, basket, one, terms, whole, values)
        return (steps * give * weighted, scale * whole, values) if whole else (0, 1, values)
    if not whole:
        return 0, 1, values
    return (give * weighted, scale * whole, values) if by is not None else (give, 1, values)


def _steps(
    draft: Draft,
    basket: Basket,
    one: CompiledRule,
    terms: Credit,
    whole: int,
    values: dict[str, Scalar],
) -> int:
    """How many whole steps the purchase makes, the remainder carried if asked (A-16)."""
    base = whole * basket.paid // basket.total
    values["base"], values["every"] = base, terms.every
    if not terms.cumulative:
        return base // terms.every
    key = f"carry:{one.rule.id}"
    carried = draft.fact(key) or 0
    steps, rest = divmod(base + carried, terms.every)
    draft.set_fact(key, rest or None)
    values["carried"], values["rest"] = carried, rest
    return steps


def _give(draft: Draft, terms: Credit) -> int:
    """The amount to give, by tier where the rule says so (Q-21)."""
    if terms.by_tier:
        for group in draft.compiled.groups:
            state = draft.tier(group)
            if state is not None and state.tier in terms.by_tier:
                return terms.by_tier[state.tier]
    return terms.give


def _rounded(balance: Balance, numerator: int, denominator: int) -> int:
    """Rounded once per basket, as the balance says (B-31, A-09)."""
    if balance.credit_rounding is Rounding.NONE:
        return divide(numerator, denominator, Rounding.DOWN)
    unit = balance.rounding_unit
    return divide(numerator, denominator * unit, balance.credit_rounding) * unit


def _within_budgets(
    draft: Draft, balance: Balance, amount: int, by: Factors, weights: list[int]
) -> int:
    """Lower the credit so that no operation adds more than is left of its budget."""
    for one in by.sources:
        if one.operation.budget is None:
            continue
        extra = _extra(draft, balance, one, by, amount, weights)
        left = budget_left(draft, one.operation.id)
        used = min(extra, left)
        if used < extra:
            draft.note("budget", one.operation.id, "cut", amount=extra, allowed=used)
            amount -= extra - used
        if used:
            key = f"operation:{one.operation.id}"
            draft.budgets[key] = draft.budgets.get(key, 0) + used
    return amount


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
    masks = {id(item): matching(draft, item.lines) for item in by.sources}
    with_it = without = 0
    for place, weight in enumerate(weights):
        here = []
        for item in by.sources:
            mask = masks[id(item)]
            if mask is None or mask[place]:
                here.append(item)
        all_of = combine(stacking, [item.operation.coefficient for item in here])
        rest = combine(stacking, [item.operation.coefficient for item in here if item is not one])
        with_it += weight * all_of.numerator * rest.denominator
        without += weight * rest.numerator * all_of.denominator
    if with_it <= without:
        return 0
    kept = round_to(
        divide(amount * without, with_it, Rounding.DOWN), balance.rounding_unit, Rounding.DOWN
    )
    return amount - kept


def _note_credit(
    draft: Draft,
    one: CompiledRule,
    terms: Credit,
    amount: int,
    given: int,
    values: dict[str, Scalar],
) -> None:
    values["balance"], values["kind"] = terms.balance, terms.kind.value
    values["amount"], values["credited"] = amount, given
    if terms.metadata:
        values.update(terms.metadata)
    draft.steps.append(Step("rule", one.rule.id, "applied", values))


def _share_over_lines(draft: Draft, shares: dict[str, list[tuple[list[int], int]]]) -> None:
    """What each line earned, by largest remainder, so that a return can reverse it (X-04)."""
    if not shares:
        return
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
    if draft.shares:
        draft.shares = tuple(
            LineShare(old.line, earned[old.line], old.spent, old.discount) for old in draft.shares
        )
    else:
        draft.shares = tuple(LineShare(line, amounts) for line, amounts in enumerate(earned))


def _act(draft: Draft, one: CompiledRule, action: Award | PutInTier | Emit, depth: int) -> None:
    if isinstance(action, Award):
        draft.steps.append(one.matched)
        reward = draft.compiled.rewards[action.reward]
        rewards.try_award(draft, reward, depth, reason=f"rule:{one.rule.id}")
    elif isinstance(action, Emit):
        draft.steps.append(one.matched)
        draft.happen(action.event, depth + 1, rule=one.rule.id)
    else:
        group = draft.compiled.groups[action.group]
        draft.steps.append(one.matched)
        value = tiers.metric_value(draft, group)
        tiers.move(draft, group, group.rank(action.tier), value, depth)
