"""A card that is lost, copied or found again: what tills, phones and Google make of it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fakes.gateway import Reply
from tests.functional.wallet.conftest import CardShop
from tools.phone.refusal import Refused


def act(cards: CardShop, member: dict[str, Any], action: str, key: str = "") -> Reply:
    card = member["card"]["id"]
    return cards.shop.send(
        "POST", f"/v1/cards/{card}/{action}", {"reason": "lost"}, key=key or action
    )


def scan(cards: CardShop, code: str) -> Reply:
    return cards.shop.send("POST", "/v1/scans", {"code": code})


@pytest.mark.requirement("X-10")
def test_a_blocked_card_identifies_nobody_and_phones_grey_it_out(
    cards: CardShop, member: dict[str, Any]
) -> None:
    phone, android = cards.iphone(), cards.android()
    phone.add_card(member["card"]["url"])
    android.add_card(member["card"]["url"])
    reply = act(cards, member, "block")
    assert (reply.status, reply.json["card"]["status"]) == (201, "blocked")
    assert scan(cards, member["card"]["code"]).code == "card_blocked"
    cards.refresh()
    phone.wait_for_change(5)
    assert phone.card.is_voided
    android.wait_for_change(5)
    assert android.card.object["state"] == "INACTIVE"
    with pytest.raises(Refused, match="404"):
        cards.iphone().add_card(member["card"]["url"])
    # Found again, it works as before
    assert act(cards, member, "unblock").json["card"]["status"] == "active"
    assert scan(cards, member["card"]["code"]).status == 200
    cards.refresh()
    phone.wait_for_change(5)
    assert not phone.card.is_voided


def test_a_copied_card_gets_another_code_on_the_phone_that_has_it(
    cards: CardShop, member: dict[str, Any]
) -> None:
    phone = cards.iphone()
    before = phone.add_card(member["card"]["url"])
    reply = act(cards, member, "reissue")
    code = reply.json["card"]["code"]
    assert reply.json["card"]["id"] == member["card"]["id"]
    assert code != member["card"]["code"]
    cards.refresh()
    phone.wait_for_change(5)
    assert phone.card.barcodes()[0].message == code
    assert phone.card.serial_number == before.serial_number
    assert scan(cards, code).json["member_id"] == member["member_id"]
    assert scan(cards, member["card"]["code"]).code == "card_blocked"


def test_a_lost_card_is_void_for_ever_and_another_takes_its_place(
    cards: CardShop, member: dict[str, Any]
) -> None:
    lost, new = cards.iphone(), cards.iphone()
    lost.add_card(member["card"]["url"])
    replaced = act(cards, member, "replace").json["card"]
    assert replaced["id"] != member["card"]["id"]
    cards.refresh()
    lost.wait_for_change(5)
    assert lost.card.is_voided
    card = new.add_card(replaced["url"])
    assert card.barcodes()[0].message == replaced["code"]
    assert card.field("balance").text == "60"
    assert scan(cards, replaced["code"]).json["member_id"] == member["member_id"]
    assert scan(cards, member["card"]["code"]).code == "card_blocked"
    # The old one never comes back
    for action in ("block", "unblock", "reissue", "replace"):
        reply = act(cards, member, action, f"again-{action}")
        assert (reply.status, reply.code) == (409, "card_state")
    # And the new phone follows what the member does
    cards.buy(member["member_id"], 1000, "t-1")
    cards.refresh()
    assert new.wait_for_change(5).field("balance").after == "70"


@pytest.mark.requirement("X-01")
def test_an_action_that_comes_again_happens_once(cards: CardShop, member: dict[str, Any]) -> None:
    first, again = act(cards, member, "replace"), act(cards, member, "replace")
    assert again.body == first.body
    assert again.headers["idempotent-replayed"] == "true"


def test_an_unknown_card_is_not_found(cards: CardShop, member: dict[str, Any]) -> None:
    unknown = {"card": {"id": "crd_nobody"}}
    assert act(cards, unknown, "block").code == "card_unknown"


def test_a_till_without_the_right_may_not(cards: CardShop, member: dict[str, Any]) -> None:
    secret = cards.shop.issue_key("till", ["scans", "purchases:write"])
    card = member["card"]["id"]
    reply = cards.shop.send(
        "POST", f"/v1/cards/{card}/block", {"reason": "lost"}, key="k", secret=secret
    )
    assert (reply.status, reply.code) == (403, "scope_missing")
