"""What members of a household can't do with what the others own (X-12, X-14)."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tessera.application.correct_purchase import move_purchase
from tessera.application.erase_member import erase_member
from tessera.application.household import leave_household
from tessera.application.pair_command import merge_members, transfer_value
from tessera.application.record_purchase import record_purchase
from tessera.application.record_return import record_return
from tessera.domain.errors import Conflict
from tessera.domain.ledger import Entry
from tests.fakes.stack import PROGRAMMES, MemoryStack
from tests.unit.ledger.deeds import (
    bring_back,
    buy,
    household_of,
    leave,
    member,
    points,
    proved,
    take_coffee,
    together,
)


@pytest.fixture
def stack() -> MemoryStack:
    stack = MemoryStack()
    stack.publish_file("demo")
    return stack


@pytest.mark.requirement("X-12")
def test_what_others_share_cannot_be_merged_away(stack: MemoryStack) -> None:
    anna, bob, chloe = (member(stack, name) for name in ("Anna", "Bob", "Chloé"))
    household = household_of(stack, anna, bob)
    body = {"member": {"id": anna}, "into": {"id": chloe}}
    with pytest.raises(Conflict, match="leave_household_first"):
        merge_members(stack.services, stack.writing(body))
    assert points(stack, bob) == 120
    leave_household(stack.services, stack.writing({"member": {"id": anna}}), household)
    merge_members(stack.services, stack.writing(body))
    assert (points(stack, bob), points(stack, chloe)) == (60, 120)


@pytest.mark.requirement("X-12")
def test_who_shares_an_account_has_nothing_to_give_or_to_move(stack: MemoryStack) -> None:
    anna, bob = member(stack, "Anna"), member(stack, "Bob")
    household_of(stack, anna, bob)
    buy(stack, anna, "r1", 4_000)
    gift = {"programme": "demo", "balance": "points", "amount": 10}
    with pytest.raises(Conflict, match="same_household"):
        transfer_value(
            stack.services,
            stack.writing({**gift, "member": {"id": anna}, "to": {"id": bob}}),
        )
    moving = {"document": {"store": "s1", "number": "r1"}, "to": {"id": bob}}
    with pytest.raises(Conflict, match="same_household"):
        move_purchase(stack.services, stack.writing(moving))
    assert points(stack, anna) == 160


@pytest.mark.requirement("X-14", "X-12")
def test_who_is_erased_forfeits_his_share_and_no_one_elses(stack: MemoryStack) -> None:
    household, anna, bob = together(stack, "Anna", "Bob")
    buy(stack, anna, "r1", 4_000)
    erase_member(stack.services, stack.writing({"member": {"id": anna}}))
    assert points(stack, bob) == 60
    assert stack.account(household, "demo").status == "active"
    erased = stack.account(anna, "demo")
    assert (erased.status, erased.total("points")) == ("erased", 0)


@pytest.mark.requirement("X-14", "X-12")
def test_who_is_erased_leaves_no_basket_in_the_households_he_was_in(stack: MemoryStack) -> None:
    anna, bob = member(stack, "Anna"), member(stack, "Bob")
    first = household_of(stack, anna, bob)
    buy(stack, anna, "r1", 4_000)
    buy(stack, bob, "r2", 4_000)
    leave_household(stack.services, stack.writing({"member": {"id": anna}}), first)
    second = household_of(stack, anna)
    buy(stack, anna, "r3", 4_000)
    erase_member(stack.services, stack.writing({"member": {"id": anna}}))

    def baskets(household: str) -> set[str]:
        """Through whom the entries came whose details are left."""
        lines = {line.sequence: line.contributor for line in entries(household)}
        rows = stack.table.query(f"M#{household}", "D#")
        return {lines[int(str(row["sk"])[-10:])] for row in rows}

    def entries(household: str) -> list[Entry]:
        return list(stack.services.entries.oldest(household, "demo", "-"))

    assert baskets(first) == {"", bob}
    assert baskets(second) == {""}
    proved(stack)


@pytest.mark.requirement("X-12", "X-04")
def test_what_a_return_gives_and_takes_at_once_is_nobodys_share(stack: MemoryStack) -> None:
    """Points spent come back and are taken for what was earned: the lot is where it was."""
    household, anna, bob = together(stack, "Anna", "Bob")
    buy(stack, anna, "r1", 8_000)
    take_coffee(stack, bob)
    note = {
        "document": {"store": "s1", "number": "c1"},
        "original": {"store": "s1", "number": "r1"},
    }
    record_return(stack.services, stack.writing(note))
    for one in (anna, bob):
        leave_household(stack.services, stack.writing({"member": {"id": one}}), household)
    assert points(stack, anna) + points(stack, bob) == 20
    assert stack.account(household, "demo").lots == {}


@pytest.mark.requirement("X-12", "X-04")
def test_whoever_buys_and_brings_it_back_gains_nothing_of_what_others_own(
    stack: MemoryStack,
) -> None:
    household, anna, bob = together(stack, "Anna", "Bob")
    buy(stack, anna, "r1", 40_000)
    bring_back(stack, "r1")
    assert leave(stack, household, anna, bob) == [60, 60]


PAYING = {"value": {"points": 1, "gives": "1.00"}, "partial_use": True}


@pytest.fixture
def paying() -> MemoryStack:
    """A programme whose points pay, and whose returns may leave a debt."""
    return paying_stack()


def paying_stack() -> MemoryStack:
    stack = MemoryStack()
    document = yaml.safe_load((PROGRAMMES / "demo.yaml").read_text("utf-8"))
    document["balances"][0]["spending"] = PAYING
    document["returns"] = {"shortfall": "allow_negative"}
    stack.publish(document)
    return stack


def pay(stack: MemoryStack, who: str, number: str, amount: int, total: int = 8_000) -> None:
    body = {
        "member": {"id": who},
        "document": {"store": "s1", "number": number},
        "currency": "EUR",
        "total": total,
        "payments": [{"balance": "points", "amount": amount}],
    }
    record_purchase(stack.services, stack.writing(body))


@pytest.mark.requirement("X-12", "X-04")
@pytest.mark.parametrize(("days", "left"), [(0, [60, 60]), (400, [40, 40])], ids=["", "lapsed"])
def test_what_comes_back_of_a_payment_is_theirs_who_bore_it(
    paying: MemoryStack, days: int, left: list[int]
) -> None:
    """Also once the lot has lapsed from which it was paid."""
    household, anna, bob = together(paying, "Anna", "Bob")
    pay(paying, anna, "r1", 80)
    paying.clock.pass_days(days)
    bring_back(paying, "r1")
    assert leave(paying, household, anna, bob) == left


@pytest.mark.requirement("X-12", "A-05")
def test_who_leaves_takes_his_debt_along_and_what_others_paid_of_it_stays_theirs(
    paying: MemoryStack,
) -> None:
    household, anna, bob = together(paying, "Anna", "Bob")
    buy(paying, anna, "r1", 10_000)
    transfer_value(
        paying.services,
        paying.writing(
            {"programme": "demo", "member": {"id": anna}, "to": {"id": member(paying, "Chloé")},
             "balance": "points", "amount": 220}
        ),
    )  # fmt: skip
    bring_back(paying, "r1")
    assert paying.account(household, "demo").total("points") == -100
    buy(paying, bob, "r2", 3_000)
    leave(paying, household, bob, anna)
    assert [paying.account(one, "demo").total("points") for one in (bob, anna)] == [30, -100]
    assert paying.account(household, "demo").lots == {}


@pytest.mark.requirement("X-12", "X-04")
@settings(max_examples=12)
@given(
    steps=st.lists(
        st.tuples(
            st.sampled_from(("buy", "pay", "coffee")), st.integers(0, 2), st.integers(100, 9_000)
        ),
        max_size=5,
    ),
    who=st.integers(0, 2),
    paid=st.integers(1, 30),
    parts=st.lists(st.integers(1, 4_000), max_size=3),
)
def test_a_sale_that_came_back_whole_leaves_everybody_what_he_had(
    steps: list[tuple[str, int, int]], who: int, paid: int, parts: list[int]
) -> None:
    def lived(*, with_the_sale: bool) -> list[int]:
        stack = paying_stack()
        members = [member(stack, name) for name in ("Anna", "Bob", "Chloé")]
        household = household_of(stack, *members)
        for place, (what, one, amount) in enumerate(steps):
            if what == "buy":
                buy(stack, members[one], f"r{place}", amount)
            elif what == "pay" and points(stack, members[0]) >= 20:
                pay(stack, members[one], f"r{place}", 20, 9_000)
            elif points(stack, members[0]) >= 150:
                take_coffee(stack, members[one])
        if with_the_sale and points(stack, members[0]) >= paid:
            pay(stack, members[who], "sale", paid, 12_000)
            for part in parts:
                if sum(parts) < 12_000:
                    bring_back(stack, "sale", lines=[{"line": 0, "amount": part}])
            bring_back(stack, "sale")
        return leave(stack, household, *members)

    assert lived(with_the_sale=True) == lived(with_the_sale=False)


@pytest.mark.requirement("X-12", "B-29")
@pytest.mark.parametrize("comes_back", [False, True])
def test_what_a_sale_keeps_alive_stays_whose_it_was(*, comes_back: bool) -> None:
    """Whoever buys moves what is there to a later lot, and gains nothing by it."""
    stack = MemoryStack()
    document = yaml.safe_load((PROGRAMMES / "demo.yaml").read_text("utf-8"))
    document["balances"][0]["expiry"] = {"sliding": {"months": 12}}
    stack.publish(document)
    household, anna, bob = together(stack, "Anna", "Bob")
    stack.clock.pass_days(1)
    buy(stack, anna, "r1", 4_000)
    if comes_back:
        bring_back(stack, "r1")
    assert leave(stack, household, bob, anna) == [60, 60 if comes_back else 100]
    proved(stack)
