"""Rights that members have under the version in force and would lose under the next (C-08).

What is already in the account stays as it was promised whatever is published; this is about what
members could count on for the next purchase. A change that is announced in `texts.notice` is
found as a warning, one that is not as an error.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tessera.domain.programme.conditions import ALWAYS
from tessera.domain.programme.model import (
    AfterUse,
    Balance,
    Cap,
    Credit,
    Earning,
    EarningBase,
    Expiry,
    ExpiryEnd,
    ExpiryMode,
    Limit,
    Programme,
    Reward,
    Rule,
    Spending,
    TierGroup,
)
from tessera.domain.programme.reader import Ratio
from tessera.domain.programme_check.finding import Finding, Severity
from tessera.domain.programme_check.places import tier_pointer

_BASES = (EarningBase.NONE, EarningBase.NET, EarningBase.GROSS)
_AFTER_USES = (AfterUse.RESET, AfterUse.DEDUCT_USED, AfterUse.KEEP)
_ENDS = (ExpiryEnd.DAY, ExpiryEnd.MONTH_END, ExpiryEnd.YEAR_END)
"""From what leaves members least to what leaves them most."""


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
    yield from _earning(live.earning, programme.earning)
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


def _earning(before: Earning, now: Earning) -> Iterator[tuple[str, str]]:
    """What counted for earning and does no more."""
    if _BASES.index(now.base) < _BASES.index(before.base):
        yield "/earning/base", "base"
    if before.tax_included and not now.tax_included:
        yield "/earning/tax", "tax"
    if before.discounted_articles and not now.discounted_articles:
        yield "/earning/discounted_articles", "discounted_articles"
    if before.lines == ALWAYS != now.lines:
        yield "/earning/lines", "lines"
    if before.condition == ALWAYS != now.condition:
        yield "/earning/if", "if"


def _balance(before: Balance, now: Balance, pointer: str) -> Iterator[tuple[str, str]]:
    if _lasts_less(before.expiry, now.expiry):
        yield f"{pointer}/expiry", "expiry"
    if now.maximum is not None and (before.maximum is None or now.maximum < before.maximum):
        yield f"{pointer}/maximum", "maximum"
    if now.minimum > before.minimum:
        yield f"{pointer}/minimum", "minimum"
    if any(_is_tighter(cap, before.caps) for cap in now.caps):
        yield f"{pointer}/caps", "caps"
    if before.spending is None:
        return
    if now.spending is None:
        yield pointer, "spending"
        return
    yield from _spending(before.spending, now.spending, f"{pointer}/spending")


def _is_tighter(cap: Cap, before: tuple[Cap, ...]) -> bool:
    """Whether the cap is lower than the one for the same thing, or there was none."""

    def same(other: Cap) -> bool:
        counts = (cap.count is None) is (other.count is None)
        of = (cap.debit, cap.period, cap.activity)
        return counts and of == (other.debit, other.period, other.activity)

    olds = [(other.amount or 0) + (other.count or 0) for other in before if same(other)]
    return not olds or (cap.amount or 0) + (cap.count or 0) < min(olds)


def _spending(before: Spending, now: Spending, pointer: str) -> Iterator[tuple[str, str]]:
    for name in ("threshold", "from_order", "from_amount"):
        if getattr(now, name) > getattr(before, name):
            yield f"{pointer}/{name}", name
    if _AFTER_USES.index(now.after_use) < _AFTER_USES.index(before.after_use):
        yield f"{pointer}/after_use", "after_use"
    if _is_narrower(before.channels, now.channels):
        yield f"{pointer}/channels", "channels"
    if not before.stackable_with <= now.stackable_with:
        yield f"{pointer}/stackable_with", "stackable_with"
    old, new = before.value, now.value
    if old is not None and new is not None and new.gives * old.points < old.gives * new.points:
        yield f"{pointer}/value", "value"


def _is_narrower(before: tuple[str, ...], now: tuple[str, ...]) -> bool:
    """Whether some place is left out now; the empty list stands for all of them."""
    return bool(now) and (not before or not set(before) <= set(now))


def _lasts_less(before: Expiry, now: Expiry) -> bool:
    """Whether value would lapse earlier; two ways that cannot be compared count as no loss."""
    if before.mode is ExpiryMode.NEVER:
        return now.mode is not ExpiryMode.NEVER
    if before.mode is not now.mode or before.mode is ExpiryMode.YEARLY:
        return False
    olds, news = (item.span.months * 30 + item.span.days for item in (before, now))
    return news < olds or (news == olds and _ENDS.index(now.end) < _ENDS.index(before.end))


def _rule(before: Rule, now: Rule, pointer: str) -> Iterator[tuple[str, str]]:
    olds = [item for item in before.actions if isinstance(item, Credit)]
    news = [(place, item) for place, item in enumerate(now.actions) if isinstance(item, Credit)]
    for old, (place, new) in zip(olds, news, strict=False):
        same = old.kind is new.kind and old.balance == new.balance
        if same and new.give * old.every < old.give * new.every:
            yield f"{pointer}/then/{place}/credit", before.id
    if len(news) < len(olds):
        yield f"{pointer}/then", before.id
    if before.condition == ALWAYS != now.condition:
        yield f"{pointer}/if", before.id
    if before.lines == ALWAYS != now.lines:
        yield f"{pointer}/lines", before.id
    if _are_fewer(before.limits, now.limits):
        yield f"{pointer}/limits", before.id


def _are_fewer(before: tuple[Limit, ...], now: tuple[Limit, ...]) -> bool:
    """Whether something may happen less often than it might."""
    olds = {limit.period: limit.count for limit in before}
    return any(limit.count < olds.get(limit.period, limit.count + 1) for limit in now)


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
    for name in ("price", "requires"):
        old, new = getattr(before, name), getattr(now, name)
        if new is not None and (
            old is None or (old.balance == new.balance and new.amount > old.amount)
        ):
            yield f"{pointer}/{name}", before.id
    if _is_worth_less(before, now):
        yield f"{pointer}/worth", before.id
    if _lasts_less(before.use.expiry, now.use.expiry):
        yield f"{pointer}/use/expiry", before.id
    if now.use.from_amount > before.use.from_amount:
        yield f"{pointer}/use/from_amount", before.id
    for name in ("stores", "channels"):
        if _is_narrower(getattr(before.use, name), getattr(now.use, name)):
            yield f"{pointer}/use/{name}", before.id
    if _are_fewer(before.limits, now.limits):
        yield f"{pointer}/limits", before.id
    if now.tiers and not (before.tiers and set(before.tiers) <= set(now.tiers)):
        yield f"{pointer}/reserved_to", before.id


def _is_worth_less(before: Reward, now: Reward) -> bool:
    """Whether what the reward gives is less, as far as the two can be compared."""
    if before.credit is not None and now.credit is not None:
        same = before.credit.balance == now.credit.balance
        return same and now.credit.amount < before.credit.amount
    old, new = before.grant, now.grant
    if old.percent is not None and new.percent is not None:
        return _less(new.percent, old.percent)
    comparable = (old.percent is None) is (new.percent is None) and before.kind is now.kind
    return comparable and new.amount < old.amount
