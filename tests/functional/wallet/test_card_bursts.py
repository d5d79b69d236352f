"""Many changes at once: few pushes, few calls to Google, and the last word is the true one."""

from __future__ import annotations

from typing import Any

import pytest

from tessera.application.card_ports import Haste
from tests.fakes.interleaving import instead
from tests.functional.wallet.conftest import CardShop, message
from tools.http_client import send_json
from tools.phone.android import AndroidPhone
from tools.phone.iphone import IPhone


def calls(cards: CardShop, method: str) -> int:
    log = send_json("GET", f"{cards.google.url}/log").json()["calls"]
    return sum(call["method"] == method for call in log)


@pytest.mark.requirement("K-04", "X-10")
def test_a_hundred_changes_of_one_card_make_few_pushes(
    cards: CardShop, member: dict[str, Any], phone: IPhone
) -> None:
    # Each change reaches the queue's reader alone, as when many of them run at once
    for number in range(100):
        cards.buy(member["member_id"], 100, f"t-{number}")
        cards.refresh()
    assert 1 <= len(cards.pushes()) <= 8
    # What was put off comes again two seconds later, and the phone ends with the truth.
    assert cards.queues.later
    wall = cards.shop.container.wall_clock
    clock_type, now_ms = type(wall), wall.now_ms() + 10_000
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock_type, "now_ms", lambda _: now_ms)
        cards.refresh([message("again", _detail(cards, member))])
    phone.refresh()
    assert phone.card.field("balance").text == "160"


def _detail(cards: CardShop, member: dict[str, Any]) -> dict[str, Any]:
    change = cards.queues.later[-1]
    assert change.member == member["member_id"]
    return {
        "id": "again",
        "member": change.member,
        "programme": change.programme,
        "partition": change.partition,
        "sequence": change.sequence,
    }


def test_an_older_message_costs_nothing_once_the_card_is_newer(
    cards: CardShop, member: dict[str, Any], phone: IPhone
) -> None:
    for number in range(3):
        cards.buy(member["member_id"], 100, f"t-{number}")
    messages = cards.changes()
    cards.refresh(messages[-1:])
    before = cards.card_row(member)
    cards.refresh(messages[:-1])
    assert cards.card_row(member) == before
    assert len(cards.pushes()) == 1


@pytest.mark.requirement("K-04")
def test_what_a_phone_was_not_told_is_told_by_whoever_looks_next(
    cards: CardShop, member: dict[str, Any], phone: IPhone
) -> None:
    """A message that waited too long for its function is in two hands. The one that could not push
    gives it back; the other, which sees nothing new, must not end it for both."""
    pushes: Any = cards.shop.container.card_services.pushes
    pushes.attempts_max = 1
    cards.buy(member["member_id"], 1000, "t-1")
    messages = cards.changes()
    cards.fault(token="*", status=503, reason="ServiceUnavailable", times=1)
    assert cards.refresh(messages)["batchItemFailures"]
    assert not phone.wait_for_push(0)

    assert cards.refresh(messages) == {"batchItemFailures": []}
    assert phone.wait_for_change(5).field("balance").after == "70"
    told = len(cards.pushes())
    cards.refresh(messages)
    assert len(cards.pushes()) == told


@pytest.mark.requirement("K-06")
def test_what_google_does_not_take_at_once_reaches_it_from_the_queue(
    cards: CardShop, member: dict[str, Any], android: AndroidPhone
) -> None:
    cards.google_control(fail_next=[{"status": 503, "times": 1}])
    cards.buy(member["member_id"], 1000, "t-1")
    assert cards.refresh() == {"batchItemFailures": []}
    assert cards.points_at_google() == 60
    assert len(cards.queues.google[Haste.TILL]) == 1
    assert cards.update_google() == {"batchItemFailures": []}
    assert cards.points_at_google() == 70


def test_of_several_versions_in_the_queue_google_learns_the_last(
    cards: CardShop, member: dict[str, Any], android: AndroidPhone
) -> None:
    cards.google_control(fail_next=[{"status": 503, "times": 3}])
    for number in range(3):
        cards.buy(member["member_id"], 1000, f"t-{number}")
        cards.refresh()
    assert len(cards.queues.google[Haste.TILL]) == 3
    before = calls(cards, "PATCH")
    cards.update_google()
    assert calls(cards, "PATCH") == before + 1
    assert cards.points_at_google() == 90


def test_a_card_that_google_keeps_refusing_comes_again(
    cards: CardShop, member: dict[str, Any], android: AndroidPhone
) -> None:
    cards.google_control(fail_next=[{"status": 503, "times": 2}])
    cards.buy(member["member_id"], 1000, "t-1")
    cards.refresh()
    assert cards.update_google() == {"batchItemFailures": [{"itemIdentifier": "google-0"}]}


