"""Whatever becomes of the readers of the queue, no phone misses a change.

A message that waits longer for its function than it may be in flight is in two hands, and the one
that finishes may end it for both. So a message is ended only by a reader that told the phone, or
saw from the card's row that somebody has.
"""

from __future__ import annotations

from itertools import count
from typing import Any

import pytest

from tessera.application.card_state import BURST_MAX, LAG_S
from tests.fakes.interleaving import instead
from tests.functional.wallet.conftest import CardShop, message
from tools.http_client import send
from tools.phone.android import AndroidPhone
from tools.phone.iphone import IPhone
from tools.phone.refusal import Refused


class Killed(Exception):
    """The function is stopped: what it did so far stays, and it answers nothing."""


def killed(*_: Any, **__: Any) -> Any:
    raise Killed


def shown(phone: IPhone) -> str:
    """The balance on the phone, once it has looked after its push."""
    phone.wait_for_change(5)
    return phone.card.field("balance").text


@pytest.mark.requirement("K-04")
def test_a_reader_that_dies_before_its_push_leaves_it_to_whoever_looks_next(
    cards: CardShop, member: dict[str, Any], phone: IPhone
) -> None:
    """Of two readers of a message the first changes the card and dies; the second, who sees no
    difference between card and account, ends the message for both."""
    cards.buy(member["member_id"], 1000, "t-1")
    messages = cards.changes()
    with instead(type(pushes_of(cards)), "send", killed), pytest.raises(Killed):
        cards.refresh(messages)
    assert cards.refresh(messages) == {"batchItemFailures": []}
    assert shown(phone) == "70"


@pytest.mark.requirement("K-04")
def test_a_reader_ends_no_message_while_another_is_about_to_push(
    cards: CardShop, member: dict[str, Any], phone: IPhone
) -> None:
    """The push of the first fails only after the second has looked."""
    cards.buy(member["member_id"], 1000, "t-1")
    messages = cards.changes()

    def second_looks(*_: Any) -> Any:
        assert cards.refresh(messages) == {"batchItemFailures": []}
        raise Killed

    with instead(type(pushes_of(cards)), "send", second_looks), pytest.raises(Killed):
        cards.refresh(messages)
    assert shown(phone) == "70"


@pytest.mark.requirement("K-04")
def test_a_reader_that_was_overtaken_at_the_row_tells_too(
    cards: CardShop, member: dict[str, Any], phone: IPhone
) -> None:
    """Both see the difference; the slower one finds the row changed, and its winner is dead."""
    cards.buy(member["member_id"], 1000, "t-1")
    messages = cards.changes()
    store: Any = cards.shop.container.card_services.store
    change = type(store).change

    def overtaken(self: Any, *arguments: Any) -> Any:
        with instead(type(pushes_of(cards)), "send", killed), pytest.raises(Killed):
            cards.refresh(messages)
        return change(self, *arguments)

    with instead(type(store), "change", overtaken):
        assert cards.refresh(messages) == {"batchItemFailures": []}
    assert shown(phone) == "70"


def test_a_told_card_costs_no_second_push_when_its_message_comes_again(
    cards: CardShop, member: dict[str, Any], phone: IPhone
) -> None:
    cards.buy(member["member_id"], 1000, "t-1")
    messages = cards.changes()
    cards.refresh(messages)
    again = [{**one, "attributes": {"ApproximateReceiveCount": "2"}} for one in messages]
    cards.refresh(again)
    assert len(cards.pushes()) == 1


@pytest.mark.requirement("K-06")
def test_what_google_was_not_told_is_told_by_whoever_looks_next(
    cards: CardShop, member: dict[str, Any], android: AndroidPhone
) -> None:
    cards.buy(member["member_id"], 1000, "t-1")
    messages = cards.changes()
    google: Any = cards.shop.container.card_services.google
    with instead(type(google), "update", killed), pytest.raises(Killed):
        cards.refresh(messages)
    assert cards.refresh(messages) == {"batchItemFailures": []}
    assert "loyaltyPoints" in android.wait_for_change(5).keys


