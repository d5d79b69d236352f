"""A merchant's own design, and news, reach the cards that are out: in steps, and back again."""

from __future__ import annotations

import base64
import io
from decimal import Decimal
from typing import Any

import pytest
from PIL import Image

from tessera.application.card_face import position_at, position_of
from tessera.application.card_ports import Haste
from tests.fakes.gateway import Reply
from tests.functional.wallet.conftest import CardShop
from tools.http_client import send, send_json
from tools.phone.iphone import IPhone

PUSH = "/v1/programmes/demo/card-push"
GREEN = "rgb(20, 60, 40)"


def picture(width: int, height: int, colour: str = "#2f6f4f", form: str = "PNG") -> str:
    out = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(out, form)
    return base64.b64encode(out.getvalue()).decode()


def design(**more: Any) -> dict[str, Any]:
    return {
        "name": "spring",
        "document": {"apple": {"backgroundColor": GREEN}},
        "images": {"strip": picture(1400, 500, form="JPEG")},
        **more,
    }


def uploaded(cards: CardShop) -> str:
    reply = cards.shop.send("POST", "/v1/card-designs", design())
    assert reply.status == 200, reply.body
    return str(reply.json["design"])


def push(shop: CardShop, name: str, /, key: str = "p-1", **more: Any) -> Reply:
    return shop.shop.send("POST", PUSH, {"design": name, **more}, key=key)


def steer(cards: CardShop, action: str) -> Reply:
    return cards.shop.send("POST", f"{PUSH}/{action}", {}, key=f"{action}-1")


def holders(cards: CardShop, count: int) -> list[IPhone]:
    """So many members, each with the card on an iPhone."""
    phones = []
    for number in range(count):
        phone = cards.iphone()
        phone.add_card(cards.enrol(f"c-{number}")["card"]["url"])
        phones.append(phone)
    cards.refresh()
    return phones


def colours(phones: list[IPhone]) -> list[bool]:
    """Of each phone, whether its card is green, after it has looked."""
    found = []
    for phone in phones:
        phone.refresh()
        found.append(phone.card.document["backgroundColor"] == GREEN)
    return found


def class_of(cards: CardShop) -> dict[str, Any]:
    """The class of the only card at Google."""
    return dict(cards.at_google()["class"])


@pytest.mark.requirement("X-10", "Z-33")
def test_a_merchants_design_reaches_every_card(cards: CardShop) -> None:
    phones = holders(cards, 3)
    android = cards.android()
    android.add_card(cards.enrol("c-android")["card"]["url"])
    before = dict(phones[0].card.members)

    assert push(cards, uploaded(cards)).status == 202
    cards.push_all()

    assert colours(phones) == [True] * 3
    for scale, (width, height) in {"": (375, 123), "@2x": (750, 246), "@3x": (1125, 369)}.items():
        data = phones[0].card.members[f"strip{scale}.png"]
        assert data != before[f"strip{scale}.png"]
        assert Image.open(io.BytesIO(data)).size == (width, height)
    face = cards.shop.send("GET", PUSH).json
    assert (face["push"]["state"], face["push"]["percentage"]) == ("done", 100)
    assert (face["push"]["cards_seen"], face["push"]["cards_changed"]) == (4, 4)
    # Google learns of each card from the campaigns' queue, and of the class at the end.
    assert cards.queues.google[Haste.TILL] == []
    cards.update_google(Haste.CAMPAIGN)
    hero = class_of(cards)["heroImage"]["sourceUri"]["uri"]
    assert cards.fetch(hero).status == 200
    assert "/designs/spring." in hero


@pytest.mark.parametrize("per_minute", [1, 7])
def test_google_shows_the_design_after_the_last_card_however_the_steps_fall(
    cards: CardShop, per_minute: int
) -> None:
    """The last step of a push may find no card: those before it had them all."""
    cards.android().add_card(cards.enrol("c-android")["card"]["url"])
    push(cards, uploaded(cards), cards_per_minute=per_minute)
    cards.push_all()
    assert "/designs/spring." in class_of(cards)["heroImage"]["sourceUri"]["uri"]

    steer(cards, "roll-back")
    cards.push_all()
    assert "/designs/tessera/" in class_of(cards)["heroImage"]["sourceUri"]["uri"]


