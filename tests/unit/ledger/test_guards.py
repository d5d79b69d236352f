"""What a transaction demands of everything that it was decided on (X-01, X-12, X-14)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import yaml

from tessera.application.enrol_member import enrol_member
from tessera.application.erase_member import erase_member
from tessera.application.household import join_household
from tessera.application.manage_cards import reissue_card, replace_card
from tessera.application.pair_command import merge_members
from tessera.application.record_event import record_event
from tessera.application.requests import Answer
from tessera.domain.errors import NotFound
from tests.fakes.stack import PROGRAMMES, MemoryStack, said
from tests.unit.ledger.deeds import (
    between_two_items,
    buy,
    household_of,
    just_before_the_transaction,
    member,
    points,
)


@pytest.fixture
def stack() -> MemoryStack:
    """Two programmes; whoever buys, or sends a review, is in the second one by it."""
    stack = MemoryStack()
    stack.publish_file("demo")
    document = yaml.safe_load((PROGRAMMES / "demo.yaml").read_text("utf-8"))
    document["programme"] = "second"
    document["membership"]["join"] = [{"event": "purchase.recorded"}, {"event": "review.posted"}]
    stack.publish(document)
    return stack


def customer(stack: MemoryStack) -> str:
    """Somebody who is in no programme yet."""
    body = {"profile": {"first_name": "Anna"}}
    found: str = said(enrol_member(stack.services, stack.writing(body)))["member_id"]
    return found


def sale(stack: MemoryStack, who: str) -> Answer:
    return buy(stack, who, "r1", 4_000)


def review(stack: MemoryStack, who: str) -> Answer:
    body = {"member": {"id": who}, "programme": "second", "name": "review.posted"}
    return record_event(stack.services, stack.writing(body))


def enrol(stack: MemoryStack, who: str) -> Answer:
    body = {"programme": "second", "member_id": who}
    return enrol_member(stack.services, stack.writing(body))


WAYS_IN = pytest.mark.parametrize("come_in", [sale, review, enrol])


@pytest.mark.requirement("X-14")
@WAYS_IN
def test_nobody_joins_who_was_erased_meanwhile(
    stack: MemoryStack, come_in: Callable[[MemoryStack, str], Answer]
) -> None:
    who = customer(stack)
    erasure = stack.writing({"member": {"id": who}})
    just_before_the_transaction(stack, lambda: erase_member(stack.services, erasure))
    with pytest.raises(NotFound, match="member_unknown"):
        come_in(stack, who)
    assert {row["t"] for row in stack.table.scan() if row["pk"] == f"M#{who}"} == {"P", "O"}
    assert not [row for row in stack.table.scan() if row["t"] in {"L", "C"}]


@pytest.mark.requirement("X-12")
@WAYS_IN
def test_what_a_new_membership_brings_is_not_lost_in_a_merge(
    stack: MemoryStack, come_in: Callable[[MemoryStack, str], Answer]
) -> None:
    who, heir = member(stack, "Anna"), member(stack, "Anna again")
    merging = stack.writing({"member": {"id": who}, "into": {"id": heir}})
    just_before_the_transaction(stack, lambda: merge_members(stack.services, merging))
    if come_in is enrol:
        with pytest.raises(NotFound, match="member_unknown"):
            come_in(stack, who)
    else:
        assert said(come_in(stack, who))["member_id"] == heir
    assert not [
        row for row in stack.table.scan()
        if row["pk"] == f"M#{who}" and str(row["sk"]).startswith("0#A#second")
    ]  # fmt: skip


def before_the_transaction(
    stack: MemoryStack, who: str, act: Callable[[], object], *, reading: int = 1
) -> None:
    """Once everything was read of him, whoever he is."""
    del who, reading
    just_before_the_transaction(stack, act)


MOMENTS = pytest.mark.parametrize("at", [before_the_transaction, between_two_items])
"""When he joins: after he was read, or half seen by the reading itself."""


@pytest.mark.requirement("X-14")
@WAYS_IN
@MOMENTS
def test_who_joins_while_he_is_erased_is_erased_there_too(
    stack: MemoryStack, come_in: Callable[[MemoryStack, str], Answer], at: Callable[..., None]
) -> None:
    who = customer(stack)
    erasure = stack.writing({"member": {"id": who}})
    # An erasure looks for households and merged memberships before it reads what it erases.
    at(stack, who, lambda: come_in(stack, who), reading=3)
    erase_member(stack.services, erasure)
    account = stack.account(who, "second")
    assert (account.status, account.lots) == ("erased", {})
    assert not [row for row in stack.table.scan() if row["t"] in {"L", "C"}]


@pytest.mark.requirement("X-12")
@WAYS_IN
@MOMENTS
def test_who_joins_while_he_is_merged_brings_it_along(
    stack: MemoryStack, come_in: Callable[[MemoryStack, str], Answer], at: Callable[..., None]
) -> None:
    who, heir = member(stack, "Anna"), member(stack, "Anna again")
    enrol(stack, heir)
    brought = stack.account(heir, "second").total("points")
    merging = stack.writing({"member": {"id": who}, "into": {"id": heir}})
    at(stack, who, lambda: come_in(stack, who))
    merge_members(stack.services, merging)
    account = stack.account(who, "second")
    assert (account.status, account.lots) == ("merged", {})
    assert stack.account(heir, "second").total("points") > brought


@pytest.mark.requirement("X-14")
@pytest.mark.parametrize("change", [reissue_card, replace_card])
@pytest.mark.parametrize("erased_first", [True, False])
def test_no_code_leads_to_a_member_who_was_erased_while_it_was_made(
    stack: MemoryStack, change: Callable[..., Answer], *, erased_first: bool
) -> None:
    who = member(stack, "Anna")
    (card,) = stack.services.cards.of_member(who)
    desk = stack.with_scopes("cards:write")

    def give() -> None:
        change(stack.services, stack.writing({}, caller=desk), card.id)

    def erase() -> None:
        erase_member(stack.services, stack.writing({"member": {"id": who}}))

    first, second = (erase, give) if erased_first else (give, erase)
    just_before_the_transaction(stack, first)
    if erased_first:
        with pytest.raises(NotFound, match="card_unknown"):
            second()
    else:
        second()
    assert not [row for row in stack.table.scan() if row["t"] in {"L", "C", "CP"}]


HOUSEHOLD_AS_MEMBER: dict[str, Callable[[MemoryStack, str], object]] = {
    "buys": sale,
    "sends a review": review,
    "joins a programme": enrol,
    "is erased": lambda stack, one: erase_member(
        stack.services, stack.writing({"member": {"id": one}})
    ),
    "is merged away": lambda stack, one: merge_members(
        stack.services,
        stack.writing({"member": {"id": one}, "into": {"id": member(stack, "Chloé")}}),
    ),
    "joins another": lambda stack, one: join_household(
        stack.services, stack.writing({"member": {"id": one}}), household_of(stack)
    ),
}


@pytest.mark.requirement("X-12")
@pytest.mark.parametrize("what", HOUSEHOLD_AS_MEMBER)
def test_a_household_is_no_member(stack: MemoryStack, what: str) -> None:
    anna = member(stack, "Anna")
    household = household_of(stack, anna)
    with pytest.raises(NotFound, match="member_unknown"):
        HOUSEHOLD_AS_MEMBER[what](stack, household)
    assert points(stack, anna) == 60
    assert stack.account(household, "demo").version == 2
