"""Holds, transfers, merges, erasure and time travel, through their use cases."""

from __future__ import annotations

from typing import Any

import pytest

from tessera.adapters.dynamodb.rows import entry_of_item
from tessera.application.adjust_balance import adjust_balance
from tessera.application.correct_purchase import move_purchase, undo_purchase
from tessera.application.enrol_member import enrol_member
from tessera.application.erase_member import erase_member
from tessera.application.hold_value import open_hold, settle_hold
from tessera.application.pair_command import merge_members, transfer_value
from tessera.application.read_member import balances
from tessera.application.record_event import record_event
from tessera.application.record_purchase import record_purchase
from tessera.application.scan_card import scan_card
from tessera.application.time_travel import account_at
from tessera.domain.calendar import to_datetime
from tessera.domain.errors import Conflict, Forbidden, InvalidInput, KeyReused, NotFound, Refused
from tessera.domain.ledger import GENESIS, entry_hash
from tests.fakes.stack import MemoryStack, said

DAY_MS = 86_400_000


@pytest.fixture
def stack() -> MemoryStack:
    stack = MemoryStack()
    stack.publish_file("demo")
    return stack


def join(stack: MemoryStack, first_name: str = "Anna", **profile: Any) -> dict[str, Any]:
    body = {"programme": "demo", "profile": {"first_name": first_name, **profile}}
    return said(enrol_member(stack.services, stack.writing(body)))


def buy(stack: MemoryStack, member: str, number: str, total: int) -> dict[str, Any]:
    body = {
        "member": {"id": member},
        "document": {"store": "s1", "number": number},
        "currency": "EUR",
        "total": total,
    }
    return said(record_purchase(stack.services, stack.writing(body)))


def hold(stack: MemoryStack, member: str, amount: int, ttl_s: int = 900) -> str:
    body = {
        "member": {"id": member},
        "programme": "demo",
        "balance": "points",
        "amount": amount,
        "ttl_s": ttl_s,
    }
    found: str = said(open_hold(stack.services, stack.writing(body)))["holds"][0]["id"]
    return found


def available(stack: MemoryStack, member: str) -> int:
    view = balances(stack.services, stack.caller, member, "demo")
    found: int = view["accounts"][0]["balances"][0]["available"]  # type: ignore[index,call-overload,assignment]
    return found


@pytest.mark.requirement("X-02")
def test_held_value_cannot_be_spent_and_its_commit_spends_it(stack: MemoryStack) -> None:
    member = join(stack)["member_id"]
    held = hold(stack, member, 50)
    assert available(stack, member) == 10
    with pytest.raises(Refused) as refusal:
        hold(stack, member, 20)
    assert refusal.value.missing == 10
    settle_hold(stack.services, stack.writing({}), held, keep=True)
    assert stack.account(member, "demo").total("points") == 10


@pytest.mark.requirement("X-02")
def test_the_second_settlement_replays_the_first_whatever_it_asks(stack: MemoryStack) -> None:
    member = join(stack)["member_id"]
    held = hold(stack, member, 50)
    first = settle_hold(stack.services, stack.writing({}), held, keep=True)
    again = settle_hold(stack.services, stack.writing({}), held, keep=False)
    assert again.replayed
    assert again.body == first.body
    assert available(stack, member) == 10


@pytest.mark.requirement("X-02")
def test_a_cancelled_or_lapsed_hold_gives_its_value_free(stack: MemoryStack) -> None:
    member = join(stack)["member_id"]
    settle_hold(stack.services, stack.writing({}), hold(stack, member, 50), keep=False)
    assert available(stack, member) == 60
    lapsed = hold(stack, member, 50, ttl_s=60)
    stack.clock.at_ms += 61_000
    assert available(stack, member) == 60
    with pytest.raises(Refused):
        settle_hold(stack.services, stack.writing({}), lapsed, keep=True)


@pytest.mark.requirement("X-12")
def test_a_transfer_keeps_lots_and_their_validity(stack: MemoryStack) -> None:
    giver, receiver = join(stack)["member_id"], join(stack, "Bob")["member_id"]
    lots = stack.account(giver, "demo").lots
    body = {
        "member": {"id": giver},
        "to": {"id": receiver},
        "programme": "demo",
        "balance": "points",
        "amount": 25,
    }
    transfer_value(stack.services, stack.writing(body))
    assert stack.account(giver, "demo").total("points") == 35
    assert stack.account(receiver, "demo").total("points") == 85
    assert stack.account(receiver, "demo").lots.keys() == lots.keys()