@pytest.mark.requirement("Z-06")
def test_phones_offer_the_card_near_the_shop(cards: CardShop) -> None:
    (phone,) = holders(cards, 1)
    android = cards.android()
    android.add_card(cards.enrol("c-android")["card"]["url"])
    place = {
        "latitude": "48.8566",
        "longitude": "2.3522",
        "texts": {"fr": "Votre café est à deux pas", "en": "Your coffee is round the corner"},
    }
    reply = cards.shop.send("POST", "/v1/card-designs", design(places=[place]))
    assert reply.status == 200, reply.body
    push(cards, reply.json["design"])
    cards.push_all()
    phone.refresh()

    (shown_at,) = phone.card.document["locations"]
    assert shown_at == {
        "latitude": Decimal("48.8566"),
        "longitude": Decimal("2.3522"),
        "relevantText": "Votre café est à deux pas",
    }
    assert class_of(cards)["merchantLocations"] == [{"latitude": 48.8566, "longitude": 2.3522}]


@pytest.mark.requirement("X-10")
def test_a_push_goes_so_far_and_no_farther(cards: CardShop) -> None:
    phones = holders(cards, 12)
    name = uploaded(cards)

    push(cards, name, cards=5)
    cards.push_all()
    assert sum(colours(phones)) == 5
    state = cards.shop.send("GET", PUSH).json["push"]
    assert (state["state"], state["cards_seen"]) == ("standing", 5)

    push(cards, name, key="p-2", percentage=100)
    cards.push_all()
    assert all(colours(phones))
    # Those that had changed before were not told again.
    assert len(cards.pushes()) == 12


@pytest.mark.requirement("X-10")
def test_a_push_is_paused_goes_on_and_is_rolled_back(cards: CardShop) -> None:
    phones = holders(cards, 6)
    push(cards, uploaded(cards), cards_per_minute=2)
    assert cards.step()
    assert cards.steps.waiting[0][1] == 60
    assert steer(cards, "pause").json["push"]["state"] == "paused"
    cards.push_all()
    assert sum(colours(phones)) == 2

    assert steer(cards, "resume").status == 202
    assert cards.step()
    assert sum(colours(phones)) == 4

    assert steer(cards, "roll-back").json["after"]["design"] is None
    cards.push_all()
    assert not any(colours(phones))
    state = cards.shop.send("GET", PUSH).json["push"]
    assert (state["state"], state["undoes"], state["cards_changed"]) == ("rolled_back", True, 4)
    # Four were told of the design and told again that it is gone; nobody else was disturbed.
    assert len(cards.pushes()) == 8


def test_a_card_that_comes_out_during_a_push_shows_what_its_place_shows(cards: CardShop) -> None:
    holders(cards, 4)
    push(cards, uploaded(cards), percentage=50)
    cards.push_all()
    late = [cards.iphone() for _ in range(8)]
    shown = []
    for number, phone in enumerate(late):
        member = cards.enrol(f"late-{number}")
        phone.add_card(member["card"]["url"])
        shown.append(position_of(member["card"]["id"]) <= position_at(50))
    assert colours(late) == shown
    # The rest of the push tells those that the first half had not come to, late ones included.
    push(cards, cards.shop.send("GET", PUSH).json["after"]["design"], key="p-2")
    cards.push_all()
    assert all(colours(late))


def test_a_step_that_died_is_done_again(cards: CardShop) -> None:
    phones = holders(cards, 3)
    push(cards, uploaded(cards))
    pushes: Any = cards.shop.container.card_services.pushes
    pushes.attempts_max = 1
    cards.fault(token="*", status=500, reason="InternalServerError", times=50)
    assert not cards.step()
    send("DELETE", f"{cards.apns.control_url}/faults")

    assert cards.step(attempt=2)

    for phone in phones:
        phone.wait_for_change(5)
    assert all(colours(phones))
    assert cards.shop.send("GET", PUSH).json["push"]["cards_changed"] == 3


def test_one_push_at_a_time(cards: CardShop) -> None:
    holders(cards, 3)
    name = uploaded(cards)
    push(cards, name, cards=1)
    assert push(cards, "stamps", key="p-2").code == "push_unfinished"
    cards.push_all()
    assert push(cards, "stamps", key="p-3").code == "push_unfinished"
    assert push(cards, name, key="p-4", percentage=100).status == 202
    cards.push_all()
    assert push(cards, name, key="p-5").code == "card_design_in_force"


