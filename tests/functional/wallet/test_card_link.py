"""The smart link: the right wallet for whoever opens it, and nothing of the member on the page."""

from __future__ import annotations

import re
from typing import Any

import pytest
import qrcode

from tests.functional.wallet.conftest import CardShop
from tools.http_client import Response
from tools.phone.android import BROWSER as ANDROID
from tools.phone.iphone import BROWSER as IPHONE

COMPUTER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.5 Safari"
IPAD = IPHONE.replace("iPhone; CPU iPhone OS", "iPad; CPU OS")
READER = "Dalvik/2.1.0 (Linux; U; Android 16) WalletPasses/4.0"
INSIDE_INSTAGRAM = f"{IPHONE} Instagram 390.0.0"
PROFILE = {"first_name": "Nadia", "last_name": "Fontaine", "email": "nadia@example.test"}


@pytest.fixture
def member(cards: CardShop) -> dict[str, Any]:
    return cards.enrol(profile=PROFILE)


def page(cards: CardShop, member: dict[str, Any], language: str = "en", **headers: str) -> Response:
    agent = headers.pop("agent", COMPUTER)
    return cards.fetch(member["card"]["url"], User_Agent=agent, Accept_Language=language, **headers)


@pytest.mark.parametrize("agent", [IPHONE, IPAD, READER])
def test_an_iphone_gets_the_card_itself(
    cards: CardShop, member: dict[str, Any], agent: str
) -> None:
    answer = page(cards, member, agent=agent)
    assert answer.status == 200
    assert answer.headers["content-type"] == "application/vnd.apple.pkpass"
    assert answer.headers["last-modified"]
    assert answer.body.startswith(b"PK")


def test_an_android_phone_is_sent_to_google(cards: CardShop, member: dict[str, Any]) -> None:
    answer = page(cards, member, agent=ANDROID)
    assert answer.status == 302
    assert answer.headers["location"].startswith(f"{cards.google.url}/save/")


@pytest.mark.parametrize("agent", [COMPUTER, MAC, INSIDE_INSTAGRAM, ""])
def test_everybody_else_gets_a_page_with_both(
    cards: CardShop, member: dict[str, Any], agent: str
) -> None:
    answer = page(cards, member, agent=agent)
    assert answer.status == 200
    text = answer.body.decode()
    assert 'href="?wallet=apple&amp;via=link"' in text
    assert 'href="?wallet=google&amp;via=link"' in text


def test_the_page_speaks_the_readers_language(cards: CardShop, member: dict[str, Any]) -> None:
    assert b'<html lang="fr">' in page(cards, member, "fr-CH, fr;q=0.9, en;q=0.8").body
    assert b"Add to Apple Wallet" in page(cards, member, "de, en;q=0.5").body


def test_the_page_shows_nothing_of_the_member(cards: CardShop, member: dict[str, Any]) -> None:
    text = page(cards, member).body.decode()
    for secret in ("Nadia", "Fontaine", "nadia@", member["card"]["code"], member["member_id"]):
        assert secret not in text


def test_the_page_runs_and_loads_nothing(cards: CardShop, member: dict[str, Any]) -> None:
    answer = page(cards, member)
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy
    assert answer.headers["referrer-policy"] == "no-referrer"
    text = answer.body.decode()
    assert "<script" not in text
    assert " style=" not in text
    # The policy lets exactly the page's own style through
    assert re.search(r"style-src 'sha256-[A-Za-z0-9+/]{43}='", policy)


def test_looking_at_the_page_gives_nothing_out(cards: CardShop, member: dict[str, Any]) -> None:
    before = cards.card_row(member)
    page(cards, member)
    assert cards.card_row(member) == before


def test_the_qr_code_of_the_page_leads_a_phone_back_to_it(
    cards: CardShop, member: dict[str, Any]
) -> None:
    text = page(cards, member).body.decode()
    side = int(re.search(r'viewBox="0 0 (\d+) ', text)[1])  # type: ignore[index]
    drawn = {(int(x), int(y)) for x, y in re.findall(r"M(\d+) (\d+)h1v1h-1z", text)}
    code = qrcode.QRCode(border=4)
    code.add_data(member["card"]["url"])
    rows = code.get_matrix()
    assert side == len(rows)
    assert drawn == {(x, y) for y, row in enumerate(rows) for x, dark in enumerate(row) if dark}


def test_a_forged_link_is_a_page_that_says_so(cards: CardShop, member: dict[str, Any]) -> None:
    url = member["card"]["url"]
    last = "A" if url.endswith("-") else "-"
    for link in (url[:-1] + last, url.rpartition("/")[0] + "/x", url.replace(".1.", ".2.")):
        answer = cards.fetch(link, User_Agent=IPHONE, Accept_Language="fr")
        assert answer.status == 404
        assert "Le lien n&#x27;est pas le nôtre" in answer.body.decode()


def test_a_wallet_that_the_shop_does_not_offer_is_not_on_the_page(
    cards: CardShop, member: dict[str, Any]
) -> None:
    google = cards.shop.container.card_services.google
    vars(google)["account"] = None
    text = page(cards, member).body.decode()
    assert 'href="?wallet=apple&amp;via=link"' in text
    assert 'href="?wallet=google&amp;via=link"' not in text
    # A phone of that kind gets the page too, and asking by name is refused.
    assert page(cards, member, agent=ANDROID).status == 200
    assert cards.fetch(member["card"]["url"] + "?wallet=google").status == 404


def test_while_google_does_not_answer_the_page_asks_again_by_itself(
    cards: CardShop, member: dict[str, Any]
) -> None:
    cards.google_control(fail_next=[{"status": 503, "times": 5}])
    answer = page(cards, member, agent=ANDROID)
    assert answer.status == 503
    assert answer.headers["refresh"]
    cards.google_control(fail_next=[])
    assert page(cards, member, agent=ANDROID).status == 302
