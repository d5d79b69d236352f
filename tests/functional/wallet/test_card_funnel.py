"""Cards are counted from the link to the phone and off it again, by wallet and channel."""

from __future__ import annotations

import base64
import json
import time
from typing import Any

import pytest

from tests.functional.wallet.conftest import CardShop
from tests.functional.wallet.test_apple_service import Device, new_push_token
from tools import testpki
from tools.http_client import Response, send, send_json
from tools.phone.android import BROWSER as ANDROID
from tools.phone.card import read_card
from tools.phone.iphone import BROWSER as IPHONE

ISSUER = testpki.GOOGLE_ISSUER_ID


@pytest.fixture
def member(cards: CardShop) -> dict[str, Any]:
    found = cards.enrol()
    cards.changes()
    return found


def steps(cards: CardShop) -> list[tuple[str, str, str]]:
    """The steps since the last call: event, wallet, channel."""
    found = []
    for one in cards.changes():
        envelope = json.loads(one["body"])
        data = envelope["detail"]["data"]
        if envelope["detail-type"] in {"card.issued", "card.installed", "card.removed"}:
            found.append((envelope["detail-type"], data["wallet"], data["channel"]))
    return found


@pytest.mark.requirement("X-10")
def test_a_card_is_counted_from_the_poster_to_the_phone_and_off_it(
    cards: CardShop, member: dict[str, Any]
) -> None:
    link = member["card"]["url"] + "?via=poster"
    answer = cards.fetch(link, User_Agent=IPHONE)
    card = read_card(answer.body, root=cards.root, developer_mode=True)
    assert steps(cards) == [("card.issued", "apple", "poster")]
    # Asking again gives nothing out anew
    cards.fetch(link, User_Agent=IPHONE)
    assert steps(cards) == []
    device = Device(cards, member, card)
    device.register(new_push_token(cards))
    device.register(new_push_token(cards))
    assert steps(cards) == [("card.installed", "apple", "poster")]
    device.authorised("DELETE", device.registration())
    device.authorised("DELETE", device.registration())
    assert steps(cards) == [("card.removed", "apple", "poster")]
    # A card that comes back is counted again
    device.register(new_push_token(cards))
    assert steps(cards) == [("card.installed", "apple", "poster")]


def test_a_dead_push_token_is_a_card_taken_off(cards: CardShop, member: dict[str, Any]) -> None:
    answer = cards.fetch(member["card"]["url"], User_Agent=IPHONE)
    card = read_card(answer.body, root=cards.root, developer_mode=True)
    device = Device(cards, member, card)
    token = new_push_token(cards)
    device.register(token)
    steps(cards)
    send("DELETE", f"{cards.apns.control_url}/devices/{token}")
    device.buy(1000, "t-1")
    assert steps(cards) == [("card.removed", "apple", "link")]


@pytest.mark.parametrize("via", ["", "Poster", "a%20b", "x" * 40, "<b>", "-x"])
def test_a_channel_that_is_none_counts_as_a_link(
    cards: CardShop, member: dict[str, Any], via: str
) -> None:
    cards.fetch(member["card"]["url"] + f"?via={via}&wallet=apple")
    assert steps(cards) == [("card.issued", "apple", "link")]


def test_google_says_when_a_card_is_saved_and_taken_off(
    cards: CardShop, member: dict[str, Any]
) -> None:
    phone = cards.android()
    card = phone.add_card(member["card"]["url"] + "?via=mail")
    cards.google_called_back(1)
    phone.remove_card(card.object_id)
    cards.google_called_back(2)
    assert sorted(steps(cards)) == [
        ("card.installed", "google", "mail"),
        ("card.issued", "google", "mail"),
        ("card.removed", "google", "mail"),
    ]


def call_back(cards: CardShop, content: Any) -> Response:
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    return send("POST", f"{cards.front.url}/google/callback", body=body)


def signed(cards: CardShop, member: dict[str, Any], event: str = "save") -> dict[str, Any]:
    card = f"{ISSUER}.{member['card']['id']}"
    return cards.google.callbacks.sign(event, f"{ISSUER}.demo", card)


def test_a_callback_that_comes_twice_counts_once(cards: CardShop, member: dict[str, Any]) -> None:
    content = signed(cards, member)
    assert call_back(cards, content).status == 200
    assert call_back(cards, content).status == 200
    assert steps(cards) == [("card.installed", "google", "")]


def test_a_callback_of_a_card_that_is_no_more_is_taken_and_forgotten(
    cards: CardShop, member: dict[str, Any]
) -> None:
    gone = {"card": {"id": "crd_gone"}}
    assert call_back(cards, signed(cards, gone)).status == 200
    assert steps(cards) == []


def _flipped(text: str) -> str:
    raw = bytearray(base64.b64decode(text))
    raw[-1] ^= 1
    return base64.b64encode(raw).decode()


@pytest.mark.parametrize(
    "forge",
    [
        lambda content: {**content, "signature": _flipped(content["signature"])},
        lambda content: {**content, "signedMessage": content["signedMessage"] + " "},
        lambda content: {**content, "protocolVersion": "ECv1"},
        lambda content: {**content, "intermediateSigningKey": {}},
        lambda content: {
            **content,
            "intermediateSigningKey": {
                **content["intermediateSigningKey"],
                "signatures": [
                    _flipped(one) for one in content["intermediateSigningKey"]["signatures"]
                ],
            },
        },
        lambda content: {name: value for name, value in content.items() if name != "signature"},
        lambda _: [],
        lambda _: b"{",
        lambda _: b"\xff\xfe",
    ],
)
def test_a_callback_that_google_did_not_sign_is_refused(
    cards: CardShop, member: dict[str, Any], forge: Any
) -> None:
    assert call_back(cards, forge(signed(cards, member))).status == 401
    assert steps(cards) == []


def test_an_old_callback_is_refused(
    cards: CardShop, member: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    content = signed(cards, member)
    callbacks = cards.shop.container.card_services.google_callbacks
    monkeypatch.setattr(callbacks, "wall_s", lambda: time.time() + 2 * 3600)
    assert call_back(cards, content).status == 401


def test_a_callback_of_another_issuer_is_refused(cards: CardShop, member: dict[str, Any]) -> None:
    card = f"3388000000099999999.{member['card']['id']}"
    content = cards.google.callbacks.sign("save", "3388000000099999999.demo", card)
    assert call_back(cards, content).status == 401


def test_while_googles_keys_cannot_be_had_it_asks_again(
    cards: CardShop, member: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    callbacks = cards.shop.container.card_services.google_callbacks
    monkeypatch.setattr(callbacks, "keys_url", "http://127.0.0.1:1/keys")
    answer = call_back(cards, signed(cards, member))
    assert answer.status == 503
    assert answer.headers["retry-after"]


def test_an_android_phone_that_opens_the_link_counts_as_issued(
    cards: CardShop, member: dict[str, Any]
) -> None:
    cards.fetch(member["card"]["url"] + "?via=sms", User_Agent=ANDROID)
    assert steps(cards) == [("card.issued", "google", "sms")]
    assert send_json("GET", f"{cards.google.url}/objects").json()["objects"]
