"""Programmes and commands at random, for properties that hold whatever the rules."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

from tessera.domain.account import Account
from tessera.domain.commands import (
    Adjust,
    Advantage,
    Command,
    Document,
    Enrol,
    ExpireValue,
    Line,
    OpenHold,
    Payment,
    Purchase,
    RecordEvent,
    RedeemReward,
    SettleHold,
)
from tessera.domain.decide import after, decide
from tessera.domain.decision import Decision, Facts, Ids
from tessera.domain.programme import Programme, parse

START_MS = 1_795_424_400_000
"""2026-11-23T09:00:00Z, a Monday."""

DAY_MS = 86_400_000
FACTS = Facts((11, 24), {"city": "Paris", "type": "pro"}, {"id": "s1"})
FAMILIES = ("drinks", "food", "toys", "books")


def programme(**parts: Any) -> Programme:
    """A small programme with the parts given."""
    document: dict[str, Any] = {
        "programme": "test",
        "currency": "EUR",
        "time_zone": "Europe/Paris",
        "earning": {"base": "net"},
        "balances": [{"id": "points"}],
    }
    return parse({**document, **parts}, 1)


def rules(draw: random.Random, count: int) -> list[dict[str, Any]]:
    """Rules of equal precedence, of every kind of credit and condition."""
    found = []
    for place in range(count):
        credit: dict[str, Any] = draw.choice(
            [
                {"per_amount": {"every": "1.00", "give": draw.randrange(1, 4)}},
                {"per_step": {"every": "10.00", "give": draw.randrange(1, 9)}},
                {"per_item": {"give": draw.randrange(1, 4)}},
                {"amount": draw.randrange(1, 50)},
            ]
        )
        rule: dict[str, Any] = {
            "id": f"r{place:02}",
            "when": "purchase.recorded",
            "then": [{"credit": {"balance": "points", **credit}}],
        }
        kind = draw.randrange(6)
        if kind == 0:
            rule["then"] = [{"multiply": {"balance": "points", "by": draw.choice(["1.5", "2"])}}]
        elif kind == 1:
            rule["lines"] = {"line.family": draw.sample(FAMILIES, 2)}
        elif kind == 2:
            rule["if"] = {"purchase.total": {"at_least": f"{draw.randrange(100)}.00"}}
        elif kind == 3:
            rule["if"] = {"member.city": draw.choice(["Paris", "Lyon"])}
        found.append(rule)
    return found


def lines(draw: random.Random, count: int) -> tuple[Line, ...]:
    """A basket."""
    return tuple(
        Line(
            article=f"a{draw.randrange(50)}",
            quantity_milli=1000 * draw.randrange(1, 4),
            gross=draw.randrange(0, 12_000),
            attributes={"family": draw.choice(FAMILIES)},
        )
        for _ in range(count)
    )


def sale(at_ms: int, goods: tuple[Line, ...], number: str = "1", **more: Any) -> Purchase:
    """A sale of those goods."""
    return Purchase(
        occurred_at_ms=at_ms,
        recorded_at_ms=at_ms,
        store="s1",
        document=Document("s1", number),
        currency="EUR",
        lines=goods,
        **more,
    )


def joined(rules_of: Programme, at_ms: int = START_MS) -> Account:
    """A member who has just joined."""
    account = Account(member="m", programme=rules_of.id)
    return after(account, decide(rules_of, account, FACTS, Enrol(at_ms, at_ms), Ids(b"join")))


def command(draw: random.Random, account: Account, at_ms: int, number: int) -> Command:
    """Something that may happen to an account, allowed or not."""
    times: Mapping[str, Any] = {"occurred_at_ms": at_ms, "recorded_at_ms": at_ms, "store": "s1"}
    kind = draw.randrange(9)
    if kind == 0:
        amount = draw.choice([-30, -5, 5, 40, 400])
        return Adjust(**times, balance="points", amount=amount, reason="test")
    if kind == 1:
        return RedeemReward(**times, reward="gift")
    if kind == 2:
        return RecordEvent(**times, name="review.posted")
    if kind == 3:
        return OpenHold(
            **times,
            balance="points",
            amount=draw.randrange(1, 60),
            ttl_s=draw.choice([60, 200_000]),
        )
    if kind == 4 and account.holds:
        return SettleHold(**times, hold=draw.choice(list(account.holds)), keep=draw.random() < 0.5)
    if kind == 5:
        return ExpireValue(**times)
    payments: tuple[Payment, ...] = ()
    advantages: tuple[Advantage, ...] = ()
    if draw.random() < 0.4:
        payments = (Payment("points", draw.choice([None, 10, 50])),)
    if draw.random() < 0.3:
        advantages = (Advantage("COUPON", draw.randrange(0, 2000)),)
    return sale(
        at_ms,
        lines(draw, draw.randrange(1, 6)),
        str(number),
        payments=payments,
        advantages=advantages,
    )


def comparable(decision: Decision) -> tuple[Any, ...]:
    """Everything of a decision that a shuffle must not touch: all of it."""
    return (
        decision.changes,
        decision.benefits,
        decision.lines,
        decision.receipt,
        decision.happenings,
        decision.trace,
    )
