"""Tiers, rewards, and the benefits of first orders and clubs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tessera.domain.describe.phrases import Teller, sentence
from tessera.domain.programme.model import (
    Award,
    AwardTrigger,
    Drop,
    ExpiryMode,
    Metric,
    Reward,
    RewardKind,
    Span,
    Step,
    Tier,
    TierGroup,
    Trigger,
    WindowKind,
)
from tessera.domain.programme.reader import ONE
from tessera.domain.texts import plural_form, ratio_text


def tiers(teller: Teller) -> Iterator[str]:
    """Each ladder: what it measures, its tiers with what they bring, when it is reviewed."""
    for group in teller.programme.tier_groups:
        window = (
            teller.say(
                f"window.rolling.{plural_form(teller.language, group.window_months)}",
                count=group.window_months,
            )
            if group.window is WindowKind.ROLLING
            else teller.say(f"window.{group.window.value}")
        )
        shown = [] if group.metric is Metric.BALANCE else [window]
        lead = teller.name(group.names, group.id)
        yield sentence(
            lead, teller.say("colon"), [teller.say(f"metric.{group.metric.value}"), *shown]
        )
        for tier in group.tiers:
            yield _tier(teller, group, tier)
        yield teller.say(f"tier.up.{group.up.value}")
        yield _review(teller, group)


def _tier(teller: Teller, group: TierGroup, tier: Tier) -> str:
    if group.metric is Metric.SPENT:
        threshold = teller.money(tier.threshold)
    elif group.metric is Metric.ORDERS:
        threshold = teller.counted("orders", tier.threshold)
    else:
        threshold = teller.value(group.balance, tier.threshold)
    parts = [teller.say("from", amount=threshold) if tier.threshold else teller.say("tier.first")]
    if tier.coefficient != ONE:
        factor = ratio_text(
            teller.language, tier.coefficient.numerator, tier.coefficient.denominator
        )
        parts.append(teller.say("tier.coefficient", factor=factor))
    if tier.benefits:
        parts.append(teller.name(tier.benefits, ""))
    return sentence(teller.name(tier.names, tier.id), teller.say("colon"), parts)


def _review(teller: Teller, group: TierGroup) -> str:
    if group.drop is Drop.NONE:
        return teller.say("tier.kept")
    parts = [teller.say(f"tier.drop.{group.drop.value}")]
    if group.grace != Span():
        parts.append(teller.say("tier.grace", span=teller.span(group.grace)))
    if group.floor:
        parts.append(teller.say("tier.floor", tier=teller.tiers(group.id, [group.floor])))
    return sentence(teller.say(f"tier.down.{group.down.value}"), teller.say("colon"), parts)


def rewards(teller: Teller) -> Iterator[str]:
    """Each reward that a customer can count on. One that only staff give by hand, unlisted, is
    not told, nor one that is over."""
    given = {
        action.reward
        for rule in teller.programme.rules
        for action in rule.actions
        if isinstance(action, Award)
    }
    for reward in teller.programme.rewards:
        by_itself = any(award.trigger is not Trigger.MANUAL for award in reward.awards)
        is_told = reward.listed or reward.price is not None or by_itself or reward.id in given
        if is_told and not teller.is_over(reward.ends_at):
            yield _reward(teller, reward)


def _reward(teller: Teller, reward: Reward) -> str:
    parts = [_worth(teller, reward)]
    if reward.price is not None:
        parts.append(teller.say("reward.price", price=teller.price(reward.price)))
    if reward.requires is not None:
        parts.append(teller.say("reward.requires", price=teller.price(reward.requires)))
    if reward.tiers:
        names = teller.tiers(reward.tier_group, reward.tiers)
        parts.append(teller.say("reward.tiers", tiers=names))
    parts += [_award(teller, award) for award in reward.awards]
    parts += teller.conditions(reward.condition)
    parts.append(teller.period(reward.starts_at, reward.ends_at))
    parts += teller.limits(reward.limits)
    parts += _use(teller, reward)
    told = [part for part in parts if part] or [teller.say("reward.offered")]
    text = sentence(teller.name(reward.names, reward.id), teller.say("colon"), told)
    description = teller.name(reward.descriptions, "")
    return f"{text} {sentence(description, '', [])}" if description else text


def _worth(teller: Teller, reward: Reward) -> str:
    if reward.kind is RewardKind.CREDIT and reward.credit is not None:
        return teller.price(reward.credit)
    if reward.kind is RewardKind.DONATION and reward.grant.amount:
        return teller.say("reward.donation", amount=teller.money(reward.grant.amount))
    if reward.kind is RewardKind.GIFT_CARD:
        return teller.say("reward.gift_card", amount=teller.money(reward.grant.amount))
    return teller.grant(reward.grant)


def _award(teller: Teller, award: AwardTrigger) -> str:
    match award.trigger:
        case Trigger.JOIN:
            return teller.say("reward.on.join")
        case Trigger.BALANCE:
            amount = teller.value(award.balance, award.amount)
            manner = "balance_every_time" if award.every_time else "balance"
            return teller.say(f"reward.on.{manner}", amount=amount)
        case Trigger.TIER:
            return teller.say("reward.on.tier", tiers=teller.tiers(award.group, award.tiers))
        case Trigger.EVENT:
            told = teller.say("reward.on.event", event=teller.event(award.event))
            return ", ".join([told, *teller.conditions(award.condition)])
        case _:
            return ""


def _use(teller: Teller, reward: Reward) -> Iterator[str]:
    use = reward.use
    if use.expiry.mode is not ExpiryMode.NEVER:
        yield teller.expiry(use.expiry, "use.expiry")
    if use.times > 1:
        yield teller.say("use.times", times=teller.counted("times", use.times))
    if use.price is not None:
        yield teller.say("use.price", price=teller.price(use.price))
    if use.from_amount:
        yield teller.say("if.total_from", amount=teller.money(use.from_amount))
    if use.stores:
        yield teller.say("if.stores")
    if use.channels:
        yield teller.say("use.channels", channels=", ".join(use.channels))
    yield from teller.conditions(use.condition)
    if not use.stackable:
        yield teller.say("use.alone")


def new_customers(teller: Teller) -> Iterator[str]:
    """What a first order gets."""
    found = teller.programme.new_customers
    if found is None:
        return
    if found.points is not None:
        yield teller.say("new.credit", amount=teller.price(found.points))
    yield from steps(teller, found.steps)
    if not found.earns:
        yield teller.say("new.earns_not")


def clubs(teller: Teller) -> Iterator[str]:
    """Each club: how long it lasts, how it is had, what it brings."""
    for club in teller.programme.clubs:
        how = "bought" if club.fee_lines is not None else "given"
        lead = teller.name(club.names, club.id)
        told = teller.say(f"club.{how}", span=teller.span(club.period))
        yield sentence(lead, teller.say("colon"), [told])
        if club.coefficient != ONE:
            factor = ratio_text(
                teller.language, club.coefficient.numerator, club.coefficient.denominator
            )
            yield teller.say("club.coefficient", factor=factor)
        yield from steps(teller, club.steps)
        yield teller.say("club.renewal")


def steps(teller: Teller, found: Sequence[Step]) -> Iterator[str]:
    """Each amount of a purchase from which something is given."""
    for step in found:
        bounds = step.bounds
        low = teller.money(bounds.low) if bounds.low else None
        high = None if bounds.high is None else teller.money(bounds.high)
        lead = teller.bounds(low, high, bounds)
        lead = teller.say("step", bounds=lead) if lead else teller.say("any_purchase")
        yield sentence(lead, teller.say("colon"), [teller.grant(step.grant)])
