"""What members of a household can't do with what the others own (X-12, X-14)."""

from __future__ import annotations

import pytest

from tessera.adapters.dynamodb.ledger_rows import StoreLedgerRows
from tessera.application.correct_purchase import move_purchase
from tessera.application.erase_member import erase_member
from tessera.application.household import leave_household
from tessera.application.pair_command import merge_members, transfer_value
from tessera.application.record_return import record_return
from tessera.application.verify_ledger import verify_ledger
from tessera.domain.errors import Conflict
from tessera.domain.ledger import Entry
from tests.fakes.stack import MemoryStack
from tests.unit.ledger.test_households import buy, household_of, member, points, take_coffee


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
    anna, bob = member(stack, "Anna"), member(stack, "Bob")
    household = household_of(stack, anna, bob)
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
    assert verify_ledger(StoreLedgerRows(stack.table)).breaks == []


@pytest.mark.requirement("X-12", "X-04")
def test_what_a_return_gives_and_takes_at_once_is_nobodys_share(stack: MemoryStack) -> None:
    """Points spent come back and are taken for what was earned: the lot is where it was."""
    anna, bob = member(stack, "Anna"), member(stack, "Bob")
    household = household_of(stack, anna, bob)
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
