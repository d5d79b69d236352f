"""A card looks as its programme is: points, money, stamps, tiers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.functional.wallet.conftest import NADIA, CardShop

PROGRAMMES = Path(__file__).parents[3] / "programmes"


def publish(cards: CardShop, document: dict[str, Any]) -> str:
    programme = str(document["programme"])
    reply = cards.shop.send(
        "POST",
        f"/v1/programmes/{programme}/publish",
        {"document": document},
        key=f"publish-{programme}",
    )
    assert reply.status == 201, reply.body
    return programme


def buy_bread(cards: CardShop, member: dict[str, Any], count: int, number: str) -> None:
    line = {
        "article": "baguette",
        "quantity": count,
        "gross": 120 * count,
        "attributes": {"family": "bread"},
    }
    cards.buy(member["member_id"], 120 * count, number, lines=[line])


@pytest.mark.requirement("X-10", "Z-04")
def test_the_strip_of_a_stamp_card_fills_up(cards: CardShop) -> None:
    bakery = yaml.safe_load((PROGRAMMES / "bakery.yaml").read_text())
    # Two members of the same bakery must not see each other's stamps.
    programme = publish(cards, bakery)
    member = cards.enrol("c-1", programme=programme, profile=NADIA)
    other = cards.enrol("c-2", programme=programme, profile=NADIA)
    phone, android = cards.iphone(), cards.android()
    empty = phone.add_card(member["card"]["url"])
    android.add_card(member["card"]["url"])
    assert empty.field("balance").text == "0 / 10"
    assert empty.field("balance").label == "Stamps"
    cards.refresh()
    buy_bread(cards, member, 3, "t-1")
    cards.refresh()
    change = phone.wait_for_change(5)
    assert change.field("balance").after == "3 / 10"
    for name in ("strip.png", "strip@2x.png", "strip@3x.png"):
        assert phone.card.members[name] != empty.members[name]
    android.wait_for_change(5)
    address = android.card.object["heroImage"]["sourceUri"]["uri"]
    assert address.endswith("/stamps-3-of-10.png")
    assert cards.fetch(address).status == 200
    untouched = cards.iphone().add_card(other["card"]["url"])
    assert untouched.members["strip@2x.png"] == empty.members["strip@2x.png"]


def test_a_cashback_card_shows_money(cards: CardShop) -> None:
    document = {
        "programme": "cashback",
        "internal_name": "Cashback",
        "name": {"fr": "Cagnotte", "en": "Cashback"},
        "currency": "EUR",
        "time_zone": "Europe/Paris",
        "balances": [
            {"id": "cashback", "kind": "cash", "name": {"fr": "Cagnotte", "en": "Cashback"}}
        ],
        "rules": [
            {
                "id": "five-percent",
                "name": {"fr": "5 %", "en": "5 %"},
                "when": "purchase.recorded",
                "then": [
                    {
                        "credit": {
                            "balance": "cashback",
                            "per_amount": {"every": "1.00", "give": "0.05"},
                        }
                    }
                ],
            }
        ],
    }
    programme = publish(cards, document)
    member = cards.enrol("c-1", programme=programme, profile=NADIA)
    phone, android = cards.iphone(), cards.android()
    assert phone.add_card(member["card"]["url"]).field("balance").text == "€0.00"
    android.add_card(member["card"]["url"])
    cards.refresh()
    cards.buy(member["member_id"], 36_940, "t-1")
    cards.refresh()
    assert phone.wait_for_change(5).field("balance").after == "€18.47"
    android.wait_for_change(5)
    balance = android.card.object["loyaltyPoints"]["balance"]
    assert balance == {"money": {"micros": "18470000", "currencyCode": "EUR"}}


def test_a_tier_has_colours_of_its_own(cards: CardShop) -> None:
    member = cards.enrol(profile=NADIA)
    phone = cards.iphone()
    bronze = phone.add_card(member["card"]["url"]).document["labelColor"]
    cards.refresh()
    cards.buy(member["member_id"], 30_000, "t-1")
    cards.refresh()
    phone.wait_for_change(5)
    assert phone.card.field("tier").text == "Silver"
    assert phone.card.document["labelColor"] != bronze
