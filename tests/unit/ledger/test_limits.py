"""What one transaction and one row can hold (design §3)."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from tests.fakes.stack import PROGRAMMES, MemoryStack
from tests.unit.ledger.deeds import buy, member

DOCUMENT: dict[str, Any] = yaml.safe_load((PROGRAMMES / "demo.yaml").read_text("utf-8"))


def reward(name: str, *, pays: bool) -> dict[str, Any]:
    price = {"balance": "points", "amount": 1}
    trigger: dict[str, Any] = {"trigger": "balance", "reaches": price}
    found = {"id": name, "kind": "discount", "name": name, "worth": {"discount": "1.00"}}
    if pays:
        return found | {"price": price, "award": [trigger]}
    return found | {"award": [trigger | {"every_time": True}]}


@pytest.mark.requirement("B-41")
def test_a_sale_that_fills_every_card_many_times_over_is_still_one_transaction() -> None:
    """DynamoDB takes a hundred rows at once, and so does the table that stands in for it."""
    stack = MemoryStack()
    rewards = [reward("one", pays=False), reward("two", pays=False), reward("three", pays=True)]
    stack.publish(DOCUMENT | {"rewards": rewards, "rules": DOCUMENT["rules"][1:]})
    who = member(stack, "Anna")
    buy(stack, who, "r1", 20_000)
    account = stack.account(who, "demo")
    assert len(account.vouchers) == 50
    assert account.total("points") == 200
