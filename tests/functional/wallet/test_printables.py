"""Posters, counter signs, staff sheets and plastic cards, fetched as the shop fetches them."""

from __future__ import annotations

import re
import zlib
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.functional.wallet.conftest import CardShop
from tools.http_client import Response

MM = 72 / 25.4
SIZES = {"poster": (210, 297), "counter": (210, 148), "staff": (210, 297)}


def link(cards: CardShop, kind: str, **query: str) -> str:
    reply = cards.shop.send("GET", f"/v1/programmes/demo/printables/{kind}", query=query)
    assert reply.status == 200, reply.body
    return str(reply.json["url"])


def words(pdf: bytes) -> str:
    """The texts of a PDF of ours, in the order in which they are drawn."""
    streams = re.findall(rb"stream\n(.*?)\nendstream", pdf, re.DOTALL)
    lines = [re.findall(rb"\((.*)\) Tj", zlib.decompress(stream)) for stream in streams]
    return "\n".join(line.decode("cp1252") for page in lines for line in page)


def box(pdf: bytes, name: str) -> list[int]:
    """A page's box in whole millimetres."""
    found = re.search(rb"/" + name.encode() + rb" \[([0-9. ]+)\]", pdf)
    assert found
    return [round(float(number) / MM) for number in found[1].split()]


@pytest.mark.requirement("Z-20", "B-54", "B-55")
@pytest.mark.parametrize("kind", ["poster", "counter", "staff"])
@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_shop_prints_what_it_hangs_up(cards: CardShop, kind: str, language: str) -> None:
    answer = cards.fetch(link(cards, kind, language=language, store="s-1"))
    assert (answer.status, answer.headers["content-type"]) == (200, "application/pdf")
    assert answer.body.startswith(b"%PDF-1.4")
    assert box(answer.body, "MediaBox") == [0, 0, *SIZES[kind]]
    text = words(answer.body)
    assert {"fr": "Scannez ce code", "en": "Scan this code"}[language] in text
    assert "Café Tessera" in text
    assert f'filename="{kind}-{language}.pdf"' in answer.headers["content-disposition"]


@pytest.mark.requirement("Z-20")
def test_the_staff_knows_what_to_say_and_what_there_is_to_win(cards: CardShop) -> None:
    text = words(cards.fetch(link(cards, "staff", language="en")).body)
    for said in ("Do you have our card?", "Enrol a customer", "A lost card", "5 EUR off: 10"):
        assert said in text


@pytest.mark.requirement("B-55", "Z-20")
def test_each_printed_thing_leads_to_the_form_by_its_own_channel(cards: CardShop) -> None:
    """The same address in the PDF's code and in the drawing's; the browser test reads both."""
    links = cards.shop.container.services.links

    def token(kind: str, **query: str) -> str:
        return urlsplit(link(cards, kind, **query)).path.split("/")[2]

    poster = token("poster")
    assert links.join_of(poster).channel == "poster"
    assert links.join_of(token("counter")).channel == "counter"
    place = links.join_of(token("poster", channel="flyer-may", store="s-1"))
    assert (place.programme, place.store, place.channel) == ("demo", "s-1", "flyer-may")
    form = cards.fetch(f"{cards.front.url}/join/{poster}")
    assert form.status == 200


@pytest.mark.requirement("Z-04")
def test_a_plastic_card_has_its_code_in_clear_text_and_room_for_the_cut(cards: CardShop) -> None:
    member = cards.enrol()
    card, code = member["card"]["id"], member["card"]["code"]
    reply = cards.shop.send("GET", f"/v1/cards/{card}/printable", query={"language": "en"})
    answer = cards.fetch(reply.json["url"])
    assert box(answer.body, "MediaBox") == [0, 0, 92, 60]
    assert box(answer.body, "TrimBox") == [3, 3, 89, 57]
    assert " ".join(code[start : start + 4] for start in range(0, 16, 4)) in words(answer.body)
    drawing = cards.fetch(answer_url(cards, card, "svg"))
    assert drawing.headers["content-type"] == "image/svg+xml"
    assert b"<script" not in drawing.body
    # Blocked cards are not printed.
    cards.shop.send("POST", f"/v1/cards/{card}/block", {}, key="lost")
    assert cards.fetch(reply.json["url"]).status == 404


def answer_url(cards: CardShop, card: str, paper: str) -> str:
    reply = cards.shop.send("GET", f"/v1/cards/{card}/printable", query={"format": paper})
    return str(reply.json["url"])


def refused(answer: Response) -> bool:
    return answer.status == 404 and b"%PDF" not in answer.body


def test_what_we_did_not_sign_is_not_printed(cards: CardShop) -> None:
    url = link(cards, "poster")
    token = url.split("/")[-2]
    member = cards.enrol()
    carded = member["card"]["url"].rpartition("/")[2]
    base = f"{cards.front.url}/print"
    for path in (
        f"{token[:-1]}x/poster-fr.pdf",
        f"{carded}/poster-fr.pdf",
        f"{token}/plastic-fr.pdf",
        f"{token}/poster-de.pdf",
        f"{token}/poster-fr.exe",
        f"{token}/../poster-fr.pdf",
        token,
    ):
        assert refused(cards.fetch(f"{base}/{path}")), path


@pytest.mark.parametrize(
    ("kind", "query", "problem"),
    [
        ("banner", {}, (404, "printable_unknown")),
        ("plastic", {}, (404, "printable_unknown")),
        ("poster", {"language": "de"}, (400, "parameter_malformed")),
        ("poster", {"format": "png"}, (400, "parameter_malformed")),
        ("poster", {"colour": "red"}, (400, "parameter_unknown")),
    ],
)
def test_what_can_not_be_printed_is_said(
    cards: CardShop, kind: str, query: dict[str, str], problem: tuple[int, str]
) -> None:
    reply = cards.shop.send("GET", f"/v1/programmes/demo/printables/{kind}", query=query)
    assert (reply.status, reply.code) == problem


def test_links_to_print_take_the_right_to_enrol(cards: CardShop) -> None:
    weak: Any = cards.shop.issue_key("weak", ["scans"])
    card = cards.enrol()["card"]["id"]
    for path in ("/v1/programmes/demo/printables/poster", f"/v1/cards/{card}/printable"):
        assert cards.shop.send("GET", path, secret=weak).code == "scope_missing"
    unknown = cards.shop.send("GET", "/v1/cards/crd_nobody/printable")
    assert unknown.code == "card_unknown"
