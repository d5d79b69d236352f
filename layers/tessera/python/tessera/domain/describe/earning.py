"""How value is earned, and what limits it."""

from __future__ import annotations

from collections.abc import Iterator

from tessera.domain.describe.phrases import Teller, sentence
from tessera.domain.programme.conditions import ALWAYS
from tessera.domain.programme.earning import PURCHASE
from tessera.domain.programme.model import (
    Action,
    Award,
    Credit,
    CreditKind,
    Multiply,
    Operation,
    PutInTier,
    Rule,
)
from tessera.domain.texts import number_text, ratio_text


def earning(teller: Teller) -> Iterator[str]:
    """Each rule, each operation that is not over, then what counts and what returns do."""
    programme = teller.programme
    for rule in programme.rules:
        told = _rule(teller, rule)
        if told:
            yield told
    operations = [item for item in programme.operations if not teller.is_over(item.ends_at)]
    for operation in operations:
        yield _operation(teller, operation)
    if len(operations) > 1:
        yield teller.say(f"stacking.{programme.stacking.value}")
    if not any(PURCHASE in rule.events for rule in programme.rules):
        return
    terms = programme.earning
    yield teller.say(f"base.{terms.base.value}")
    if not terms.tax_included:
        yield teller.say("earning.before_tax")
    if not terms.discounted_articles:
        yield teller.say("earning.no_discounted_articles")
    if terms.lines != ALWAYS:
        yield teller.say("earning.some_articles")
    if terms.condition != ALWAYS:
        yield teller.say("earning.some_purchases")
    if programme.returns.reduce:
        yield teller.say("earning.returns")


def limits(teller: Teller) -> Iterator[str]:
    """How much may be earned, used and held."""
    for balance in teller.programme.balances:
        for cap in balance.caps:
            amount = (
                teller.value(balance.id, cap.amount)
                if cap.amount is not None
                else teller.counted("times", cap.count or 0)
            )
            told = teller.say(
                f"cap.{'debit' if cap.debit else 'credit'}",
                amount=amount,
                period=teller.per(cap.period.value if cap.period else "operation"),
            )
            activity = [teller.event(cap.activity)] if cap.activity else []
            yield sentence(told, ", " if activity else "", activity)
        if balance.maximum is not None:
            yield teller.say("maximum", amount=teller.value(balance.id, balance.maximum))
        if balance.minimum:
            yield teller.say("minimum", amount=teller.value(balance.id, balance.minimum))


def _rule(teller: Teller, rule: Rule) -> str:
    """The rule as a sentence; empty where it does nothing that a customer sees."""
    gives = [text for action in rule.actions if (text := _action(teller, action))]
    if not gives:
        return ""
    when = teller.listed([teller.event(event) for event in sorted(rule.events)])
    lead = teller.name(rule.names, when)
    terms = [*teller.conditions(rule.condition, rule.lines), *teller.limits(rule.limits)]
    return sentence(lead, teller.say("colon"), [teller.listed(gives), *terms])


def _action(teller: Teller, action: Action) -> str:
    programme = teller.programme
    match action:
        case Credit():
            return _credit(teller, action)
        case Multiply(balance, by):
            return _times(teller, balance, by.numerator, by.denominator)
        case Award(reward_id):
            reward = programme.reward(reward_id)
            name = teller.name(reward.names, reward_id) if reward else reward_id
            return teller.say("gives.reward", name=name)
        case PutInTier(group, tier):
            return teller.say("gives.tier", name=teller.tiers(group, [tier]))
        case _:
            # An event by which rules set each other off: nothing that a customer sees.
            return ""


def _times(teller: Teller, balance_id: str, numerator: int, denominator: int) -> str:
    factor = ratio_text(teller.language, numerator, denominator)
    balance = teller.programme.balance(balance_id)
    kind = balance.kind.value if balance else "points"
    if balance is None or len(teller.programme.balances) == 1:
        return teller.say(f"gives.times.{kind}", factor=factor)
    name = teller.name(balance.names, balance.id)
    return teller.say("gives.times.named", factor=factor, name=name)


def _credit(teller: Teller, credit: Credit) -> str:
    values = {
        "give": teller.value(credit.balance, credit.give),
        "every": teller.money(credit.every),
        "count": number_text(teller.language, credit.every, 3, trim=True),
    }
    one = credit.kind is CreditKind.PER_ITEM and credit.every == 1000
    text = teller.say(f"credit.{'per_one_item' if one else credit.kind.value}", **values)
    if credit.by_tier:
        names = {
            tier.id: tier.names for group in teller.programme.tier_groups for tier in group.tiers
        }
        own = [
            teller.say(
                "credit.by_tier",
                tier=teller.name(names.get(tier, {}), tier),
                amount=teller.value(credit.balance, amount),
            )
            for tier, amount in credit.by_tier.items()
        ]
        text += f" ({', '.join(own)})"
    if credit.cumulative:
        text += teller.say("credit.cumulative")
    if credit.pending is not None:
        text += teller.say("credit.pending", span=teller.span(credit.pending))
    for part in credit.schedule:
        share = ratio_text(teller.language, part.percent.numerator, part.percent.denominator)
        text += teller.say(
            "credit.instalment", percent=share.removeprefix("×"), span=teller.span(part.after)
        )
    if credit.expiry is not None:
        text += f", {teller.expiry(credit.expiry, 'use.expiry')}"
    return text


def _operation(teller: Teller, operation: Operation) -> str:
    coefficient = operation.coefficient
    times = _times(teller, operation.balance, coefficient.numerator, coefficient.denominator)
    terms = [
        *teller.conditions(operation.condition, operation.lines),
        teller.period(operation.starts_at, operation.ends_at),
    ]
    if not operation.names:
        return sentence("", "", [times, *terms])
    lead = teller.name(operation.names, operation.id)
    return sentence(lead, teller.say("colon"), [times, *terms])
