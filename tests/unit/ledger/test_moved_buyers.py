"""Returns and moves of a sale whose buyer is not where he was (A-05, X-04, X-12)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import yaml

from tessera.application.correct_purchase import move_purchase, undo_purchase
from tessera.application.enrol_member import enrol_member
from tessera.application.erase_member import erase_member
from tessera.application.household import join_household, leave_household
from tessera.application.pair_command import merge_members
from tessera.application.record_event import record_event
from tessera.application.record_purchase import record_purchase
from tessera.domain.errors import InvalidInput, Refused
from tests.fakes.stack import PROGRAMMES, MemoryStack, said
from tests.unit.ledger.deeds import (
    bring_back,
    buy,
    counted,
    household_of,
    just_before_the_transaction,
    leave,
    member,
    points,
    proved,
    together,
)

DOCUMENT: dict[str, Any] = yaml.safe_load((PROGRAMMES / "demo.yaml").read_text("utf-8"))


def stack_of(**changes: Any) -> MemoryStack:
    stack = MemoryStack()
    stack.publish(DOCUMENT | changes)
    return stack


@pytest.fixture
def stack() -> MemoryStack:
    return stack_of()


@pytest.mark.requirement("X-04", "X-12")
def test_who_joined_since_has_the_sale_counted_nowhere_once_it_came_back(
    stack: MemoryStack,
) -> None:
    anna, bob = member(stack, "Anna"), member(stack, "Bob")
    before = counted(stack.account(anna, "demo"))
    buy(stack, anna, "r1", 60_000)
    household = household_of(stack, anna, bob)
    buy(stack, bob, "r2", 100)
    fresh = counted(stack.account(household, "demo"))
    bring_back(stack, "r1", lines=[{"line": 0, "amount": 20_000}])
    bring_back(stack, "r1")
    assert counted(stack.account(household, "demo")) == fresh
    assert leave(stack, household, anna, bob) == [60, 61]
    assert counted(stack.account(anna, "demo")) == before
    proved(stack)


@pytest.mark.requirement("X-04", "X-12")
def test_who_left_since_has_the_sale_counted_nowhere_once_it_came_back(
    stack: MemoryStack,
) -> None:
    household, anna, bob = together(stack, "Anna", "Bob")
    buy(stack, bob, "r2", 100)
    before = counted(stack.account(anna, "demo")), counted(stack.account(household, "demo"))
    buy(stack, anna, "r1", 60_000)
    leave(stack, household, anna)
    bring_back(stack, "r1")
    assert counted(stack.account(anna, "demo")) == before[0]
    assert counted(stack.account(household, "demo")) == before[1]
    assert (points(stack, anna), points(stack, bob)) == (60, 61)
    proved(stack)


@pytest.mark.requirement("X-04", "X-12")
def test_who_is_in_another_household_since_gives_back_what_he_earned_in_the_first(
    stack: MemoryStack,
) -> None:
    anna, bob, chloe = (member(stack, name) for name in ("Anna", "Bob", "Chloé"))
    first, second = household_of(stack, anna, bob), household_of(stack, chloe)
    buy(stack, bob, "r2", 100)
    buy(stack, chloe, "r3", 100)
    before = [counted(stack.account(one, "demo")) for one in (anna, first, second)]
    buy(stack, anna, "r1", 4_000)
    leave(stack, first, anna)
    join_household(stack.services, stack.writing({"member": {"id": anna}}), second)
    bring_back(stack, "r1")
    assert [counted(stack.account(one, "demo")) for one in (anna, first, second)] == before
    assert leave(stack, second, anna, chloe) == [60, 61]
    proved(stack)


@pytest.mark.requirement("X-04", "X-12")
@pytest.mark.parametrize("pooled_first", [True, False])
def test_who_was_merged_since_has_the_sale_counted_nowhere_once_it_came_back(
    stack: MemoryStack, *, pooled_first: bool
) -> None:
    heir, bob = member(stack, "Anna again"), member(stack, "Bob")
    household = household_of(stack, bob)
    buy(stack, bob, "r2", 100)
    places = (heir, household)
    anna = member(stack, "Anna")
    buy(stack, anna, "r1", 4_000)
    joining = stack.writing({"member": {"id": heir}})
    merging = stack.writing({"member": {"id": anna}, "into": {"id": heir}})
    if pooled_first:
        join_household(stack.services, joining, household)
        before = [counted(stack.account(one, "demo"))[:4] for one in places]
        merge_members(stack.services, merging)
    else:
        before = [counted(stack.account(one, "demo"))[:4] for one in places]
        merge_members(stack.services, merging)
        join_household(stack.services, joining, household)
    bring_back(stack, "r1")
    after = [counted(stack.account(one, "demo"))[:4] for one in places]
    went, stayed = int(pooled_first), int(not pooled_first)
    had: Any = before[went][0]
    # The welcome of the membership that was merged goes on counting where it went.
    assert after[went][0] == {**had, "earned:points": had["earned:points"] + 60}
    assert after[stayed] == before[stayed]
    assert leave(stack, household, heir, bob) == [120, 61]
    proved(stack)


@pytest.mark.requirement("X-12")
def test_a_return_of_who_leaves_meanwhile_is_decided_anew(stack: MemoryStack) -> None:
    anna, bob = member(stack, "Anna"), member(stack, "Bob")
    buy(stack, anna, "r1", 4_000)
    household = household_of(stack, anna, bob)
    going = stack.writing({"member": {"id": anna}})
    just_before_the_transaction(stack, lambda: leave_household(stack.services, going, household))
    bring_back(stack, "r1")
    account = stack.account(anna, "demo")
    assert (points(stack, anna), points(stack, bob)) == (60, 60)
    assert account.stats == {"earned:points": 60}


WITH_LEAVING = {**DOCUMENT["membership"], "leave": [{"event": "unsubscribe.requested"}]}


@pytest.fixture
def leaving() -> MemoryStack:
    """A programme that can be left, and another one."""
    stack = stack_of(membership=WITH_LEAVING)
    stack.publish(DOCUMENT | {"programme": "other"})
    return stack


def unsubscribe(stack: MemoryStack, who: str) -> None:
    body = {"member": {"id": who}, "programme": "demo", "name": "unsubscribe.requested"}
    record_event(stack.services, stack.writing(body))


def enrol_elsewhere(stack: MemoryStack, who: str) -> None:
    body = {"programme": "other", "member_id": who}
    enrol_member(stack.services, stack.writing(body))


@pytest.mark.requirement("X-04", "X-12")
@pytest.mark.parametrize("heir_is_in_the_programme", [True, False])
def test_what_was_bought_before_leaving_and_merging_comes_back_where_it_was(
    leaving: MemoryStack, *, heir_is_in_the_programme: bool
) -> None:
    stack = leaving
    anna = member(stack, "Anna")
    enrol_elsewhere(stack, anna)
    buy(stack, anna, "r1", 4_000)
    unsubscribe(stack, anna)
    if heir_is_in_the_programme:
        heir = member(stack, "Anna again")
        enrol_elsewhere(stack, heir)
    else:
        body = {"programme": "other", "profile": {"first_name": "Anna again"}}
        heir = said(enrol_member(stack.services, stack.writing(body)))["member_id"]
    body = {"member": {"id": anna}, "into": {"id": heir}}
    merge_members(stack.services, stack.writing(body))
    has = stack.account(heir, "other").total("points")
    bring_back(stack, "r1")
    account = stack.account(anna, "demo")
    assert (account.status, account.total("points"), account.stats.get("orders", 0)) == (
        "left",
        60,
        0,
    )
    assert stack.account(heir, "other").total("points") == has - 40
    if heir_is_in_the_programme:
        assert stack.account(heir, "demo").total("points") == 60
    proved(stack)


@pytest.mark.requirement("X-14")
def test_who_had_left_is_erased_with_what_he_had_left_there(leaving: MemoryStack) -> None:
    stack = leaving
    anna = member(stack, "Anna")
    buy(stack, anna, "r1", 4_000)
    unsubscribe(stack, anna)
    erasure = stack.writing({"member": {"id": anna}})
    just_before_the_transaction(stack, lambda: erase_member(stack.services, erasure))
    with pytest.raises(Refused, match="sale_erased"):
        bring_back(stack, "r1")
    account = stack.account(anna, "demo")
    assert (account.status, account.lots) == ("erased", {})
    assert not [row for row in stack.table.scan() if row["t"] == "D"]


def move(stack: MemoryStack, to: str, **more: Any) -> None:
    body = {"document": {"store": "s1", "number": "r1"}, "to": {"id": to}}
    move_purchase(stack.services, stack.writing(body, **more))


@pytest.mark.requirement("X-04")
def test_a_moved_sale_was_made_when_it_was_made(stack: MemoryStack) -> None:
    anna, bob = member(stack, "Anna"), member(stack, "Bob")
    buy(stack, anna, "r1", 4_000)
    (made,) = stack.account(anna, "demo").lots
    at_ms = stack.clock.at_ms
    stack.clock.pass_days(3)
    move(stack, bob)
    line = list(stack.services.entries.oldest(bob, "demo", "-"))[-1]
    assert (line.occurred_at_ms, line.recorded_at_ms) == (at_ms, stack.clock.at_ms)
    assert [lot.key for lot in line.changes.lots] == [made]


@pytest.mark.requirement("X-04")
def test_an_old_sale_is_moved_by_who_may_import_and_by_nobody_else(stack: MemoryStack) -> None:
    anna, bob = member(stack, "Anna"), member(stack, "Bob")
    buy(stack, anna, "r1", 4_000)
    stack.clock.pass_days(8)
    with pytest.raises(InvalidInput, match="time_too_old"):
        move(stack, bob, caller=stack.with_scopes("purchases:move"))
    move(stack, bob)
    assert (points(stack, anna), points(stack, bob)) == (60, 100)


AUTOMATIC = {"value": {"points": 10, "gives": "1.00"}, "automatic": True}


@pytest.mark.requirement("X-04")
@pytest.mark.parametrize("wrong_has", [True, False])
def test_a_sale_is_not_moved_where_a_balance_paid_or_would_pay_by_itself(
    *, wrong_has: bool
) -> None:
    (balance,) = DOCUMENT["balances"]
    without_welcome = DOCUMENT["rules"][1:]
    stack = stack_of(balances=[balance | {"spending": AUTOMATIC}], rules=without_welcome)
    anna, bob = member(stack, "Anna"), member(stack, "Bob")
    buy(stack, anna if wrong_has else bob, "r0", 5_000)
    buy(stack, anna, "r1", 4_000)
    before = stack.account(anna, "demo"), stack.account(bob, "demo")
    with pytest.raises(Refused, match="sale_spent_value"):
        move(stack, bob)
    assert (stack.account(anna, "demo"), stack.account(bob, "demo")) == before


ENDS: dict[str, Callable[[MemoryStack, str], object]] = {
    "returned": bring_back,
    "undone": lambda stack, number: undo_purchase(
        stack.services, stack.writing({"document": {"store": "s1", "number": number}})
    ),
}


@pytest.mark.requirement("X-04")
@pytest.mark.parametrize("way", ENDS)
def test_a_sale_that_was_moved_comes_back_from_whom_it_was_moved_to(
    stack: MemoryStack, way: str
) -> None:
    anna, bob = member(stack, "Anna"), member(stack, "Bob")
    before = [counted(stack.account(one, "demo")) for one in (anna, bob)]
    buy(stack, anna, "r1", 4_000)
    move(stack, bob)
    heir = member(stack, "Bob again")
    merge_members(stack.services, stack.writing({"member": {"id": bob}, "into": {"id": heir}}))
    ENDS[way](stack, "r1")
    assert counted(stack.account(anna, "demo")) == before[0]
    assert points(stack, heir) == 120
    assert "orders" not in stack.account(heir, "demo").stats
    proved(stack)


@pytest.mark.requirement("X-01")
def test_a_moved_sale_that_is_sent_again_is_answered_as_the_first_time(stack: MemoryStack) -> None:
    anna, bob = member(stack, "Anna"), member(stack, "Bob")
    body = {
        "member": {"id": anna},
        "document": {"store": "s1", "number": "r1"},
        "currency": "EUR",
        "total": 4_000,
    }
    first = record_purchase(stack.services, stack.writing(body))
    move(stack, bob)
    again = record_purchase(stack.services, stack.writing(body))
    assert (again.body, again.replayed) == (first.body, True)
