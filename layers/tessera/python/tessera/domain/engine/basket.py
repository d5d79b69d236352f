"""What of a basket earns, and with which factors: exact fractions, rounded once per basket.

The amount that earns is  (sum of eligible lines x their factor) x paid / total,  where `paid`
of `total` is what advantages, benefits and payments by value left to pay (A-04). Because the
discounts enter as one ratio of the whole basket, splitting or merging lines changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from tessera.domain.decision import Step
from tessera.domain.engine.compiled import CompiledOperation, CompiledRule, local_bound_ms
from tessera.domain.engine.conditions import Predicate
from tessera.domain.engine.draft import Draft
from tessera.domain.programme.model import EarningBase, Multiply, Stacking
from tessera.domain.programme.reader import Ratio


@dataclass(slots=True)
class Factors:
    """The coefficient of each line for one balance, as numerators over one denominator.

    `uniform` says that all lines share `numerator`. `sources` are the operations that took part,
    `budgeted` whether one of them has a budget.
    """

    numerators: list[int]
    denominator: int
    uniform: bool
    numerator: int = 1
    sources: list[CompiledOperation] = field(default_factory=list)
    budgeted: bool = False


class Basket:
    """The lines of a purchase as rules see them."""

    __slots__ = ("factors", "paid", "quantities", "total", "weights", "whole")

    def __init__(self, weights: list[int], quantities: list[int], paid: int, total: int) -> None:
        self.weights = weights
        self.whole = sum(weights)
        self.quantities = quantities
        self.paid = paid
        self.total = total
        self.factors: dict[str, Factors] = {}


def read_basket(draft: Draft, discounts: int) -> Basket:
    """The basket of the draft's purchase, of which `discounts` were taken off in all."""
    earning = draft.compiled.programme.earning
    keep = draft.compiled.earning_lines
    weights, quantities = [], []
    total = draft.total
    taxed = not earning.tax_included
    for line, net in zip(draft.lines, draft.nets, strict=True):
        if (line.discount and not earning.discounted_articles) or (
            keep is not None and not keep(draft, line)
        ):
            weights.append(0)
            quantities.append(0)
            draft.note("line", line.article, "excluded", amount=net)
            continue
        weights.append(net - line.tax if taxed else net)
        quantities.append(line.quantity_milli)
    if earning.base is EarningBase.NET and discounts and total:
        paid = max(0, total - discounts)
        draft.note("base", "net", "applied", total=total, discounts=discounts, paid=paid)
        return Basket(weights, quantities, paid, total)
    return Basket(weights, quantities, 1, 1)


def matching(draft: Draft, lines: Predicate | None) -> list[bool] | None:
    """Which lines a filter keeps; None for all of them."""
    if lines is None:
        return None
    return [lines(draft, line) for line in draft.lines]


def masked(values: list[int], mask: list[bool] | None) -> list[int]:
    """The values of the lines that the mask keeps, 0 for the others."""
    if mask is None:
        return values
    return [value if kept else 0 for value, kept in zip(values, mask, strict=True)]


def factors(
    draft: Draft, basket: Basket, balance: str, multipliers: list[tuple[CompiledRule, Multiply]]
) -> Factors:
    """The coefficients of one balance: tier x clubs x rules x operations (A-11)."""
    found = basket.factors.get(balance)
    if found is None:
        found = basket.factors[balance] = _find_factors(draft, basket, balance, multipliers)
    return found


def _find_factors(
    draft: Draft, basket: Basket, balance: str, multipliers: list[tuple[CompiledRule, Multiply]]
) -> Factors:
    numerator, denominator = _member_factor(draft)
    per_line: list[tuple[list[bool], Ratio]] = []
    for rule, action in multipliers:
        if action.balance == balance:
            draft.note(
                "multiplier",
                rule.rule.id,
                "applied",
                numerator=action.by.numerator,
                denominator=action.by.denominator,
            )
            mask = matching(draft, rule.lines)
            if mask is None:
                numerator *= action.by.numerator
                denominator *= action.by.denominator
            else:
                per_line.append((mask, action.by))
    operations = _active(draft, balance)
    if not per_line and all(mask is None for _, mask in operations):
        combined = combine(
            draft.compiled.programme.stacking,
            [item.operation.coefficient for item, _ in operations],
        )
        found = Factors(
            [], denominator * combined.denominator, True, numerator * combined.numerator
        )
    else:
        found = _line_factors(draft, basket, (numerator, denominator), per_line, operations)
    found.sources = [item for item, _ in operations]
    found.budgeted = any(item.operation.budget is not None for item in found.sources)
    return found


