"""A card from its link to the phone, and what the phone sees as its member buys."""

from __future__ import annotations

import pytest

from tests.functional.conftest import DEMO
from tests.functional.wallet.conftest import NADIA, CardShop
from tools.http_client import send_json
from tools.phone.refusal import Refused


@pytest.mark.requirement("K-03", "K-04", "X-10")
def test_the_card_on_the_iphone_follows_the_purchase(cards: CardShop) -> None:
    # Given a member with 60 welcome points whose card is on an iPhone
    member = cards.enrol(profile=NADIA)
    phone = cards.iphone()
    card = phone.add_card(member["card"]["url"])
    assert card.field("balance").text == "60"
    assert card.field("tier").text == "Bronze"
    assert card.field("member_name").text == "Nadia F."
    assert card.barcodes()[0].message == member["card"]["code"]
    # When she buys for 42.50 EUR
    cards.refresh()
    cards.buy(member["member_id"], 4250, "t-1")
    cards.refresh()
    # Then the card changes by itself, and the lock screen says so in one sentence
    change = phone.wait_for_change(timeout_s=5)
    assert change.field("balance").after == "102"
    assert "Free coffee" in str(change.field("rewards").after)
    assert change.banner == "Your new balance: 102"
    # And when she takes her reward, it changes again
    reply = cards.shop.send(
        "POST",
        "/v1/redemptions",
        {
            "member": {"card": member["card"]["code"]},
            "programme": "demo",
            "reward": "free-coffee",
        },
        key="redeem-1",
    )
    assert reply.status == 201, reply.body
    cards.refresh()
    assert phone.wait_for_change(timeout_s=5).field("balance").after == "2"


def test_the_back_of_the_card_says_what_expires_next(cards: CardShop) -> None:
    member = cards.enrol(profile=NADIA)
    card = cards.iphone().add_card(member["card"]["url"])
    shown = card.field("expiry_amount").text
    lots = cards.shop.send("GET", f"/v1/members/{member['member_id']}/lots").json["lots"]
    year, month, day = str(lots[0]["expires_on"]).split("-")
    assert shown.startswith("60 Coffee beans until ")
    assert year in shown
    assert f"{int(day)}\u00a0" in shown
    assert month


def test_a_member_reads_his_card_in_his_own_language(cards: CardShop) -> None:
    member = cards.enrol(profile=NADIA | {"language": "fr"})
    phone = cards.iphone()
    card = phone.add_card(member["card"]["url"])
    assert card.field("balance").label == "Grains de café"
    assert card.field("expiry_amount").text.startswith("60 Grains de café jusqu’au ")
    cards.refresh()
    cards.buy(member["member_id"], 500, "t-1")
    cards.refresh()
    assert phone.wait_for_change(5).banner == "Votre nouveau solde : 65"


def test_of_two_changes_at_once_the_phone_speaks_of_the_tier(cards: CardShop) -> None:
    member = cards.enrol(profile=NADIA)
    phone = cards.iphone()
    phone.add_card(member["card"]["url"])
    cards.refresh()
    cards.buy(member["member_id"], 30_000, "t-1")
    cards.refresh()
    change = phone.wait_for_change(5)
    assert change.field("tier").after == "Silver"
    assert change.field("balance").after == "360"
    assert change.banner == "Your status is now Silver"


@pytest.mark.requirement("K-05", "K-06")
def test_the_card_on_the_android_phone_follows_the_purchase(cards: CardShop) -> None:
    member = cards.enrol(profile=NADIA)
    phone = cards.android()
    card = phone.add_card(member["card"]["url"])
    assert card.line("loyaltyPoints").text == "60"
    assert card.line("secondaryLoyaltyPoints").text == "Bronze"
    barcode = card.barcode()
    assert barcode is not None
    assert barcode.message == member["card"]["code"]
    cards.refresh()
    cards.buy(member["member_id"], 4250, "t-1")
    cards.refresh()
    phone.wait_for_change(5)
    assert phone.card.line("loyaltyPoints").text == "102"
    assert "Free coffee" in phone.card.line("textModule:rewards").text


def test_google_can_fetch_every_image_of_the_class(cards: CardShop) -> None:
    member = cards.enrol(profile=NADIA)
    card = cards.android().add_card(member["card"]["url"])
    for name in ("programLogo", "heroImage"):
        address = card.parent[name]["sourceUri"]["uri"]
        answer = cards.fetch(address)
        assert answer.status == 200
        assert answer.headers["content-type"] == "image/png"
        assert "immutable" in answer.headers["cache-control"]
        assert answer.body.startswith(b"\x89PNG")


@pytest.mark.requirement("K-05")
def test_the_programme_has_its_name_in_the_language_of_each_phone(cards: CardShop) -> None:
    """All cards of a programme share one class, whoever saved his card last."""
    names = {"fr": "Le Café", "en": "The Café"}
    body = {"document": {**DEMO, "programme": "cafe", "name": names}}
    reply = cards.shop.send("POST", "/v1/programmes/cafe/publish", body, key="cafe")
    assert reply.status == 201, reply.body
    for language in ("fr", "en"):
        profile = {**NADIA, "language": language}
        member = cards.enrol(f"c-{language}", profile=profile, programme="cafe")
        cards.android().add_card(member["card"]["url"])
        phone = cards.android()
        card = phone.add_card(member["card"]["url"])
        for own, name in names.items():
            assert card.line("programName", own).text == name
    log = send_json("GET", f"{cards.google.url}/log").json()["calls"]
    assert sum("loyaltyClass" in call["path"] for call in log) == 1


def test_a_link_that_nobody_signed_gives_nobody_a_card(cards: CardShop) -> None:
    member = cards.enrol(profile=NADIA)
    link = member["card"]["url"]
    forged = link[:-1] + ("A" if link[-1] != "A" else "B")
    with pytest.raises(Refused, match="404"):
        cards.iphone().add_card(forged)


def test_nobody_is_told_of_a_card_that_nobody_has(cards: CardShop) -> None:
    # Given a member who never added the card
    member = cards.enrol(profile=NADIA)
    cards.refresh()
    before = cards.card_row(member)
    # When he buys
    cards.buy(member["member_id"], 4250, "t-1")
    result = cards.refresh()
    # Then the card's row is not even written
    assert result == {"batchItemFailures": []}
    assert cards.card_row(member) == before
    assert cards.pushes() == []


def test_what_cannot_be_seen_is_not_pushed(cards: CardShop) -> None:
    member = cards.enrol(profile=NADIA)
    phone = cards.iphone()
    phone.add_card(member["card"]["url"])
    cards.refresh()
    before = cards.card_row(member)
    # A purchase of 50 cents earns no whole point: nothing on the card changes.
    cards.buy(member["member_id"], 50, "t-1")
    cards.refresh()
    assert cards.card_row(member) == before
    assert cards.pushes() == []