@pytest.mark.requirement("X-12")
def test_a_merge_loses_nothing_and_leaves_a_tombstone(stack: MemoryStack) -> None:
    one, other = join(stack)["member_id"], join(stack, "Anna bis")["member_id"]
    buy(stack, one, "r1", 35_000)
    buy(stack, other, "r2", 4_000)
    merge_members(stack.services, stack.writing({"member": {"id": one}, "into": {"id": other}}))
    account = stack.account(other, "demo")
    assert account.total("points") == 60 + 350 + 60 + 40
    assert account.tiers["status"].tier == "argent"
    assert account.stats["spent"] == 39_000
    assert stack.account(one, "demo").status == "merged"
    assert not stack.account(one, "demo").lots
    # The old card and the old id lead to the member who took over.
    assert buy(stack, one, "r3", 1_000)["member_id"] == other
    assert stack.account(other, "demo").total("points") == 60 + 350 + 60 + 40 + 10


@pytest.mark.requirement("X-12")
def test_a_merge_is_refused_while_value_is_held(stack: MemoryStack) -> None:
    one, other = join(stack)["member_id"], join(stack, "Bob")["member_id"]
    hold(stack, one, 50)
    body = {"member": {"id": one}, "into": {"id": other}}
    with pytest.raises(Conflict, match="value_on_hold"):
        merge_members(stack.services, stack.writing(body))


@pytest.mark.requirement("X-14")
def test_after_an_erasure_nothing_personal_is_left_and_the_chain_still_verifies(
    stack: MemoryStack,
) -> None:
    joined = join(
        stack, "Zoé", last_name="Martin", email="zoe@example.org", phone="+33612345678",
        birthday="1990-02-28",
    )  # fmt: skip
    member = joined["member_id"]
    buy(stack, member, "receipt-4711", 4_250)
    body = {"member": {"id": member}}
    erase_member(stack.services, stack.writing(body))
    rows = [item for item in stack.table.scan() if member in str(item)]
    text = " ".join(str(item) for item in rows)
    for personal in ("Zo", "Martin", "zoe@", "336123", "02-28"):
        assert personal not in text
    # Stored answers may show the card's code, which leads nowhere once its look-up is gone.
    with pytest.raises(NotFound, match="card_unknown"):
        scan_card(stack.services, stack.caller, joined["card"]["code"])
    assert {str(item["t"]) for item in rows} <= {"P", "A", "E", "I", "O"}
    previous = GENESIS
    for item in stack.table.query(f"M#{member}", "E#"):
        entry = entry_of_item(item)
        assert (entry.previous, entry.hash) == (previous, entry_hash(entry))
        previous = entry.hash
    assert stack.account(member, "demo").total("points") == 0
    with pytest.raises(NotFound):
        balances(stack.services, stack.caller, member)


@pytest.mark.requirement("X-06")
def test_an_account_can_be_read_at_any_instant(stack: MemoryStack) -> None:
    member = join(stack)["member_id"]
    began = stack.clock.at_ms
    stack.clock.pass_days(10)
    buy(stack, member, "r1", 4_250)

    def points_at(at_ms: int) -> Any:
        view = account_at(stack.services, stack.caller, member, "demo", at_ms)
        return view["balances"][0]["available"]  # type: ignore[index,call-overload]

    assert points_at(began + DAY_MS) == 60
    assert points_at(stack.clock.at_ms) == 102
    assert points_at(began + 370 * DAY_MS) == 42
    assert points_at(began + 380 * DAY_MS) == 0
    with pytest.raises(NotFound):
        points_at(began - DAY_MS)


@pytest.mark.requirement("X-06")
def test_a_tier_of_the_future_is_the_one_that_its_reviews_leave(stack: MemoryStack) -> None:
    member = join(stack)["member_id"]
    buy(stack, member, "r1", 60_000)

    def tier_at(days: int) -> Any:
        at_ms = stack.clock.at_ms + days * DAY_MS
        view: Any = account_at(stack.services, stack.caller, member, "demo", at_ms)
        return view["tiers"][0]["tier"]

    assert stack.account(member, "demo").tiers["status"].tier == "or"
    assert tier_at(0) == tier_at(200) == "or"
    assert tier_at(900) != "or"
    assert stack.account(member, "demo").tiers["status"].tier == "or"


