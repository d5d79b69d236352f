"""Whose cards show an account: a household's members, whoever was merged, whoever came second."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fakes.interleaving import instead
from tests.functional.wallet.conftest import NADIA, CardShop, message
from tools.phone.iphone import IPhone


def shown(phone: IPhone) -> str:
    phone.wait_for_change(5)
    return phone.card.field("balance").text


def two_memberships(cards: CardShop) -> tuple[dict[str, Any], dict[str, Any], IPhone]:
    """Of one customer, with a phone that carries the first one's card."""
    one, other = (cards.enrol(name, profile=NADIA) for name in ("c-1", "c-2"))
    phone = cards.iphone()
    phone.add_card(one["card"]["url"])
    return one, other, phone


def merge(cards: CardShop) -> None:
    pair = {"member": {"external_id": "c-1"}, "into": {"external_id": "c-2"}}
    assert cards.shop.send("POST", "/v1/merges", pair, key="merge").status == 201


def household_of(cards: CardShop, *names: str) -> str:
    opened = cards.shop.send("POST", "/v1/households", {"programme": "demo"}, key="open")
    assert opened.status == 201, opened.body
    household: str = opened.json["household"]
    for name in names:
        body = {"member": {"external_id": name}}
        path = f"/v1/households/{household}/members"
        joined = cards.shop.send("POST", path, body, key=f"join-{name}")
        assert joined.status == 201, joined.body
    return household


@pytest.mark.requirement("K-04", "X-12")
def test_what_one_of_a_household_buys_shows_on_everybodys_card(cards: CardShop) -> None:
    one, other = (cards.enrol(name, profile=NADIA) for name in ("c-1", "c-2"))
    phones = [cards.iphone(), cards.iphone()]
    for phone, member in zip(phones, (one, other), strict=True):
        phone.add_card(member["card"]["url"])
    household = household_of(cards, "c-1", "c-2")
    cards.refresh()
    assert [shown(phone) for phone in phones] == ["120", "120"]
    for number in range(3):
        cards.buy(one["member_id"], 1000, f"t-{number}")
    cards.refresh()
    assert [shown(phone) for phone in phones] == ["150", "150"]
    # Who leaves has his own account on his card again, and the others what is left
    body = {"member": {"external_id": "c-1"}}
    left = cards.shop.send("POST", f"/v1/households/{household}/leavers", body, key="leave")
    assert left.status == 201, left.body
    cards.refresh()
    assert [shown(phone) for phone in phones] == ["90", "60"]
    cards.buy(one["member_id"], 1000, "alone")
    messages = cards.changes()
    cards.refresh(messages)
    assert shown(phones[0]) == "100"
    assert cards.card_row(other)["vv"] == 4, "what he does is no more on the others' cards"


@pytest.mark.requirement("K-04")
def test_the_card_of_a_merged_membership_goes_on_following_the_member(cards: CardShop) -> None:
    one, other, phone = two_memberships(cards)
    # Entries are counted by account: its own had more of them than the other's
    for number in range(3):
        cards.buy(one["member_id"], 1000, f"before-{number}")
    cards.refresh()
    assert shown(phone) == "90"
    merge(cards)
    cards.refresh()
    assert shown(phone) == "150"
    cards.buy(other["member_id"], 1000, "t-1")
    cards.refresh()
    assert shown(phone) == "160"


def test_entries_are_counted_by_account_and_a_card_may_show_two(cards: CardShop) -> None:
    one, other, phone = two_memberships(cards)
    for number in range(5):
        cards.buy(one["member_id"], 1000, f"before-{number}")
    cards.refresh()
    assert shown(phone) == "110"
    # The other brings nothing: the card reads the same after the merge, and knows of six entries
    nothing = {
        "member": {"external_id": "c-2"},
        "programme": "demo",
        "balance": "points",
        "amount": -60,
        "reason": "goodwill",
    }
    assert cards.shop.send("POST", "/v1/adjustments", nothing, key="adjust").status == 201
    merge(cards)
    cards.refresh()
    assert cards.card_row(one)["va"] == 6
    # The account that it shows now has counted to four
    cards.buy(other["member_id"], 1000, "t-1")
    cards.refresh()
    assert shown(phone) == "120"


@pytest.mark.requirement("K-04")
def test_a_second_phone_that_adds_an_older_card_is_told_of_the_change(
    cards: CardShop, member: dict[str, Any], phone: IPhone
) -> None:
    second = cards.iphone()
    register = type(second)._register

    def late(self: Any, *arguments: Any) -> Any:
        cards.buy(member["member_id"], 1000, "t-1")
        cards.refresh()
        return register(self, *arguments)

    with instead(type(second), "_register", late):
        second.add_card(member["card"]["url"])
    assert second.card.field("balance").text == "60"
    later = [
        message("later", {"id": "later", "member": one.member, "programme": one.programme})
        for one in cards.queues.later
    ]
    cards.refresh(later)
    assert shown(second) == "70"