def _line_factors(
    draft: Draft,
    basket: Basket,
    common: tuple[int, int],
    per_line: list[tuple[list[bool], Ratio]],
    operations: list[tuple[CompiledOperation, list[bool] | None]],
) -> Factors:
    """Coefficients that differ by line, brought to one denominator."""
    stacking = draft.compiled.programme.stacking
    found: list[tuple[int, int]] = []
    for place in range(len(basket.weights)):
        numerator, denominator = common
        for mask, by in per_line:
            if mask[place]:
                numerator *= by.numerator
                denominator *= by.denominator
        here = [
            item.operation.coefficient for item, kept in operations if kept is None or kept[place]
        ]
        combined = combine(stacking, here)
        found.append((numerator * combined.numerator, denominator * combined.denominator))
    whole = 1
    for _, denominator in found:
        whole = whole * denominator // _gcd(whole, denominator)
    numerators = [numerator * (whole // denominator) for numerator, denominator in found]
    return Factors(numerators, whole, uniform=False)


def _gcd(first: int, second: int) -> int:
    while second:
        first, second = second, first % second
    return first


def _member_factor(draft: Draft) -> tuple[int, int]:
    """The member's own factor: his tiers' and his clubs' coefficients multiplied."""
    numerator = denominator = 1
    for group in draft.compiled.programme.tier_groups:
        state = draft.tier(group.id)
        if state is None:
            continue
        rank = group.rank(state.tier)
        if rank < 0 or group.tiers[rank].coefficient.is_one:
            continue
        by = group.tiers[rank].coefficient
        numerator, denominator = numerator * by.numerator, denominator * by.denominator
        draft.note(
            "tier_coefficient",
            state.tier,
            "applied",
            numerator=by.numerator,
            denominator=by.denominator,
        )
    for one in draft.compiled.clubs:
        by = one.club.coefficient
        if not by.is_one and (draft.fact(f"club:{one.club.id}") or -1) >= draft.today:
            numerator, denominator = numerator * by.numerator, denominator * by.denominator
            draft.note(
                "club_coefficient",
                one.club.id,
                "applied",
                numerator=by.numerator,
                denominator=by.denominator,
            )
    return numerator, denominator


def _active(draft: Draft, balance: str) -> list[tuple[CompiledOperation, list[bool] | None]]:
    """The operations that match the sale, each with the lines it covers; all are traced."""
    found = []
    for one in draft.compiled.operations:
        if one.operation.balance != balance:
            continue
        step, mask = _looks_at(draft, one)
        draft.steps.append(step)
        if step is one.applied:
            found.append((one, mask))
    return found


def _looks_at(draft: Draft, one: CompiledOperation) -> tuple[Step, list[bool] | None]:
    operation = one.operation
    zone = draft.compiled.programme.zone
    at = draft.command.occurred_at_ms
    if operation.starts_at and at < local_bound_ms(operation.starts_at, zone, end=False):
        return one.out_of_time, None
    if operation.ends_at and at > local_bound_ms(operation.ends_at, zone, end=True):
        return one.out_of_time, None
    for predicate, step in one.clauses.parts:
        if not predicate(draft, None):
            return step, None
    mask = matching(draft, one.lines)
    if mask is not None and not any(mask):
        return one.no_line, None
    if operation.budget is not None and budget_left(draft, operation.id) <= 0:
        draft.lacking[f"operation:{operation.id}"] = 1
        return Step("operation", operation.id, "skipped", {"reason": "budget_exhausted"}), None
    return one.applied, mask


def budget_left(draft: Draft, operation: str) -> int:
    """What is left of the leased block of an operation's budget."""
    key = f"operation:{operation}"
    return draft.facts.budgets.get(key, 0) - draft.budgets.get(key, 0)


def combine(stacking: Stacking, coefficients: list[Ratio]) -> Ratio:
    """How coefficients that hold together combine: the best, their sum or their product (A-11)."""
    if not coefficients:
        return Ratio(1, 1)
    best = coefficients[0]
    for other in coefficients[1:]:
        if stacking is Stacking.SUM:
            best = Ratio(
                best.numerator * other.denominator + other.numerator * best.denominator,
                best.denominator * other.denominator,
            )
        elif stacking is Stacking.PRODUCT:
            best = Ratio(best.numerator * other.numerator, best.denominator * other.denominator)
        elif other.numerator * best.denominator > best.numerator * other.denominator:
            best = other
    return best