@pytest.mark.requirement("O-32")
def test_an_adjustment_needs_the_right_to_it(stack: MemoryStack) -> None:
    member = join(stack)["member_id"]
    body = {
        "member": {"id": member},
        "programme": "demo",
        "balance": "points",
        "amount": 5_000,
        "reason": "goodwill",
    }
    adjust_balance(stack.services, stack.writing(body))
    assert stack.account(member, "demo").total("points") == 5_060
    clerk = stack.with_scopes("adjustments:write")
    with pytest.raises(Forbidden, match="adjustment_above_ceiling"):
        adjust_balance(stack.services, stack.writing(body, caller=clerk))
    nobody = stack.with_scopes("members:read")
    with pytest.raises(Forbidden, match="scope_missing"):
        adjust_balance(stack.services, stack.writing({**body, "amount": 1}, caller=nobody))
    assert stack.account(member, "demo").total("points") == 5_060


@pytest.mark.requirement("X-01")
def test_a_document_cannot_be_claimed_by_a_second_member(stack: MemoryStack) -> None:
    one, other = join(stack)["member_id"], join(stack, "Bob")["member_id"]
    buy(stack, one, "r1", 4_250)
    before = stack.account(other, "demo")
    with pytest.raises(KeyReused):
        buy(stack, other, "r1", 4_250)
    assert stack.account(other, "demo") == before


def take_back(stack: MemoryStack, number: str) -> dict[str, Any]:
    body = {"document": {"store": "s1", "number": number}}
    return said(undo_purchase(stack.services, stack.writing(body)))


@pytest.mark.requirement("X-04")
def test_a_sale_can_be_undone_for_ten_minutes_and_once(stack: MemoryStack) -> None:
    member = join(stack)["member_id"]
    buy(stack, member, "r1", 4_250)
    stack.clock.at_ms += 599_000
    assert take_back(stack, "r1") == take_back(stack, "r1")
    assert stack.account(member, "demo").total("points") == 60
    buy(stack, member, "r2", 4_250)
    stack.clock.at_ms += 601_000
    with pytest.raises(Refused, match="undo_too_late"):
        take_back(stack, "r2")


@pytest.mark.requirement("X-01", "X-04")
def test_an_undo_that_comes_again_later_is_answered_as_it_was(stack: MemoryStack) -> None:
    member = join(stack)["member_id"]
    buy(stack, member, "r1", 8_000)
    body = {"document": {"store": "s1", "number": "r1"}}
    first = undo_purchase(stack.services, stack.writing(body))
    stack.clock.pass_days(1)
    again = undo_purchase(stack.services, stack.writing(body))
    assert (again.body, again.replayed) == (first.body, True)


def test_a_sale_moves_to_the_right_customer_who_can_then_return_it(stack: MemoryStack) -> None:
    wrong, right = join(stack)["member_id"], join(stack, "Bob")["member_id"]
    buy(stack, wrong, "r1", 4_250)
    body = {"document": {"store": "s1", "number": "r1"}, "to": {"id": right}}
    move_purchase(stack.services, stack.writing(body))
    assert stack.account(wrong, "demo").total("points") == 60
    assert stack.account(wrong, "demo").stats.get("orders", 0) == 0
    assert stack.account(right, "demo").total("points") == 102
    with pytest.raises(InvalidInput, match="same_member"):
        move_purchase(stack.services, stack.writing(body))
    take_back(stack, "r1")
    assert stack.account(right, "demo").total("points") == 60


@pytest.mark.requirement("X-01")
def test_what_comes_again_after_weeks_is_answered_as_the_first_time(stack: MemoryStack) -> None:
    member = join(stack)["member_id"]
    at = to_datetime(stack.clock.at_ms).isoformat()
    body = {
        "member": {"id": member},
        "programme": "demo",
        "name": "review.posted",
        "occurred_at": at,
    }
    till = stack.with_scopes("events:write")
    first = record_event(stack.services, stack.writing(body, key="once", caller=till))
    stack.clock.pass_days(20)
    again = record_event(stack.services, stack.writing(body, key="once", caller=till))
    assert again.replayed
    assert again.body == first.body
    late = stack.writing(body, key="another", caller=till)
    with pytest.raises(InvalidInput, match="time_too_old"):
        record_event(stack.services, late)
