"""Households: pooled value, and leaving with one's own share (X-12)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tessera.application.enrol_member import enrol_member
from tessera.application.erase_member import erase_member
from tessera.application.household import join_household, leave_household, open_household
from tessera.application.read_member import balances
from tessera.application.record_purchase import record_purchase
from tessera.application.record_return import record_return
from tessera.domain.errors import Conflict, NotFound
from tests.fakes.stack import PROGRAMMES, MemoryStack, said
from tests.unit.ledger.deeds import buy, household_of, member, points, take_coffee, together


@pytest.fixture
def stack() -> MemoryStack:
    stack = MemoryStack()
    stack.publish_file("demo")
    return stack


@pytest.mark.requirement("X-12")
def test_what_one_earns_the_other_can_spend_and_entries_name_who(stack: MemoryStack) -> None:
    household, anna, bob = together(stack, "Anna", "Bob")
    assert points(stack, anna) == points(stack, bob) == 120
    buy(stack, anna, "r1", 4_000)
    take_coffee(stack, bob)
    assert points(stack, anna) == 60
    lines = list(stack.services.entries.oldest(household, "demo", "-"))
    assert [line.contributor for line in lines] == ["", anna, bob, anna, bob]
    assert stack.account(anna, "demo").status == "pooled"


@pytest.mark.requirement("X-12")
def test_a_leaver_takes_his_unspent_share_by_lot(stack: MemoryStack) -> None:
    household, anna, bob = together(stack, "Anna", "Bob")
    buy(stack, anna, "r1", 8_000)
    take_coffee(stack, bob)  # 100 of 200: Anna has 140 of them, Bob 60.
    leave_household(stack.services, stack.writing({"member": {"id": anna}}), household)
    assert points(stack, anna) == 70
    assert points(stack, bob) == 30
    buy(stack, anna, "r2", 1_000)
    assert (points(stack, anna), points(stack, bob)) == (80, 30)


@pytest.mark.requirement("X-12")
def test_a_return_finds_the_household_on_whose_account_the_sale_was(stack: MemoryStack) -> None:
    anna, bob = member(stack, "Anna"), member(stack, "Bob")
    household_of(stack, anna, bob)
    buy(stack, anna, "r1", 8_000)
    body = {
        "document": {"store": "s1", "number": "c1"},
        "original": {"store": "s1", "number": "r1"},
    }
    record_return(stack.services, stack.writing(body))
    assert points(stack, bob) == 120


def meanwhile(stack: MemoryStack, owner: str, act: Callable[[], object]) -> None:
    """Let something happen once, just before the next reading of somebody's partition."""
    waiting, query = [act], stack.table.query

    def read(pk: str, *places: Any, **how: Any) -> Any:
        if pk == f"M#{owner}" and waiting:
            waiting.pop()()
        return query(pk, *places, **how)

    stack.table.query = read  # type: ignore[method-assign]


@pytest.mark.requirement("X-12")
def test_who_leaves_while_he_is_served_is_served_as_himself(stack: MemoryStack) -> None:
    household, anna, bob = together(stack, "Anna", "Bob")
    leaving = stack.writing({"member": {"id": anna}})
    meanwhile(stack, household, lambda: leave_household(stack.services, leaving, household))

    buy(stack, anna, "r1", 4_000)

    assert (points(stack, anna), points(stack, bob)) == (100, 60)
    lines = list(stack.services.entries.oldest(household, "demo", "-"))
    assert [line.contributor for line in lines] == ["", anna, bob, anna]


