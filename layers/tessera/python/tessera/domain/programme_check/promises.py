"""Rewards that nobody can have, and promises of something free that is not."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tessera.domain.programme.model import (
    Award,
    AwardTrigger,
    Balance,
    Overtaking,
    Price,
    Programme,
    Reward,
    RewardKind,
    Trigger,
)
from tessera.domain.programme_check.amounts import earned_balances
from tessera.domain.programme_check.finding import Finding, error, warning
from tessera.domain.programme_check.places import amount_text

_FREE = re.compile(r"\b(offerte?s?|gratuite?s?|free|gift|cadeaux?)\b", re.IGNORECASE)


def find(programme: Programme) -> Iterator[Finding]:
    """Every reward whose promise cannot be kept."""
    awarded = {
        action.reward
        for rule in programme.rules
        for action in rule.actions
        if isinstance(action, Award)
    }
    earned = earned_balances(programme)
    for index, reward in enumerate(programme.rewards):
        pointer = f"/rewards/{index}"
        if not reward.listed and not reward.awards and reward.id not in awarded:
            yield warning(pointer, "reward_never_had")
        yield from _prices(programme, reward, pointer, earned)
        yield from _free(programme, reward, pointer)
        for place, award in enumerate(reward.awards):
            yield from _award(programme, reward, award, f"{pointer}/award/{place}")


def _prices(
    programme: Programme, reward: Reward, pointer: str, earned: set[str]
) -> Iterator[Finding]:
    for name, price in (("price", reward.price), ("requires", reward.requires)):
        balance = programme.balance(price.balance) if price is not None else None
        if price is None or balance is None:
            continue
        yield from _gathered(balance, price, f"{pointer}/{name}/amount")
        if price.balance not in earned:
            yield error(f"{pointer}/{name}", "reward_balance_never_earned")
        if name == "requires":
            continue
        for cap in balance.caps:
            rejects = cap.debit and cap.overtaking is Overtaking.REJECT
            if rejects and cap.amount is not None and cap.amount < price.amount:
                yield error(
                    f"{pointer}/price/amount",
                    "reward_above_debit_cap",
                    amount=amount_text(price.amount, balance.decimals),
                    limit=amount_text(cap.amount, balance.decimals),
                )


def _gathered(balance: Balance, price: Price, pointer: str) -> Iterator[Finding]:
    if balance.maximum is not None and price.amount > balance.maximum:
        yield error(
            pointer,
            "reward_above_maximum",
            amount=amount_text(price.amount, balance.decimals),
            limit=amount_text(balance.maximum, balance.decimals),
        )


def _free(programme: Programme, reward: Reward, pointer: str) -> Iterator[Finding]:
    if reward.budget == 0:
        yield error(f"{pointer}/budget", "reward_budget_empty")
    use = reward.use
    if reward.kind is RewardKind.PRODUCT and use.from_amount:
        amount = amount_text(use.from_amount, programme.exponent)
        yield warning(f"{pointer}/use/from_amount", "free_needs_purchase", amount=amount)
    if use.price is not None and any(_FREE.search(name) for name in reward.names.values()):
        balance = programme.balance(use.price.balance)
        amount = amount_text(use.price.amount, balance.decimals if balance else 0)
        yield warning(f"{pointer}/use/price", "free_has_price", amount=amount)


def _award(
    programme: Programme, reward: Reward, award: AwardTrigger, pointer: str
) -> Iterator[Finding]:
    if award.trigger is Trigger.BALANCE:
        balance = programme.balance(award.balance)
        if balance is not None:
            price = Price(award.balance, award.amount)
            yield from _gathered(balance, price, f"{pointer}/reaches/amount")
    if (
        award.trigger is Trigger.TIER
        and reward.tiers
        and award.group == reward.tier_group
        and not set(award.tiers) & set(reward.tiers)
    ):
        yield error(f"{pointer}/tiers", "award_outside_reserved_tiers")
