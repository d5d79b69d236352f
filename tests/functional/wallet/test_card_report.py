"""How cards spread, as the marketer reads it: by channel, by wallet, day by day."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fakes.gateway import Reply
from tests.functional.wallet.conftest import CardShop
from tools.http_client import send
from tools.phone.iphone import BROWSER as IPHONE


def report(cards: CardShop, **query: str) -> Reply:
    return cards.shop.send("GET", "/v1/reports/cards", query={"programme": "demo", **query})


def join(cards: CardShop, kind: str, name: str) -> str:
    """Somebody joins by a sheet that was hung up; gives the link that adds his card."""
    query = {"channel": kind}
    url = cards.shop.send("GET", "/v1/programmes/demo/join-link", query=query).json["url"]
    form = cards.fetch(url).body.decode()
    once = form.partition('name="once" value="')[2].partition('"')[0]
    body = f"first_name={name}&terms=yes&once={once}".encode()
    kinds = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = send("POST", url, body=body, headers=kinds)
    assert answer.status == 201
    link = answer.body.decode().partition('class="button" href="')[2].partition('"')[0]
    return link.replace("&amp;", "&")


@pytest.mark.requirement("X-10", "B-54", "B-55")
def test_each_sign_says_how_many_cards_it_brought(cards: CardShop) -> None:
    phone = cards.iphone()
    phone.add_card(join(cards, "poster", "Nadia"))
    android = cards.android()
    saved = android.add_card(join(cards, "counter", "Omar"))
    cards.google_called_back(1)
    # One more looks at his card and never adds it to a phone.
    cards.fetch(join(cards, "poster", "Zoe"), User_Agent=IPHONE)
    found = report(cards).json
    assert found["total"] == {"issued": 3, "installed": 2, "removed": 0, "updated": 0}
    by_channel = {one["channel"]: one for one in found["channels"]}
    assert by_channel["poster"]["issued"] == 2
    assert by_channel["poster"]["installed"] == 1
    assert by_channel["counter"]["wallets"] == [
        {"wallet": "google", "issued": 1, "installed": 1, "removed": 0}
    ]
    phone.remove_card()
    android.remove_card(saved.object_id)
    cards.google_called_back(2)
    assert report(cards).json["total"]["removed"] == 2


@pytest.mark.requirement("X-10")
def test_updates_are_counted_when_something_visible_changed(cards: CardShop) -> None:
    member = cards.enrol()
    cards.iphone().add_card(member["card"]["url"] + "?via=mail")
    cards.changes()
    cards.buy(member["member_id"], 1000, "1")
    cards.refresh()
    cards.refresh([])
    (mail,) = report(cards).json["channels"]
    assert (mail["channel"], mail["updated"]) == ("mail", 1)


def test_what_is_told_twice_counts_once(cards: CardShop) -> None:
    member = cards.enrol()
    phone = cards.iphone()
    phone.add_card(member["card"]["url"])
    phone.add_card(member["card"]["url"])
    assert report(cards).json["total"]["installed"] == 1


def test_the_report_names_nobody(cards: CardShop) -> None:
    member = cards.enrol()
    cards.iphone().add_card(member["card"]["url"])
    rows = [row for row in cards.shop.rows() if str(row["pk"]).startswith("F#")]
    assert rows
    for secret in (member["member_id"], member["card"]["id"], member["card"]["code"]):
        assert secret not in str(rows)


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        ({"from": "2026-13-01"}, (400, "parameter_malformed")),
        ({"from": "2026-02-01", "to": "2026-01-01"}, (400, "days_out_of_range")),
        ({"from": "2026-01-01", "to": "2026-06-01"}, (400, "days_out_of_range")),
        ({"programme": "none"}, (404, "programme_unknown")),
        ({"channel": "x"}, (400, "parameter_unknown")),
    ],
)
def test_what_can_not_be_reported_is_said(
    cards: CardShop, query: dict[str, str], problem: tuple[int, str]
) -> None:
    reply = report(cards, **query)
    assert (reply.status, reply.code) == problem


def test_reports_take_their_right(cards: CardShop) -> None:
    weak: Any = cards.shop.issue_key("weak", ["scans"])
    query = {"programme": "demo"}
    reply = cards.shop.send("GET", "/v1/reports/cards", query=query, secret=weak)
    assert reply.code == "scope_missing"