def test_the_same_request_begins_one_push(cards: CardShop) -> None:
    holders(cards, 1)
    name = uploaded(cards)
    first, second = push(cards, name), push(cards, name)
    assert (first.status, second.headers["idempotent-replayed"]) == (202, "true")
    assert first.body == second.body
    cards.push_all()
    assert len(cards.pushes()) == 1


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"document": {"apple": {"backgroundColor": "#123456"}}}, "card_design_refused"),
        ({"document": {"apple": {"description": "{typo}"}}}, "card_design_refused"),
        ({"document": {"google": {"logo": "logo.png"}}}, "card_design_refused"),
        ({"document": {"layout": {}}}, "design_part_unknown"),
        ({"images": {"strip": picture(800, 260)}}, "image_too_small"),
        ({"images": {"strip": "bm90IGFuIGltYWdl"}}, "image_unreadable"),
        ({"images": {"banner": picture(1200, 400)}}, "image_kind_unknown"),
        ({"texts": {"fr": {"Terms": "{balance}"}}}, "text_placeholder"),
        ({"places": [{"latitude": "98.1", "longitude": "2.3"}]}, "card_design_refused"),
        ({"base": "unheard-of"}, "card_design_unknown"),
    ],
)
def test_what_phones_would_refuse_is_refused_at_once(
    cards: CardShop, more: dict[str, Any], code: str
) -> None:
    reply = cards.shop.send("POST", "/v1/card-designs", design(**more))
    assert (reply.status, reply.code) == (404 if code == "card_design_unknown" else 400, code)


def test_a_dry_run_keeps_nothing(cards: CardShop) -> None:
    reply = cards.shop.send("POST", "/v1/card-designs", design(dry_run=True))
    assert reply.json["kept"] is False
    assert cards.shop.send("GET", "/v1/card-designs").json == {"card_designs": []}
    assert push(cards, reply.json["design"]).code == "card_design_unknown"
    assert uploaded(cards) == reply.json["design"] == uploaded(cards)
    (listed,) = cards.shop.send("GET", "/v1/card-designs").json["card_designs"]
    assert listed["design"] == reply.json["design"]


@pytest.mark.requirement("K-04", "K-06")
def test_news_are_said_once_on_every_phone(cards: CardShop) -> None:
    phones = holders(cards, 2)
    android = cards.android()
    android.add_card(cards.enrol("c-android")["card"]["url"])
    texts = {"fr": "Ouvert dimanche", "en": "Open on Sunday"}

    reply = cards.shop.send("POST", "/v1/programmes/demo/card-news", {"texts": texts}, key="n-1")
    assert reply.status == 202, reply.body
    cards.push_all()

    for phone in phones:
        change = phone.wait_for_change(5)
        assert change.banner == "Ouvert dimanche"
        assert phone.card.field("latest").text == "Ouvert dimanche"
    told = send_json("GET", f"{cards.google.url}/notifications").json()["notifications"]
    assert [one["kind"] for one in told] == ["message"]
    assert class_of(cards)["messages"][0]["body"] == "Open on Sunday"


def test_news_that_are_taken_back_are_gone_from_every_phone(cards: CardShop) -> None:
    (phone,) = holders(cards, 1)
    cards.android().add_card(cards.enrol("c-android")["card"]["url"])
    path = "/v1/programmes/demo/card-news"
    for number, text in enumerate(("Open on Sunday", "Closed on Munday")):
        reply = cards.shop.send("POST", path, {"texts": {"en": text}}, key=f"n-{number}")
        assert reply.status == 202, reply.body
        cards.push_all()
    assert len(class_of(cards)["messages"]) == 2

    steer(cards, "roll-back")
    cards.push_all()

    phone.refresh()
    assert phone.card.field("latest").text == "Open on Sunday"
    (message,) = class_of(cards)["messages"]
    assert (message["body"], message["messageType"]) == ("Open on Sunday", "TEXT")


def test_news_that_google_notifies_nobody_of_are_written_all_the_same(cards: CardShop) -> None:
    """Google counts notifications by issuer too: another system may have used them up."""
    (phone,) = holders(cards, 1)
    cards.android().add_card(cards.enrol("c-android")["card"]["url"])
    refused = "Quota exceeded for issuer 1 when adding TEXT_AND_NOTIFY message to class 1.demo."
    fault = {"status": 403, "path": "addMessage", "message": refused}
    cards.google_control(fail_next=[fault])

    body = {"texts": {"en": "Open on Sunday"}}
    reply = cards.shop.send("POST", "/v1/programmes/demo/card-news", body, key="n-1")
    assert reply.status == 202, reply.body
    cards.push_all()

    assert phone.wait_for_change(5).banner == "Open on Sunday"
    (message,) = class_of(cards)["messages"]
    assert (message["body"], message["messageType"]) == ("Open on Sunday", "TEXT")


def test_a_day_has_three_news_and_no_fourth(cards: CardShop) -> None:
    holders(cards, 1)

    def tell(number: int, **more: Any) -> Reply:
        body = {"texts": {"fr": f"Nouvelle {number}"}, **more}
        return cards.shop.send("POST", "/v1/programmes/demo/card-news", body, key=f"n-{number}")

    for number in range(3):
        assert tell(number).status == 202
        cards.push_all()
    assert tell(3).code == "news_too_often"
    assert tell(4, notify=False).status == 202
