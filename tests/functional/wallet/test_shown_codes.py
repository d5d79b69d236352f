"""What cards show in each form of a code: on an iPhone, at Google's, on the card's page."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tessera.domain.rotation import rotation
from tests.functional.conftest import DEMO, Shop
from tests.functional.wallet.conftest import CardShop

DOCUMENTS: dict[str, dict[str, Any]] = {
    "rotating": {"form": "rotating"},
    "signed": {"form": "signed", "offline": {"balance": "points", "amount": 25}},
    "step_up": {"step_up": [{"balance": "points", "above": 10}]},
}


@pytest.fixture
def shop(empty_shop: Shop, request: pytest.FixtureRequest) -> Shop:
    """The demo programme with the codes that the test asks for."""
    document = {**DEMO, "codes": DOCUMENTS[request.param]}
    reply = empty_shop.send(
        "POST", "/v1/programmes/demo/publish", {"document": document}, key="publish"
    )
    assert reply.status == 201, reply.body
    return empty_shop


def on_google(cards: CardShop, member: dict[str, Any]) -> dict[str, Any]:
    """The object that Google has once the member saved his card."""
    phone = cards.android()
    phone.add_card(member["card"]["url"])
    return dict(cards.at_google()["object"])


def scan(cards: CardShop, code: str) -> dict[str, Any]:
    reply = cards.shop.send("POST", "/v1/scans", {"code": code})
    assert reply.status == 200, reply.body
    return reply.json


def svg_text(page: str) -> set[tuple[int, int]]:
    return {(int(x), int(y)) for x, y in re.findall(r"M(\d+) (\d+)h1v1h-1z", page)}


@pytest.mark.requirement("X-10", "K-05")
@pytest.mark.parametrize("shop", ["rotating"], indirect=True)
def test_google_shows_a_code_that_the_till_takes(cards: CardShop) -> None:
    member = cards.enrol()
    resource = on_google(cards, member)
    assert not resource.get("barcode")
    rotating = resource["rotatingBarcode"]
    details = rotating["totpDetails"]
    assert (details["algorithm"], details["periodMillis"]) == ("TOTP_SHA1", "30000")
    (parameter,) = details["parameters"]
    key = bytes.fromhex(parameter["key"])
    now_s = cards.shop.container.wall_clock.now_ms() // 1000
    # What Google's phone puts in the place of the pattern, by RFC 6238.
    shown = rotating["valuePattern"].replace("{totp_value_0}", rotation(key, now_s // 30))
    assert scan(cards, shown)["scan_id"].startswith("scan_")
    # The secret is Google's and ours: neither the link nor the log has it.
    assert parameter["key"].lower() not in member["card"]["url"].lower()


@pytest.mark.requirement("X-10", "K-03")
@pytest.mark.parametrize("shop", ["rotating"], indirect=True)
def test_an_iphone_keeps_the_still_code_and_links_to_the_changing_one(cards: CardShop) -> None:
    member = cards.enrol()
    phone = cards.iphone()
    phone.add_card(member["card"]["url"])
    card = phone.card
    document = card.document
    (barcode,) = document["barcodes"]
    assert barcode["message"] == member["card"]["code"]
    back = {field["key"]: field["value"] for field in document["storeCard"]["backFields"]}
    assert back["code_page"] == f"{member['card']['url']}?show=code"


@pytest.mark.requirement("X-10", "Z-07")
@pytest.mark.parametrize("shop", ["rotating", "step_up"], indirect=True)
def test_the_page_shows_the_changing_code_and_fetches_the_next(cards: CardShop) -> None:
    member = cards.enrol(profile={"first_name": "Nadia"})
    answer = cards.fetch(f"{member['card']['url']}?show=code", Accept_Language="fr")
    page = answer.body.decode()
    assert answer.status == 200
    assert 1 <= int(answer.headers["refresh"]) <= 31
    assert answer.headers["cache-control"] == "no-store"
    assert "toutes les trente secondes" in page
    assert "Nadia" not in page
    assert len(svg_text(page)) > 150


@pytest.mark.requirement("X-10", "X-11")
@pytest.mark.parametrize("shop", ["signed"], indirect=True)
def test_signed_cards_show_what_the_till_verifies(cards: CardShop) -> None:
    member = cards.enrol()
    phone = cards.iphone()
    phone.add_card(member["card"]["url"])
    card = phone.card
    (barcode,) = card.document["barcodes"]
    assert scan(cards, barcode["message"])["code"] == member["card"]["code"]
    assert barcode["altText"].replace(" ", "") == member["card"]["code"]
    google = on_google(cards, member)["barcode"]
    assert scan(cards, google["value"])["code"] == member["card"]["code"]
    # The balance that may be spent unseen follows the card.
    before = barcode["message"]
    cards.buy(member["member_id"], 1000, "1")
    cards.refresh()
    phone.refresh()
    card = phone.card
    assert card.document["barcodes"][0]["message"] != before


@pytest.mark.parametrize("shop", ["signed"], indirect=True)
def test_a_card_whose_code_did_not_change_is_not_told_again(cards: CardShop) -> None:
    """Each signature differs by its hour; only what is seen counts as a change."""
    member = cards.enrol()
    phone = cards.iphone()
    phone.add_card(member["card"]["url"])
    version = cards.card_row(member)["vv"]
    cards.shop.send(
        "POST",
        "/v1/events",
        {"member": {"id": member["member_id"]}, "programme": "demo", "name": "shop.visited"},
        key="visit",
    )
    cards.refresh()
    assert cards.card_row(member)["vv"] == version
