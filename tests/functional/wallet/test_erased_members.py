"""An erasure is finished whoever dies on the way: the notice in the stream sees to it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tessera.adapters.dynamodb.erasures import StoreErasures
from tessera.domain.errors import Unavailable
from tests.fakes.interleaving import instead
from tests.functional.wallet.conftest import CardShop
from tools.http_client import send_json
from tools.phone.refusal import Refused

NADIA = {"first_name": "Nadia", "last_name": "Fontaine", "email": "nadia@example.org"}


def dies(_: StoreErasures, __: str) -> None:
    raise Unavailable


@pytest.mark.requirement("X-14", "X-12", "X-01")
def test_what_an_erasure_left_is_deleted_by_the_reader_of_its_notice(
    cards: CardShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given two memberships of one person, the older merged into the newer, each with a card
    older, newer = (cards.enrol(name, profile=NADIA) for name in ("c-1", "c-2"))
    pair = {"member": {"external_id": "c-1"}, "into": {"external_id": "c-2"}}
    assert cards.shop.send("POST", "/v1/merges", pair, key="merge").status == 201
    cards.buy(newer["member_id"], 4_250, "t-1")
    cards.refresh()
    # When she is erased, and the function dies once the erasure is committed
    body = {"member": {"external_id": "c-1"}}
    with monkeypatch.context() as dying:
        dying.setattr(StoreErasures, "sweep", dies)
        assert cards.shop.send("POST", "/v1/erasures", body, key="erase").status == 503
        assert [cards.card_row(one)["st"] for one in (older, newer)] == ["active", "active"]
        failed = cards.refresh()["batchItemFailures"]
    assert failed, "while nothing can be deleted, the notice comes again"
    # Then the reader of the notices deletes what was left, though nobody asks again
    cards.seen.clear()
    assert cards.refresh() == {"batchItemFailures": []}
    kinds = {row["t"] for row in cards.shop.rows()}
    assert not kinds & {"C", "CP", "L", "D", "R", "RP"}
    assert not [row for row in cards.shop.rows() if str(row["pk"]).startswith("J#erasure")]
    # And whoever asks again is told what the first was told
    again = cards.shop.send("POST", "/v1/erasures", body, key="erase")
    assert (again.status, again.json["merged"]) == (201, [older["member_id"]])
    assert again.json["cards"] == 2


def erase(cards: CardShop, member: dict[str, Any]) -> None:
    name = member["member_id"]
    reply = cards.shop.send("POST", "/v1/erasures", {"member": {"id": name}}, key=f"erase-{name}")
    assert reply.status == 201


def at_google(cards: CardShop) -> list[dict[str, Any]]:
    """The cards that Google keeps for the merchant, as he could read them."""
    views = send_json("GET", f"{cards.google.url}/objects").json()["objects"]
    return [view["object"] for view in views]


def unfinished(cards: CardShop) -> list[str]:
    return [str(row["sk"]) for row in cards.shop.rows() if str(row["pk"]).startswith("J#erasure")]


FORGOTTEN = {"id", "classId", "state"}
"""What is left of a card: that there was one."""


@pytest.mark.requirement("X-14", "K-06")
def test_google_forgets_the_card_of_an_erased_member(cards: CardShop) -> None:
    member = cards.enrol(profile=NADIA)
    cards.android().add_card(member["card"]["url"])
    cards.refresh()
    (before,) = at_google(cards)
    assert "Nadia" in json.dumps(before)
    erase(cards, member)
    assert unfinished(cards), "until Google has heard of it, the erasure is not over"
    assert cards.refresh() == {"batchItemFailures": []}
    (after,) = at_google(cards)
    assert set(after) == FORGOTTEN
    assert (after["id"], after["state"]) == (before["id"], "EXPIRED")
    assert unfinished(cards) == []


@pytest.mark.requirement("X-14", "K-06")
def test_google_is_asked_again_until_it_has_forgotten(cards: CardShop) -> None:
    member = cards.enrol(profile=NADIA)
    cards.android().add_card(member["card"]["url"])
    cards.refresh()
    erase(cards, member)
    messages = cards.changes()
    cards.google_control(fail_next=[{"status": 503, "times": 1}])
    assert cards.refresh(messages)["batchItemFailures"]
    assert unfinished(cards)
    assert cards.refresh(messages) == {"batchItemFailures": []}
    assert set(at_google(cards)[0]) == FORGOTTEN
    assert unfinished(cards) == []
    # A message that comes once more finds nothing, and asks Google nothing.
    assert cards.refresh(messages) == {"batchItemFailures": []}


@pytest.mark.requirement("X-14", "K-06")
@pytest.mark.parametrize("word", ["put", "update"])
def test_a_card_that_is_erased_while_google_is_told_of_it_is_forgotten_too(
    cards: CardShop, word: str
) -> None:
    """What was said of it arrives after Google was asked to forget it."""
    member = cards.enrol(profile=NADIA)
    google: Any = cards.shop.container.card_services.google
    say = getattr(type(google), word)

    def late(self: Any, *arguments: Any) -> Any:
        erase(cards, member)
        assert cards.refresh() == {"batchItemFailures": []}
        return say(self, *arguments)

    if word == "update":
        cards.android().add_card(member["card"]["url"])
        cards.refresh()
        cards.buy(member["member_id"], 1_000, "t-1")
        messages = cards.changes()
        with instead(type(google), word, late):
            cards.refresh(messages)
    else:
        with instead(type(google), word, late), pytest.raises(Refused, match="404"):
            cards.android().add_card(member["card"]["url"])
    (kept,) = at_google(cards)
    assert set(kept) == FORGOTTEN
