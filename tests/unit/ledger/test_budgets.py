"""A budget that all members share is never overspent (decision 0014)."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from tessera.application.hold_value import open_hold, settle_hold
from tessera.application.outcomes import Unknown
from tessera.domain.errors import Refused
from tests.fakes.stack import PROGRAMMES, MemoryStack, said
from tests.unit.ledger.deeds import buy, member, points

BUDGET = 40


@pytest.fixture
def stack() -> MemoryStack:
    """Points are doubled as long as forty more are left, and there is one print."""
    stack = MemoryStack()
    document = yaml.safe_load((PROGRAMMES / "demo.yaml").read_text("utf-8"))
    document["operations"] = [
        {"id": "double", "balance": "points", "coefficient": "2", "budget": BUDGET}
    ]
    price = {"balance": "points", "amount": 50}
    document["rewards"] += [
        {"id": "print", "kind": "product", "products": ["print"], "price": price, "budget": 1}
    ]
    stack.publish(document)
    return stack


def lose_one_answer(stack: MemoryStack) -> None:
    """The next transaction happens, and nobody hears of it."""
    transact = stack.table.transact

    def send(*operations: Any, **how: Any) -> Any:
        stack.table.transact = transact  # type: ignore[method-assign]
        transact(*operations, **how)
        return Unknown()

    stack.table.transact = send  # type: ignore[method-assign]


def test_what_may_have_happened_counts_as_spent(stack: MemoryStack) -> None:
    anna, bob = member(stack, "Anna"), member(stack, "Bob")
    lose_one_answer(stack)
    buy(stack, anna, "r1", 4_000)
    buy(stack, bob, "r2", 4_000)
    assert (points(stack, anna), points(stack, bob)) == (60 + 40 + BUDGET, 60 + 40)


@pytest.mark.requirement("X-02")
def test_two_who_have_the_price_of_the_last_one_on_hold_don_t_both_get_it(
    stack: MemoryStack,
) -> None:
    holds = []
    for name in ("Anna", "Bob"):
        body = {"member": {"id": member(stack, name)}, "programme": "demo", "reward": "print"}
        holds.append(said(open_hold(stack.services, stack.writing(body)))["holds"][0]["id"])
    settle_hold(stack.services, stack.writing({}), holds[0], keep=True)
    with pytest.raises(Refused, match="reward_exhausted"):
        settle_hold(stack.services, stack.writing({}), holds[1], keep=True)
    settle_hold(stack.services, stack.writing({}), holds[1], keep=False)
    who = holds[1].partition(".")[0]
    assert points(stack, who) == 60
