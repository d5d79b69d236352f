"""From a poster to a card in hand: the form, its consents, its limits."""

from __future__ import annotations

import io
import json
import re
from typing import Any
from urllib.parse import urlencode, urlsplit
from zipfile import ZipFile

import pytest

from tests.functional.conftest import DEMO
from tests.functional.wallet.conftest import CardShop
from tools.http_client import Response, send
from tools.phone.iphone import BROWSER as IPHONE

FILLED = {"first_name": "Nadia", "email": "nadia@example.test", "terms": "yes", "website": ""}


@pytest.fixture
def link(cards: CardShop) -> str:
    """The link of a poster in the shop of Lyon."""
    reply = cards.shop.send(
        "GET",
        "/v1/programmes/demo/join-link",
        query={"store": "lyon", "channel": "window"},
    )
    assert reply.status == 200, reply.body
    url: str = reply.json["url"]
    return url


def form(cards: CardShop, link: str, language: str = "en") -> dict[str, str]:
    """The hidden fields of the form."""
    page = cards.fetch(link, Accept_Language=language)
    assert page.status == 200
    text = page.body.decode()
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="(\w+)">', text))


def submit(link: str, fields: dict[str, str], language: str = "en") -> Response:
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "Accept-Language": language,
    }
    return send("POST", link, headers=headers, body=urlencode(fields).encode())


def members(cards: CardShop) -> list[dict[str, Any]]:
    """Profile rows."""
    return [row for row in cards.shop.rows() if row["t"] == "P"]


@pytest.mark.requirement("B-55", "Z-20", "Z-07")
def test_from_the_poster_to_the_card_in_hand(cards: CardShop, link: str) -> None:
    answer = submit(link, {**form(cards, link), **FILLED})
    assert answer.status == 201
    address = re.search(r'href="([^"]+/cards/[^"]+)"', answer.body.decode())
    assert address
    url = address[1].replace("&amp;", "&")
    assert url.endswith("?via=window")
    phone = cards.iphone()
    card = phone.add_card(url)
    assert card.field("balance").text == "60"
    assert card.field("member_name").text == "Nadia"
    # And the card follows him from now on
    cards.changes()
    (row,) = members(cards)
    cards.buy(str(row["pk"])[2:], 1000, "t-1")
    cards.refresh()
    assert phone.wait_for_change(5).field("balance").after == "70"


def test_what_was_agreed_to_is_written_down(cards: CardShop, link: str) -> None:
    submit(link, {**form(cards, link), **FILLED, "marketing": "yes"})
    (row,) = members(cards)
    consents = json.loads(row["c"])["consents"]
    told = {"source": "join:window", "text": "demo:1"}
    assert consents == {
        "terms": {"granted": True, **told},
        "marketing": {"granted": True, **told},
    }


def test_offers_are_refused_unless_they_are_asked_for(cards: CardShop, link: str) -> None:
    page = cards.fetch(link).body.decode()
    assert "checked" not in page
    submit(link, {**form(cards, link), **FILLED})
    (row,) = members(cards)
    assert json.loads(row["c"])["consents"]["marketing"]["granted"] is False


def test_the_form_speaks_the_readers_language_and_shows_the_terms(
    cards: CardShop, link: str
) -> None:
    page = cards.fetch(link, Accept_Language="fr").body.decode()
    assert '<html lang="fr">' in page
    assert "Les grains sont valables 12 mois." in page
    headers = cards.fetch(link).headers
    assert headers["strict-transport-security"].startswith("max-age=31536000")
    policy = headers["content-security-policy"]
    assert "form-action 'self'" in policy
    assert "unsafe" not in policy
    answer = submit(link, {**form(cards, link), **FILLED}, "fr")
    assert "Votre carte est prête." in answer.body.decode()


