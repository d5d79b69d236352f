"""A card from its link to the phone, and what the phone sees as its member buys."""

from __future__ import annotations

import pytest

from tests.functional.wallet.conftest import CardShop


@pytest.mark.requirement("K-03", "K-04")
def test_the_card_on_the_iphone_follows_the_purchase(cards: CardShop) -> None:
    # Given a member with 60 welcome points whose card is on an iPhone
    member = cards.enrol(profile={"first_name": "Nadia", "last_name": "Fontaine"})
    phone = cards.iphone()
    card = phone.add_card(member["card"]["url"])
    assert card.field("balance").text == "60"
    assert card.barcodes()[0].message == member["card"]["code"]
    # When she buys for 42.50 EUR
    cards.refresh()
    cards.buy(member["member_id"], 4250, "t-1")
    cards.refresh()
    # Then the card changes by itself, and the lock screen says so in one sentence
    change = phone.wait_for_change(timeout_s=5)
    assert change.field("balance").after == "102"
