"""Amounts that contradict each other: brackets, caps, thresholds, maximum balances."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

from tessera.domain.calendar import Period
from tessera.domain.programme.earning import PURCHASE
from tessera.domain.programme.model import (
    Balance,
    Bracket,
    Credit,
    CreditKind,
    ExpiryMode,
    Metric,
    Overtaking,
    Programme,
    RewardKind,
    Step,
    TierGroup,
    WindowKind,
)
from tessera.domain.programme_check.finding import Finding, error, warning
from tessera.domain.programme_check.places import amount_text, tier_pointer

_PERIODS_PER_YEAR = {Period.DAY: 366, Period.WEEK: 53, Period.MONTH: 12, Period.YEAR: 1}


def find(programme: Programme, document: Mapping[str, Any]) -> Iterator[Finding]:
    """Every contradiction between amounts."""
    earned = earned_balances(programme)
    for index, balance in enumerate(programme.balances):
        yield from _balance(balance, f"/balances/{index}", earned)
    yield from _credits(programme)
    for index, operation in enumerate(programme.operations):
        if operation.balance not in _earned_by_purchases(programme):
            yield warning(f"/operations/{index}/balance", "nothing_to_multiply")
    for place, group in enumerate(programme.tier_groups):
        yield from _tiers(programme, group, document, place, earned)
    if programme.new_customers is not None:
        yield from _steps(programme.new_customers.steps, "/new_customers")
    for index, segment in enumerate(programme.segments):
        yield from _steps(segment.steps, f"/segments/{index}")
    for index, club in enumerate(programme.clubs):
        yield from _steps(club.steps, f"/clubs/{index}")


def earned_balances(programme: Programme) -> set[str]:
    """The balances that something credits."""
    found = {
        action.balance
        for rule in programme.rules
        for action in rule.actions
        if isinstance(action, Credit)
    }
    found |= {item.credit.balance for item in programme.rewards if item.credit is not None}
    if programme.new_customers is not None and programme.new_customers.points is not None:
        found.add(programme.new_customers.points.balance)
    return found


def _earned_by_purchases(programme: Programme) -> set[str]:
    return {
        action.balance
        for rule in programme.rules
        if PURCHASE in rule.events
        for action in rule.actions
        if isinstance(action, Credit)
    }


def _balance(balance: Balance, pointer: str, earned: set[str]) -> Iterator[Finding]:
    if balance.id not in earned:
        yield warning(pointer, "balance_never_earned")
    if balance.maximum is not None and balance.minimum > balance.maximum:
        yield error(f"{pointer}/minimum", "minimum_above_maximum")
    expiry = balance.expiry
    if expiry.mode in (ExpiryMode.AFTER, ExpiryMode.SLIDING):
        days_most = expiry.span.months * 31 + expiry.span.days
        if any(days > days_most for days in balance.warn_days):
            days = max(balance.warn_days)
            yield warning(
                f"{pointer}/expiry_warning/days_before", "warning_longer_than_validity", days=days
            )
    spending = balance.spending
    if spending is not None:
        if balance.maximum is not None and spending.threshold > balance.maximum:
            yield error(f"{pointer}/spending/threshold", "threshold_above_maximum")
        yield from _brackets(spending.brackets, f"{pointer}/spending/brackets")


def _brackets(brackets: tuple[Bracket, ...], pointer: str) -> Iterator[Finding]:
    """Brackets in order of where they begin: one that ends must end where the next begins.

    A bracket without end is a step of a ladder: the next one takes over.
    """
    order = sorted(
        range(len(brackets)),
        key=lambda place: (
            brackets[place].bounds.low or 0,
            not brackets[place].bounds.low_included,
        ),
    )
    for before, place in pairwise(order):
        first, second = brackets[before].bounds, brackets[place].bounds
        begin = (second.low or 0, not second.low_included)
        if begin == (first.low or 0, not first.low_included):
            yield error(f"{pointer}/{place}", "brackets_overlap")
        elif first.high is not None:
            touching = begin[0] == first.high
            shared = touching and second.low_included and first.high_included
            missed = touching and not second.low_included and not first.high_included
            if begin[0] < first.high or shared:
                yield error(f"{pointer}/{place}", "brackets_overlap")
            elif missed or begin[0] > first.high + 1:
                yield warning(f"{pointer}/{place}", "brackets_gap")


def _steps(steps: tuple[Step, ...], pointer: str) -> Iterator[Finding]:
    seen = set()
    for index, step in enumerate(steps):
        begin = (step.bounds.low or 0, step.bounds.low_included)
        if begin in seen:
            yield error(f"{pointer}/steps/{index}", "step_twice")
        seen.add(begin)


def _credits(programme: Programme) -> Iterator[Finding]:
    for index, rule in enumerate(programme.rules):
        for place, action in enumerate(rule.actions):
            if not isinstance(action, Credit):
                continue
            pointer = f"/rules/{index}/then/{place}/credit"
            balance = programme.balance(action.balance)
            if balance is not None and balance.expiry.mode is ExpiryMode.SLIDING and action.expiry:
                yield warning(f"{pointer}/expiry", "expiry_kept_alive")
            if balance is not None and action.kind is CreditKind.FIXED:
                most = max([action.give, *action.by_tier.values()])
                yield from _fixed(balance, most, rule.events, f"{pointer}/amount")
    for index, reward in enumerate(programme.rewards):
        if reward.kind is RewardKind.CREDIT and reward.credit is not None:
            balance = programme.balance(reward.credit.balance)
            if balance is not None:
                pointer = f"/rewards/{index}/credit/amount"
                yield from _fixed(balance, reward.credit.amount, frozenset(), pointer)


def _fixed(
    balance: Balance, amount: int, events: frozenset[str], pointer: str
) -> Iterator[Finding]:
    """A fixed credit against the caps and the maximum that it meets."""
    shown = amount_text(amount, balance.decimals)
    for cap in balance.caps:
        if cap.debit or cap.amount is None or cap.amount >= amount:
            continue
        if cap.activity and cap.activity not in events:
            continue
        make = error if cap.overtaking is Overtaking.REJECT or not cap.amount else warning
        limit = amount_text(cap.amount, balance.decimals)
        yield make(pointer, "cap_below_credit", amount=shown, limit=limit)
    if balance.maximum is not None and amount > balance.maximum:
        limit = amount_text(balance.maximum, balance.decimals)
        yield error(pointer, "credit_above_maximum", amount=shown, limit=limit)


def _tiers(
    programme: Programme,
    group: TierGroup,
    document: Mapping[str, Any],
    place: int,
    earned: set[str],
) -> Iterator[Finding]:
    most = _most(programme, group, earned)
    before = None
    for tier in group.tiers:
        pointer = tier_pointer(document, place, tier.id)
        if most is not None and tier.threshold > most:
            balance = programme.balance(group.balance)
            decimals = balance.decimals if balance is not None else 0
            yield error(
                f"{pointer}/at_least",
                "tier_unreachable",
                threshold=amount_text(tier.threshold, decimals),
                most=amount_text(most, decimals),
            )
        by = tier.coefficient
        if (
            before is not None
            and by.numerator * before.denominator < before.numerator * by.denominator
        ):
            yield warning(f"{pointer}/coefficient", "tier_gives_less")
        before = by


def _most(programme: Programme, group: TierGroup, earned: set[str]) -> int | None:
    """The most that the group's metric can come to; None where nothing bounds it."""
    if group.metric not in (Metric.BALANCE, Metric.EARNED):
        return None
    if group.balance not in earned:
        return 0
    balance = programme.balance(group.balance)
    if balance is None:
        return None
    if group.metric is Metric.BALANCE:
        return balance.maximum
    bounds = []
    for cap in balance.caps:
        if cap.debit or cap.amount is None or cap.activity or cap.period is None:
            continue
        if cap.period is Period.EVER:
            bounds.append(cap.amount)
        elif group.window is not WindowKind.EVER:
            # A rolling window holds the running month besides, and so part of a year more.
            years = 1 + (group.window_months if group.window is WindowKind.ROLLING else 0) // 12
            bounds.append(cap.amount * _PERIODS_PER_YEAR[cap.period] * years)
    return min(bounds, default=None)
