"""Rights that members have under the version in force and would lose under the next (C-08).

What is already in the account stays as it was promised whatever is published; this is about what
members could count on for the next purchase. A change that is announced in `texts.notice` is
found as a warning, one that is not as an error.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tessera.domain.programme.model import (
    Balance,
    Credit,
    Expiry,
    ExpiryMode,
    Programme,
    Reward,
    Rule,
    TierGroup,
)
from tessera.domain.programme.reader import Ratio
from tessera.domain.programme_check.finding import Finding, Severity
from tessera.domain.programme_check.places import tier_pointer


def find(programme: Programme, document: Mapping[str, Any], live: Programme) -> Iterator[Finding]:
    """Every right that the version in force gives and this one does not."""
    notice = programme.texts.get("notice")
    announced = bool(notice) and notice != live.texts.get("notice")
    severity = Severity.WARNING if announced else Severity.ERROR
    for pointer, what in _lost(programme, document, live):
        yield Finding(pointer, "rights_reduced", severity, {"what": what})


def _lost(
    programme: Programme, document: Mapping[str, Any], live: Programme
) -> Iterator[tuple[str, str]]:
    yield from _closing(programme, live)
    balances = {item.id: index for index, item in enumerate(programme.balances)}
    for before in live.balances:
        if before.id not in balances:
            yield "/balances", before.id
        else:
            place = balances[before.id]
            yield from _balance(before, programme.balances[place], f"/balances/{place}")
    rules = {item.id: index for index, item in enumerate(programme.rules)}
    for rule in live.rules:
        if rule.id not in rules:
            yield "/rules", rule.id
        else:
            place = rules[rule.id]
            yield from _rule(rule, programme.rules[place], f"/rules/{place}")
    groups = {item.id: index for index, item in enumerate(programme.tier_groups)}
    for group in live.tier_groups:
        if group.id not in groups:
            yield "/tier_groups", group.id
        else:
            place = groups[group.id]
            yield from _tiers(group, programme.tier_groups[place], document, place)
    rewards = {item.id: index for index, item in enumerate(programme.rewards)}
    for reward in live.rewards:
        if reward.id not in rewards:
            yield "/rewards", reward.id
        else:
            place = rewards[reward.id]
            yield from _reward(reward, programme.rewards[place], f"/rewards/{place}")


def _closing(programme: Programme, live: Programme) -> Iterator[tuple[str, str]]:
    """An end that was not announced, or comes sooner than announced (Z-30)."""
    now, before = programme.closing, live.closing
    if now is None:
        return
    if before is None or now.earning_until < before.earning_until:
        yield "/closing/earning_until", "earning"
    if before is None or now.spending_until < before.spending_until:
        yield "/closing/spending_until", "spending"


def _balance(before: Balance, now: Balance, pointer: str) -> Iterator[tuple[str, str]]:
    if _lasts_less(before.expiry, now.expiry):
        yield f"{pointer}/expiry", "expiry"
    if now.maximum is not None and (before.maximum is None or now.maximum < before.maximum):
        yield f"{pointer}/maximum", "maximum"
    if before.spending is None:
        return
    if now.spending is None:
        yield pointer, "spending"
        return
    if now.spending.threshold > before.spending.threshold:
        yield f"{pointer}/spending/threshold", "threshold"
    old, new = before.spending.value, now.spending.value
    if old is not None and new is not None and new.gives * old.points < old.gives * new.points:
        yield f"{pointer}/spending/value", "value"


def _lasts_less(before: Expiry, now: Expiry) -> bool:
    """Whether value would lapse earlier; two ways that cannot be compared count as no loss."""
    if before.mode is ExpiryMode.NEVER:
        return now.mode is not ExpiryMode.NEVER
    if before.mode is not now.mode or before.mode is ExpiryMode.YEARLY:
        return False
    return now.span.months * 30 + now.span.days < before.span.months * 30 + before.span.days


def _rule(before: Rule, now: Rule, pointer: str) -> Iterator[tuple[str, str]]:
    olds = [item for item in before.actions if isinstance(item, Credit)]
    news = [(place, item) for place, item in enumerate(now.actions) if isinstance(item, Credit)]
    for old, (place, new) in zip(olds, news, strict=False):
        same = old.kind is new.kind and old.balance == new.balance
        if same and new.give * old.every < old.give * new.every:
            yield f"{pointer}/then/{place}/credit", before.id
    if len(news) < len(olds):
        yield f"{pointer}/then", before.id


def _tiers(
    before: TierGroup, now: TierGroup, document: Mapping[str, Any], place: int
) -> Iterator[tuple[str, str]]:
    by_id = {tier.id: tier for tier in now.tiers}
    for tier in before.tiers:
        found = by_id.get(tier.id)
        if found is None:
            yield f"/tier_groups/{place}/tiers", tier.id
            continue
        pointer = tier_pointer(document, place, tier.id)
        if found.threshold > tier.threshold:
            yield f"{pointer}/at_least", tier.id
        if _less(found.coefficient, tier.coefficient):
            yield f"{pointer}/coefficient", tier.id


def _less(first: Ratio, second: Ratio) -> bool:
    return first.numerator * second.denominator < second.numerator * first.denominator


def _reward(before: Reward, now: Reward, pointer: str) -> Iterator[tuple[str, str]]:
    if now.price is not None and (
        before.price is None
        or (before.price.balance == now.price.balance and now.price.amount > before.price.amount)
    ):
        yield f"{pointer}/price", before.id
    if _lasts_less(before.use.expiry, now.use.expiry):
        yield f"{pointer}/use/expiry", before.id
    if now.tiers and not (before.tiers and set(before.tiers) <= set(now.tiers)):
        yield f"{pointer}/reserved_to", before.id
