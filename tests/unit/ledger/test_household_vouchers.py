"""Vouchers, holds and leaving the programme for those who share an account (X-02, X-12)."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from tessera.application.award_reward import award_reward
from tessera.application.fire_occasions import fire_account
from tessera.application.hold_value import open_hold, settle_hold
from tessera.application.household import join_household, leave_household
from tessera.application.occasions import PAGERS, DueRow
from tessera.application.pair_command import merge_members
from tessera.application.record_event import record_event
from tessera.application.use_voucher import use_voucher
from tessera.domain.errors import Conflict, NotFound
from tests.fakes.stack import PROGRAMMES, MemoryStack, said
from tests.unit.ledger.deeds import (
    bring_back,
    buy,
    household_of,
    leave,
    member,
    points,
    proved,
    together,
)

DOCUMENT: dict[str, Any] = yaml.safe_load((PROGRAMMES / "demo.yaml").read_text("utf-8"))
BON = {"id": "bon", "kind": "discount", "name": "Bon", "worth": {"discount": "5.00"}}


@pytest.fixture
def stack() -> MemoryStack:
    """A programme that gives vouchers by hand and with every sale, and that can be left."""
    leaving = {**DOCUMENT["membership"], "leave": [{"event": "unsubscribe.requested"}]}
    sold = {"trigger": "event", "event": "purchase.recorded"}
    stack = MemoryStack()
    stack.publish(
        DOCUMENT | {"membership": leaving, "rewards": [BON, BON | {"id": "sold", "award": [sold]}]}
    )
    return stack


def given(stack: MemoryStack, who: str) -> str:
    body = {"member": {"id": who}, "programme": "demo", "reward": "bon"}
    found: str = said(award_reward(stack.services, stack.writing(body)))["vouchers"][0]["code"]
    return found


def used_by(stack: MemoryStack, code: str) -> str:
    """Through whom a voucher is used."""
    found: str = said(use_voucher(stack.services, stack.writing({}), code))["member_id"]
    return found


def held(stack: MemoryStack, who: str, **what: Any) -> str:
    body = {"member": {"id": who}, "programme": "demo", **what}
    found: str = said(open_hold(stack.services, stack.writing(body)))["holds"][0]["id"]
    return found


@pytest.mark.requirement("X-12")
def test_a_voucher_is_good_in_and_out_of_a_household(stack: MemoryStack) -> None:
    anna, bob = member(stack, "Anna"), member(stack, "Bob")
    before = [given(stack, anna) for _ in range(2)]
    household = household_of(stack, anna, bob)
    inside = [given(stack, anna) for _ in range(2)]
    theirs = given(stack, bob)
    assert {used_by(stack, code) for code in (before[0], inside[0])} == {anna}
    leave(stack, household, anna)
    assert set(stack.account(anna, "demo").vouchers) >= {before[1], inside[1]}
    assert {used_by(stack, code) for code in (before[1], inside[1])} == {anna}
    assert set(stack.account(household, "demo").vouchers) == {theirs}
    assert used_by(stack, theirs) == bob
    proved(stack)


@pytest.mark.requirement("X-04", "X-12")
@pytest.mark.parametrize("joins", [True, False])
def test_a_voucher_that_a_sale_brought_goes_with_it_wherever_its_member_is(
    stack: MemoryStack, *, joins: bool
) -> None:
    anna, bob = member(stack, "Anna"), member(stack, "Bob")
    household = household_of(stack, *(() if joins else (anna,)), bob)
    buy(stack, anna, "r1", 40_000)
    going = stack.writing({"member": {"id": anna}})
    (join_household if joins else leave_household)(stack.services, going, household)
    owner = household if joins else anna
    assert [one.reward for one in stack.account(owner, "demo").vouchers.values()] == ["sold"]
    bring_back(stack, "r1")
    assert stack.account(owner, "demo").vouchers == {}


@pytest.mark.requirement("X-02", "X-12")
def test_a_hold_in_a_household_is_settled_for_the_member_whose_it_is(stack: MemoryStack) -> None:
    household, anna, bob = together(stack, "Anna", "Bob")
    hold = held(stack, anna, balance="points", amount=40)
    assert hold.startswith(anna)
    with pytest.raises(Conflict, match="value_on_hold"):
        leave(stack, household, anna)
    settle_hold(stack.services, stack.writing({}), hold, keep=True)
    lines = list(stack.services.entries.oldest(household, "demo", "-"))
    assert (lines[-1].kind, lines[-1].contributor) == ("settle", anna)
    assert points(stack, bob) == 80


@pytest.mark.requirement("X-02", "X-12")
@pytest.mark.parametrize("what", ["merge", "join", "leave"])
def test_a_voucher_on_hold_is_settled_before_its_account_moves(
    stack: MemoryStack, what: str
) -> None:
    anna, bob = member(stack, "Anna"), member(stack, "Bob")
    household = household_of(stack, *((anna, bob) if what == "leave" else (bob,)))
    hold = held(stack, anna, voucher=given(stack, anna))
    body: dict[str, Any] = {"member": {"id": anna}}

    def move() -> None:
        if what == "merge":
            merge_members(stack.services, stack.writing({**body, "into": {"id": bob}}))
        elif what == "join":
            join_household(stack.services, stack.writing(body), household)
        else:
            leave(stack, household, anna)

    with pytest.raises(Conflict, match="value_on_hold"):
        move()
    settle_hold(stack.services, stack.writing({}), hold, keep=False)
    move()
    with pytest.raises(NotFound, match="hold_unknown"):
        settle_hold(stack.services, stack.writing({}), hold + "X", keep=True)


@pytest.mark.requirement("X-12")
def test_who_shares_an_account_leaves_the_household_before_the_programme(
    stack: MemoryStack,
) -> None:
    household, anna, bob = together(stack, "Anna", "Bob")
    body = {"member": {"id": anna}, "programme": "demo", "name": "unsubscribe.requested"}
    with pytest.raises(Conflict, match="leave_household_first"):
        record_event(stack.services, stack.writing(body))
    leave(stack, household, anna)
    record_event(stack.services, stack.writing(body))
    assert stack.account(anna, "demo").status == "left"
    buy(stack, bob, "r1", 1_000)
    assert points(stack, bob) == 70


@pytest.mark.requirement("X-12")
def test_nobody_brings_value_into_a_household_that_was_found_inactive() -> None:
    stack = MemoryStack()
    gone = {**DOCUMENT["membership"], "leave_when_inactive_for": {"years": 1}}
    stack.publish(DOCUMENT | {"membership": gone})
    household = household_of(stack, member(stack, "Anna"))
    stack.clock.pass_days(400)
    row = DueRow(household, "demo", "-")
    fire_account(stack.services, row, PAGERS["expire_points"], stack.clock.at_ms)
    assert stack.account(household, "demo").status == "left"
    bob = member(stack, "Bob")
    with pytest.raises(NotFound, match="household_unknown"):
        join_household(stack.services, stack.writing({"member": {"id": bob}}), household)
    assert points(stack, bob) == 60