@pytest.mark.requirement("X-12", "X-14")
def test_who_is_erased_while_he_is_served_leaves_no_basket_behind(stack: MemoryStack) -> None:
    household, anna, bob = together(stack, "Anna", "Bob")
    erasure = stack.writing({"member": {"id": anna}})
    meanwhile(stack, household, lambda: erase_member(stack.services, erasure))

    with pytest.raises(NotFound):
        buy(stack, anna, "r1", 4_000)

    assert points(stack, bob) == 60
    details = {row["sk"] for row in stack.table.scan() if row["t"] == "D"}
    lines = list(stack.services.entries.oldest(household, "demo", "-"))
    assert [line.contributor for line in lines] == ["", anna, bob, anna]
    assert not {f"D#demo#-#{line.sequence:010d}" for line in lines if line.contributor == anna} & {
        str(row["sk"]) for row in stack.table.query(f"M#{household}", "D#")
    }
    assert details


@pytest.mark.requirement("X-12")
def test_nobody_is_in_two_households_or_leaves_one_he_is_not_in(stack: MemoryStack) -> None:
    anna, bob = member(stack, "Anna"), member(stack, "Bob")
    first, second = household_of(stack, anna), household_of(stack)
    with pytest.raises(Conflict, match="already_in_household"):
        join_household(stack.services, stack.writing({"member": {"id": anna}}), second)
    with pytest.raises(Conflict, match="not_in_household"):
        leave_household(stack.services, stack.writing({"member": {"id": bob}}), first)


@pytest.mark.requirement("X-12")
@settings(max_examples=15)
@given(
    steps=st.lists(
        st.one_of(
            st.tuples(st.just("buy"), st.integers(0, 2), st.integers(100, 9_000)),
            st.tuples(st.just("coffee"), st.integers(0, 2), st.just(0)),
        ),
        max_size=8,
    ),
    order=st.permutations([0, 1, 2]),
)
def test_when_all_have_left_nothing_was_lost_and_nothing_is_left(
    steps: list[tuple[str, int, int]], order: list[int]
) -> None:
    stack = MemoryStack()
    stack.publish_file("demo")
    members = [member(stack, name) for name in ("Anna", "Bob", "Chloé")]
    household = household_of(stack, *members)
    total = 180
    for place, (what, who, amount) in enumerate(steps):
        if what == "buy":
            buy(stack, members[who], f"r{place}", amount)
            total += amount // 100
        elif total >= 100:
            take_coffee(stack, members[who])
            total -= 100
    for who in order:
        body = {"member": {"id": members[who]}}
        leave_household(stack.services, stack.writing(body), household)
    assert sum(points(stack, one) for one in members) == total
    assert stack.account(household, "demo").total("points") == 0


@pytest.mark.requirement("X-12", "O-37")
def test_who_is_in_two_households_is_served_by_that_of_the_store() -> None:
    """Stores that see nothing of each other have accounts apart, and households apart."""
    stack = MemoryStack()
    document = yaml.safe_load((PROGRAMMES / "demo.yaml").read_text("utf-8"))
    stores = ("angers", "bordeaux")
    document["partitions"] = {"west": ["angers"], "south": ["bordeaux"]}
    stack.publish(document)
    anna, homes = "", {}
    for store in stores:
        there = {"programme": "demo", "store": store}
        who = {"member_id": anna} if anna else {"profile": {"first_name": "Anna"}}
        anna = said(enrol_member(stack.services, stack.writing({**there, **who})))["member_id"]
        homes[store] = said(open_household(stack.services, stack.writing(there)))["household"]
    for home in homes.values():
        join_household(stack.services, stack.writing({"member": {"id": anna}}), home)
    for place, store in enumerate(stores):
        body = {
            "member": {"id": anna},
            "document": {"store": store, "number": "r1"},
            "currency": "EUR",
            "total": 1_000 + 1_000 * place,
        }
        record_purchase(stack.services, stack.writing(body))
    for home in homes.values():
        leave_household(stack.services, stack.writing({"member": {"id": anna}}), home)
    shown: Any = balances(stack.services, stack.caller, anna, "demo")
    found = {one["partition"]: one["balances"][0]["available"] for one in shown["accounts"]}
    assert found == {"west": 70, "south": 80}
