"""How long value lasts, and how it is spent."""

from __future__ import annotations

from collections.abc import Iterator

from tessera.domain.describe.phrases import Teller, sentence
from tessera.domain.programme.model import Balance, BalanceKind, Bracket, Spending, Value


def lasting(teller: Teller) -> Iterator[str]:
    """The expiry of each balance, and what counts as activity where it slides."""
    for balance in teller.programme.balances:
        name = teller.name(balance.names, balance.id)
        yield teller.say("lasting", name=name, expiry=teller.expiry(balance.expiry))
        if balance.expiry.mode.value == "sliding":
            events = [teller.event(event) for event in sorted(balance.sliding_events)]
            yield teller.say("kept_alive", events=teller.listed(events))


def spending(teller: Teller) -> Iterator[str]:
    """What each balance pays, from when, and what is left of it."""
    for balance in teller.programme.balances:
        name = teller.name(balance.names, balance.id)
        if balance.stamps_per_card:
            card = teller.value(balance.id, balance.stamps_per_card * balance.unit)
            yield teller.say("stamps_per_card", amount=card)
        if balance.spending is not None:
            yield from _terms(teller, balance, balance.spending)
        elif any(
            reward.price is not None and reward.price.balance == balance.id
            for reward in teller.programme.rewards
        ):
            yield teller.say("spending.rewards_only", name=name)
    if teller.programme.partitions:
        yield teller.say("spending.partitions")


def _terms(teller: Teller, balance: Balance, spending: Spending) -> Iterator[str]:
    name = teller.name(balance.names, balance.id)
    if spending.value is not None:
        yield sentence(_worth(teller, balance, spending.value), "", [])
    for bracket in spending.brackets:
        yield _bracket(teller, balance, bracket)
    if spending.threshold:
        amount = teller.value(balance.id, spending.threshold)
        yield teller.say("spending.threshold", amount=amount)
    if spending.from_amount:
        yield teller.say("spending.from_amount", amount=teller.money(spending.from_amount))
    if spending.from_order > 1:
        yield teller.say("spending.from_order", order=spending.from_order)
    if spending.channels:
        yield teller.say("spending.channels", channels=", ".join(spending.channels))
    yield teller.say(f"after_use.{spending.after_use.value}", name=name)
    manner = "with_promo_code" if "promo_code" in spending.stackable_with else "without_promo_code"
    yield teller.say(f"spending.{manner}")
    if spending.automatic:
        yield teller.say("spending.automatic")


def _worth(teller: Teller, balance: Balance, value: Value) -> str:
    if balance.kind is BalanceKind.CASH and value.points == value.gives:
        return teller.say("spending.cash", name=teller.name(balance.names, balance.id))
    return teller.say(
        "spending.value",
        points=teller.value(balance.id, value.points),
        gives=teller.money(value.gives),
    )


def _bracket(teller: Teller, balance: Balance, bracket: Bracket) -> str:
    bounds = bracket.bounds
    low, high = (
        None if end is None else teller.value(balance.id, end) for end in (bounds.low, bounds.high)
    )
    gives = [teller.grant(bracket.grant)]
    if bracket.value is not None:
        gives.append(_worth(teller, balance, bracket.value))
    lead = teller.bounds(low, high, bounds) or teller.say("any_balance")
    return sentence(lead, teller.say("colon"), gives)