def test_where_the_queue_is_down_too_the_message_comes_again(
    cards: CardShop, member: dict[str, Any], android: AndroidPhone
) -> None:
    cards.queues.down = True
    cards.google_control(fail_next=[{"status": 503, "times": 1}])
    cards.buy(member["member_id"], 1000, "t-1")
    messages = cards.changes()
    failed = cards.refresh(messages)["batchItemFailures"]
    assert failed
    again = [{**one, "attributes": {"ApproximateReceiveCount": "2"}} for one in messages]
    assert cards.refresh(again) == {"batchItemFailures": []}
    assert cards.points_at_google() == 70


def test_a_refusal_that_no_repetition_mends_is_not_repeated(
    cards: CardShop, member: dict[str, Any], android: AndroidPhone
) -> None:
    cards.google_control(fail_next=[{"status": 400, "times": 1}])
    cards.buy(member["member_id"], 1000, "t-1")
    assert cards.refresh() == {"batchItemFailures": []}
    assert not cards.queues.google[Haste.TILL]


def test_whoever_tells_google_an_old_balance_corrects_himself(
    cards: CardShop, member: dict[str, Any], android: AndroidPhone
) -> None:
    """Two machines tell of one card; the slower one brings the older balance last."""
    google = cards.shop.container.card_services.google
    update = type(google).update

    def delayed(self: Any, *arguments: Any) -> Any:
        cards.buy(member["member_id"], 1000, "t-2")
        cards.refresh()
        return update(self, *arguments)

    cards.buy(member["member_id"], 1000, "t-1")
    with instead(type(google), "update", delayed):
        cards.refresh()
    assert cards.points_at_google() == 80


@pytest.mark.requirement("K-06")
def test_google_tells_a_holder_of_three_changes_a_day_at_most(
    cards: CardShop, member: dict[str, Any], android: AndroidPhone
) -> None:
    for number in range(4):
        cards.buy(member["member_id"], 1000, f"t-{number}")
        cards.refresh()
        cards.update_google()
    told = send_json("GET", f"{cards.google.url}/notifications").json()["notifications"]
    assert len(told) == 3
    assert cards.points_at_google() == 100


def test_an_unreadable_errand_goes_to_the_dead_letters(cards: CardShop) -> None:
    cards.queues.google[Haste.TILL] = ["{", '{"card": 7}']
    failed = cards.update_google()["batchItemFailures"]
    assert [one["itemIdentifier"] for one in failed] == ["google-0", "google-1"]


@pytest.mark.requirement("K-06")
@pytest.mark.parametrize("by_queue", [False, True], ids=["at once", "by the queue"])
def test_a_correction_that_google_does_not_take_comes_again(
    cards: CardShop, member: dict[str, Any], android: AndroidPhone, by_queue: bool
) -> None:
    """The slower machine brought the older balance last, and Google had enough of it then: the
    errand must not be dropped because somebody told Google of the newer balance, earlier."""
    google = cards.shop.container.card_services.google
    update = type(google).update

    def delayed(self: Any, *arguments: Any) -> Any:
        cards.buy(member["member_id"], 1000, "t-2")
        cards.refresh()
        failures = update(self, *arguments)
        cards.google_control(fail_next=[{"status": 503, "times": 1}])
        return failures

    if by_queue:
        cards.google_control(fail_next=[{"status": 429, "times": 1}])
    cards.buy(member["member_id"], 1000, "t-1")
    if by_queue:
        cards.refresh()
    with instead(type(google), "update", delayed):
        again = cards.update_google() if by_queue else cards.refresh()
    assert again == {"batchItemFailures": []}
    assert cards.points_at_google() == 70
    assert cards.update_google() == {"batchItemFailures": []}
    assert cards.points_at_google() == 80


@pytest.mark.requirement("K-06")
def test_a_word_without_an_answer_may_arrive_after_a_newer_one(
    cards: CardShop, member: dict[str, Any], android: AndroidPhone
) -> None:
    """Google takes the call, late, and the machine that made it heard nothing."""
    google: Any = cards.shop.container.card_services.google
    send = type(google)._send
    first: list[Any] = []

    def unanswered(self: Any, *arguments: Any) -> Any:
        if first or arguments[0] != "PATCH":
            return send(self, *arguments)
        first.append(arguments)
        cards.buy(member["member_id"], 1000, "t-2")
        cards.refresh()
        assert cards.points_at_google() == 80
        send(self, *arguments)
        return 504, b""

    cards.buy(member["member_id"], 1000, "t-1")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(google), "_send", unanswered)
        assert cards.refresh() == {"batchItemFailures": []}
    cards.update_google()
    assert cards.points_at_google() == 80
