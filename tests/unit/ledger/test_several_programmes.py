"""A sale of a member of several programmes counts in each, and is paid for once (B-49, W-06)."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from tessera.application.adjust_balance import adjust_balance
from tessera.application.award_reward import award_reward
from tessera.application.enrol_member import enrol_member
from tessera.application.quote_purchase import quote_purchase
from tessera.application.record_purchase import record_purchase
from tessera.domain.errors import InvalidInput, NotFound, Refused
from tests.fakes.stack import PROGRAMMES, MemoryStack, said
from tests.unit.ledger.deeds import bring_back, buy

SALE = {"document": {"store": "s1", "number": "r1"}, "currency": "EUR", "total": 4_000}


@pytest.fixture
def stack() -> MemoryStack:
    """Two programmes with a balance of the same name, and the second with one of its own."""
    stack = MemoryStack()
    document = yaml.safe_load((PROGRAMMES / "demo.yaml").read_text("utf-8"))
    (points,) = document["balances"]
    points["spending"] = {"value": {"points": 10, "gives": "1.00"}, "partial_use": True}
    bon = {"id": "bon", "kind": "discount", "name": "Bon", "worth": {"discount": "2.00"}}
    document["rewards"].append(bon)
    stack.publish(document)
    stars = {**points, "id": "stars", "name": "Stars"}
    welcome = {"credit": {"balance": "stars", "amount": 30}}
    document |= {"programme": "second", "balances": [points, stars]}
    document["rules"][0]["then"] = [welcome]
    stack.publish(document)
    return stack


@pytest.fixture
def who(stack: MemoryStack) -> str:
    """A member of both: sixty points in the first, thirty stars in the second."""
    body = {"programme": "demo", "profile": {"first_name": "Anna"}}
    found: str = said(enrol_member(stack.services, stack.writing(body)))["member_id"]
    enrol_member(stack.services, stack.writing({"programme": "second", "member_id": found}))
    return found


def sell(stack: MemoryStack, who: str, **more: Any) -> dict[str, Any]:
    body = {"member": {"id": who}, **SALE, **more}
    return said(record_purchase(stack.services, stack.writing(body)))


def totals(stack: MemoryStack, who: str) -> dict[str, int]:
    first, second = stack.account(who, "demo"), stack.account(who, "second")
    return {
        "points": first.total("points"),
        "points of the second": second.total("points"),
        "stars": second.total("stars"),
    }


@pytest.mark.requirement("W-06")
def test_a_balance_that_one_programme_has_pays_in_a_sale_that_both_reward(
    stack: MemoryStack, who: str
) -> None:
    sell(stack, who, payments=[{"balance": "stars", "amount": 20}])
    assert totals(stack, who) == {"points": 100, "points of the second": 38, "stars": 10}
    bring_back(stack, "r1")
    assert totals(stack, who) == {"points": 60, "points of the second": 0, "stars": 30}


@pytest.mark.requirement("W-06")
@pytest.mark.parametrize("amount", [20, None])
def test_a_balance_that_both_have_pays_once(
    stack: MemoryStack, who: str, amount: int | None
) -> None:
    payment = {"balance": "points"} if amount is None else {"balance": "points", "amount": amount}
    sold = sell(stack, who, payments=[payment])
    assert [len(result["benefits"]) for result in sold["results"]] == [1, 0]


@pytest.mark.requirement("W-06")
def test_it_pays_where_there_is_enough(stack: MemoryStack, who: str) -> None:
    buy(stack, who, "r0", 4_000)
    less = {"member": {"id": who}, "programme": "demo", "balance": "points", "amount": -90}
    adjust_balance(stack.services, stack.writing({**less, "reason": "goodwill"}))
    assert totals(stack, who) == {"points": 10, "points of the second": 40, "stars": 30}
    sell(stack, who, payments=[{"balance": "points", "amount": 20}])
    assert totals(stack, who) == {"points": 50, "points of the second": 58, "stars": 30}


@pytest.mark.requirement("B-49")
def test_a_voucher_is_used_where_it_is_in_hand(stack: MemoryStack, who: str) -> None:
    given = {"member": {"id": who}, "programme": "second", "reward": "bon"}
    (voucher,) = said(award_reward(stack.services, stack.writing(given)))["vouchers"]
    quoted = quote_purchase(
        stack.services, stack.caller,
        {"member": {"id": who}, **SALE, "vouchers": [voucher["code"]]},
        stack.clock.now_ms(), b"s" * 32,
    )  # fmt: skip
    sold = sell(stack, who, vouchers=[voucher["code"]])
    for told in (quoted["results"], sold["results"]):
        assert isinstance(told, list)
        first, second = told
        assert first["benefits"] == []
        assert [benefit["amount"] for benefit in second["benefits"]] == [200]
    assert stack.account(who, "second").vouchers == {}


@pytest.mark.requirement("O-09")
@pytest.mark.parametrize(
    ("more", "error", "code"),
    [
        ({"payments": [{"balance": "miles"}]}, InvalidInput, "balance_unknown"),
        ({"payments": [{"balance": "points", "amount": 70}]}, Refused, "insufficient_balance"),
        ({"vouchers": ["NOBODYS"]}, NotFound, "voucher_unknown"),
    ],
)  # fmt: skip
def test_what_nobody_has_pays_nothing(
    stack: MemoryStack, who: str, more: dict[str, Any], error: type[Exception], code: str
) -> None:
    with pytest.raises(error, match=code):
        sell(stack, who, **more)
    assert totals(stack, who) == {"points": 60, "points of the second": 0, "stars": 30}


@pytest.mark.requirement("O-09")
def test_two_programmes_together_take_no_more_off_than_the_price(
    stack: MemoryStack, who: str
) -> None:
    both = [{"balance": "points", "amount": 60}, {"balance": "stars", "amount": 30}]
    asked = {"member": {"id": who}, **SALE, "total": 700, "payments": both}
    with pytest.raises(Refused) as refusal:
        quote_purchase(stack.services, stack.caller, asked, stack.clock.now_ms(), b"s" * 32)
    assert refusal.value.code == "discounts_exceed_sale"
    assert (refusal.value.required, refusal.value.available) == (900, 700)
    with pytest.raises(Refused, match="discounts_exceed_sale"):
        sell(stack, who, total=700, payments=both)
    assert totals(stack, who) == {"points": 60, "points of the second": 0, "stars": 30}
    sell(stack, who, total=900, payments=both)