@pytest.mark.requirement("K-06")
def test_of_changes_that_are_put_off_together_none_is_lost(
    cards: CardShop, member: dict[str, Any], android: AndroidPhone, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Messages come in any order, and clocks of machines differ: one that knows of a change less
    tells Google of the card, while another puts off what the first did not know."""
    wall = cards.shop.container.wall_clock
    started_ms, skew_ms = wall.now_ms(), [0]
    monkeypatch.setattr(type(wall), "now_ms", lambda _: started_ms + skew_ms[0])
    changes = 0
    while modified_s(cards, member) < started_ms // 1000 - LAG_S + BURST_MAX:
        cards.buy(member["member_id"], 100, f"t-{changes}")
        cards.refresh()
        changes += 1
    cards.buy(member["member_id"], 100, "older")
    older = cards.changes()
    store: Any = cards.shop.container.card_services.store
    change = type(store).change

    def meanwhile(self: Any, *arguments: Any) -> Any:
        skew_ms[0] = 0
        cards.buy(member["member_id"], 100, "newer")
        assert cards.refresh([*cards.changes(), *older]) == {"batchItemFailures": []}
        skew_ms[0] = 1_000
        return change(self, *arguments)

    skew_ms[0] = 1_000
    with instead(type(store), "change", meanwhile):
        assert cards.refresh(older) == {"batchItemFailures": []}
    skew_ms[0] = 10_000
    assert cards.queues.later
    cards.refresh([message("later", _detail(one)) for one in cards.queues.later])
    assert cards.points_at_google() == 60 + changes + 2


@pytest.mark.requirement("K-04")
def test_a_phone_that_registers_after_the_change_is_told_of_it(
    cards: CardShop, member: dict[str, Any]
) -> None:
    """He joins at the till and buys at once: his phone has the card from before the purchase."""
    phone = cards.iphone()
    web_service: Any = type(phone)
    register = web_service._register

    def late(self: Any, *arguments: Any) -> Any:
        cards.buy(member["member_id"], 1000, "t-1")
        cards.refresh()
        return register(self, *arguments)

    with instead(web_service, "_register", late):
        phone.add_card(member["card"]["url"])
    assert phone.card.field("balance").text == "60"
    cards.refresh([message("later", _detail(one)) for one in cards.queues.later])
    assert shown(phone) == "70"


@pytest.mark.requirement("K-06")
@pytest.mark.parametrize("on_an_iphone_too", [False, True])
def test_a_card_that_changes_while_google_saves_it_is_brought_up_to_date(
    cards: CardShop, member: dict[str, Any], on_an_iphone_too: bool
) -> None:
    if on_an_iphone_too:
        cards.iphone().add_card(member["card"]["url"])
    google: Any = cards.shop.container.card_services.google
    put = type(google).put

    def slowly(self: Any, *arguments: Any) -> None:
        put(self, *arguments)
        cards.buy(member["member_id"], 1000, "t-1")
        cards.refresh()

    with instead(type(google), "put", slowly):
        cards.android().add_card(member["card"]["url"])
    # At once and without a message: a queue that takes none could not hold it back.
    assert cards.queues.later == []
    assert cards.points_at_google() == 70


@pytest.mark.requirement("K-06")
def test_an_older_word_to_google_that_arrives_last_is_followed_by_the_newer_one(
    cards: CardShop, member: dict[str, Any], android: AndroidPhone
) -> None:
    """He opens the link of a card that he has, while the till's change is on its way to Google."""
    google: Any = cards.shop.container.card_services.google
    put = type(google).put

    def overtaken(self: Any, *arguments: Any) -> None:
        cards.buy(member["member_id"], 1000, "t-1")
        cards.refresh()
        assert cards.points_at_google() == 70
        put(self, *arguments)

    with instead(type(google), "put", overtaken):
        android.add_card(member["card"]["url"])
    assert cards.points_at_google() == 70


@pytest.mark.requirement("K-06")
def test_a_card_that_changes_whenever_google_saves_it_is_saved_with_the_next_try(
    cards: CardShop, member: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    google: Any = cards.shop.container.card_services.google
    put = type(google).put
    sold = count(1)

    def restless(self: Any, *arguments: Any) -> None:
        put(self, *arguments)
        cards.buy(member["member_id"], 1000, f"t-{next(sold)}")
        cards.refresh()

    with monkeypatch.context() as busy:
        busy.setattr(type(google), "put", restless)
        with pytest.raises(Refused, match="503"):
            cards.android().add_card(member["card"]["url"])
    cards.android().add_card(member["card"]["url"])
    assert cards.points_at_google() == 60 + 10 * (next(sold) - 1)


def test_a_phone_that_changes_its_token_during_the_push_is_told_under_the_new_one(
    cards: CardShop, member: dict[str, Any], phone: IPhone
) -> None:
    cards.buy(member["member_id"], 1000, "t-1")
    messages = cards.changes()
    pushes = pushes_of(cards)
    send_pushes = type(pushes).send

    def meanwhile(self: Any, tokens: Any) -> Any:
        (token,) = tokens
        send("DELETE", f"{cards.apns.control_url}/devices/{token}")
        phone.renew_push_token()
        return send_pushes(self, tokens)

    with instead(type(pushes), "send", meanwhile):
        assert cards.refresh(messages)["batchItemFailures"]
    assert cards.refresh(messages) == {"batchItemFailures": []}
    assert [push["status"] for push in cards.pushes()] == [410, 200]
    assert shown(phone) == "70"


def modified_s(cards: CardShop, member: dict[str, Any]) -> int:
    """The card's `Last-Modified`, which runs ahead of the clock while it changes often."""
    found = cards.card_row(member)["vm"]
    assert isinstance(found, int)
    return found


def pushes_of(cards: CardShop) -> Any:
    return cards.shop.container.card_services.pushes


def _detail(change: Any) -> dict[str, Any]:
    detail = {"id": "later", "member": change.member, "programme": change.programme}
    if change.sequence:
        detail |= {"partition": change.partition, "sequence": change.sequence}
    return detail