def test_a_form_that_is_sent_twice_makes_one_member(cards: CardShop, link: str) -> None:
    fields = {**form(cards, link), **FILLED}
    first, second = submit(link, fields), submit(link, fields)
    assert first.body == second.body
    assert len(members(cards)) == 1


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"first_name": "Nadia\x1b[2J"}, "control character"),
        ({"terms": ""}, "Accept the terms to join."),
        ({"email": "nadia"}, "The text does not have the form"),
        ({"birthday": "1990-02-30"}, "YYYY-MM-DD"),
        ({"first_name": "x" * 65}, "more than 64"),
        ({"website": "https://spam.example"}, "No such field"),
        ({"once": "<script>"}, "can&#x27;t be read"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_lost(
    cards: CardShop, link: str, change: dict[str, str], told: str
) -> None:
    answer = submit(link, {**form(cards, link), **FILLED, **change})
    assert answer.status == 400
    text = answer.body.decode()
    assert told in text
    assert 'value="Nadia"' in text or "first_name" in change
    assert "<script>" not in text
    assert members(cards) == []


@pytest.mark.parametrize("body", [b"", b"\xff\xfe", b"a" * 5000, b"&".join([b"a=1"] * 100)])
def test_rubbish_is_a_page_too(cards: CardShop, link: str, body: bytes) -> None:
    assert send("POST", link, body=body).status == 400
    assert members(cards) == []


def test_a_link_that_nobody_signed_lets_nobody_in(cards: CardShop, link: str) -> None:
    subject, version, signature = link.rpartition("/")[2].split(".")
    base = link.rpartition("/")[0]
    card = cards.enrol("c-1")["card"]["url"].rpartition("/")[2]
    before = len(members(cards))
    for token in (
        f"{subject}.{version}.{signature[:-1]}x",
        f"{subject}x.{version}.{signature}",
        f"{subject}.9.{signature}",
        f"{subject}.{version}.{signature}.more",
        card,
    ):
        assert cards.fetch(f"{base}/{token}").status == 404
        assert submit(f"{base}/{token}", FILLED).status == 404
    # And a join link is no card
    path = urlsplit(link)
    assert (
        cards.fetch(f"{path.scheme}://{path.netloc}/cards/{link.rpartition('/')[2]}").status == 404
    )
    assert len(members(cards)) == before


def test_more_people_than_a_shop_has_are_asked_to_wait(cards: CardShop, link: str) -> None:
    statuses = [
        submit(link, {**form(cards, link), **FILLED, "email": ""}).status for _ in range(40)
    ]
    assert statuses.count(201) in range(30, 34)
    refused = submit(link, {**form(cards, link), **FILLED})
    assert refused.status == 503
    assert refused.headers["retry-after"] == "30"
    # What is hung behind the link opens no second door
    assert submit(f"{link}.{'a' * 24}", {**form(cards, link), **FILLED}).status == 404
    # Another poster has a door of its own
    other = cards.shop.send("GET", "/v1/programmes/demo/join-link").json["url"]
    assert submit(other, {**form(cards, other), **FILLED}).status == 201


def test_only_who_may_enrol_gets_a_link(cards: CardShop) -> None:
    secret = cards.shop.issue_key("till", ["scans"])
    reply = cards.shop.send("GET", "/v1/programmes/demo/join-link", secret=secret)
    assert (reply.status, reply.code) == (403, "scope_missing")
    unknown = cards.shop.send("GET", "/v1/programmes/nothing/join-link")
    assert (unknown.status, unknown.code) == (404, "programme_unknown")


@pytest.mark.requirement("B-04")
def test_the_merchants_own_name_of_a_programme_is_told_to_no_customer(cards: CardShop) -> None:
    document = {key: part for key, part in DEMO.items() if key != "name"}
    document |= {"programme": "plain", "internal_name": "Phoenix"}
    body = {"document": document}
    published = cards.shop.send("POST", "/v1/programmes/plain/publish", body, key="plain")
    assert published.status == 201, published.body
    link = str(cards.shop.send("GET", "/v1/programmes/plain/join-link").json["url"])

    page = cards.fetch(link).body
    answer = submit(link, {**form(cards, link), **FILLED})
    address = re.search(rb'href="([^"]+/cards/[^"]+)"', answer.body)
    assert address
    card = cards.fetch(address[1].decode().replace("&amp;", "&"), User_Agent=IPHONE)
    with ZipFile(io.BytesIO(card.body)) as archive:
        files = b"".join(archive.read(name) for name in archive.namelist())

    assert b"plain" in page
    assert b"plain" in files
    assert b"Phoenix" not in page + answer.body + files
