"""An account at an instant is what it was then, wherever its member is now (X-06)."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from tessera.application.erase_member import erase_member
from tessera.application.household import join_household, leave_household
from tessera.application.pair_command import merge_members
from tessera.application.record_event import record_event
from tessera.application.time_travel import account_at
from tests.fakes.stack import PROGRAMMES, MemoryStack
from tests.unit.ledger.deeds import buy, household_of, member, points


@pytest.fixture
def stack() -> MemoryStack:
    stack = MemoryStack()
    stack.publish_file("demo")
    return stack


def at(stack: MemoryStack, who: str, instant_ms: int) -> int:
    view: Any = account_at(stack.services, stack.caller, who, "demo", instant_ms)
    found: int = view["balances"][0]["available"]
    return found


class Diary:
    """What a member's balance showed, day after day."""

    def __init__(self, stack: MemoryStack, who: str) -> None:
        self.stack = stack
        self.who = who
        self.shown: dict[int, int] = {}

    def turn_the_page(self) -> None:
        self.stack.clock.at_ms += 1_000
        self.shown[self.stack.clock.at_ms] = points(self.stack, self.who)
        self.stack.clock.pass_days(1)

    def read_again(self) -> dict[int, int]:
        return {at_ms: at(self.stack, self.who, at_ms) for at_ms in self.shown}


@pytest.mark.requirement("X-06", "X-12")
def test_every_day_in_and_out_of_households_reads_as_it_was(stack: MemoryStack) -> None:
    anna, bob, chloe = (member(stack, name) for name in ("Anna", "Bob", "Chloé"))
    diary = Diary(stack, anna)
    buy(stack, anna, "r1", 4_000)
    diary.turn_the_page()
    first = household_of(stack, anna, bob)
    diary.turn_the_page()
    buy(stack, bob, "r2", 2_500)
    diary.turn_the_page()
    leave_household(stack.services, stack.writing({"member": {"id": anna}}), first)
    diary.turn_the_page()
    buy(stack, anna, "r3", 1_000)
    diary.turn_the_page()
    second = household_of(stack, chloe)
    join_household(stack.services, stack.writing({"member": {"id": anna}}), second)
    diary.turn_the_page()
    assert diary.read_again() == diary.shown
    erase_member(stack.services, stack.writing({"member": {"id": chloe}}))
    assert diary.read_again() == diary.shown


@pytest.mark.requirement("X-06", "X-12")
def test_what_the_one_had_who_took_another_over_reads_as_it_was(stack: MemoryStack) -> None:
    anna, again = member(stack, "Anna"), member(stack, "Anna again")
    diary = Diary(stack, again)
    buy(stack, anna, "r1", 4_000)
    diary.turn_the_page()
    merge_members(stack.services, stack.writing({"member": {"id": anna}, "into": {"id": again}}))
    diary.turn_the_page()
    assert diary.read_again() == diary.shown
    assert at(stack, anna, stack.clock.at_ms - 1) == 160


@pytest.mark.requirement("X-06")
def test_a_tier_of_the_future_is_the_one_that_what_activates_brings() -> None:
    document: dict[str, Any] = yaml.safe_load((PROGRAMMES / "demo.yaml").read_text("utf-8"))
    review = document["rules"][-1]
    review["then"][0]["credit"] |= {"amount": 400, "pending": {"days": 14}}
    (group,) = document["tier_groups"]
    document["tier_groups"] = [
        {key: value for key, value in group.items() if key in {"id", "name", "tiers"}}
        | {"metric": "balance", "balance": "points", "up": "real_time", "down": "real_time"}
    ]
    stack = MemoryStack()
    stack.publish(document)
    who = member(stack, "Anna")
    body = {"member": {"id": who}, "programme": "demo", "name": "review.posted"}
    record_event(stack.services, stack.writing(body))

    def tier(days: int) -> str:
        instant_ms = stack.clock.at_ms + days * 86_400_000
        view: Any = account_at(stack.services, stack.caller, who, "demo", instant_ms)
        found: str = view["tiers"][0]["tier"]
        return found

    assert (tier(13), tier(14)) == ("bronze", "argent")
