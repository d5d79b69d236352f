"""Apple's web service: every call, every answer a device may get, and no change ever missed."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any

import pytest

from tessera.application.card_ports import ClientKind
from tessera.application.register_device import DEVICES_MAX
from tests.functional.wallet.conftest import CardShop, message
from tools.http_client import Response, send, send_json
from tools.phone.card import Card, read_card
from tools.testpki import PASS_TYPE_IDENTIFIER

DEVICE = "d0c5" * 8


@dataclass
class Device:
    """A device that says exactly what a test tells it to say."""

    cards: CardShop
    member: dict[str, Any]
    card: Card
    name: str = DEVICE
    scheme: str = "ApplePass"
    token: str = ""
    extra: Mapping[str, str] = dataclasses.field(default_factory=dict)

    @property
    def serial(self) -> str:
        return self.card.serial_number

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        raw = None if body is None else json.dumps(body).encode()
        url = f"{self.cards.front.url}/apple{path}"
        return send(method, url, headers={**self.extra, **named}, body=raw)

    def authorised(self, method: str, path: str, body: Any = None, **headers: str) -> Response:
        token = self.token or self.card.authentication_token
        return self.send(method, path, body, Authorization=f"{self.scheme} {token}", **headers)

    def registration(self, serial: str | None = None, pass_type: str = PASS_TYPE_IDENTIFIER) -> str:
        return f"/v1/devices/{self.name}/registrations/{pass_type}/{serial or self.serial}"

    def register(self, push_token: str) -> int:
        return self.authorised("POST", self.registration(), {"pushToken": push_token}).status

    def updated(self, tag: str | None = None, pass_type: str = PASS_TYPE_IDENTIFIER) -> Response:
        query = "" if tag is None else f"?passesUpdatedSince={tag}"
        return self.send("GET", f"/v1/devices/{self.name}/registrations/{pass_type}{query}")

    def fetch(self, since: str | None = None) -> Response:
        headers = {} if since is None else {"If_Modified_Since": since}
        path = f"/v1/passes/{PASS_TYPE_IDENTIFIER}/{self.serial}"
        return self.authorised("GET", path, **headers)

    def buy(self, amount: int, number: str) -> None:
        """The member buys, and the queue's reader is told."""
        self.cards.buy(self.member["member_id"], amount, number)
        self.cards.refresh()


def new_push_token(cards: CardShop) -> str:
    answer = send_json("POST", f"{cards.apns.control_url}/devices", {"count": 1})
    token: str = answer.json()["tokens"][0]
    return token


def device_of(cards: CardShop, external_id: str = "c-1", **more: Any) -> Device:
    member = cards.enrol(external_id)
    cards.changes()
    answer = cards.fetch(member["card"]["url"] + "?wallet=apple")
    assert answer.status == 200
    card = read_card(answer.body, root=cards.root, developer_mode=True)
    return Device(cards, member, card, **more)


@pytest.fixture
def device(cards: CardShop) -> Device:
    """A device that downloaded the card of one member and has not registered."""
    return device_of(cards)


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "ApplePass",
        "ApplePass ",
        "ApplePass 1.",
        "ApplePass 9.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "Bearer {token}",
        "ApplePass {token}A",
        "ApplePass {other}",
    ],
)
def test_a_wrong_token_opens_nothing(device: Device, wrong: str) -> None:
    other = device_of(device.cards, "c-2").card.authentication_token
    token = wrong.format(token=device.card.authentication_token, other=other)
    path = f"/v1/passes/{PASS_TYPE_IDENTIFIER}/{device.serial}"
    body = {"pushToken": "ab" * 32}
    for method, target, sent in (
        ("POST", device.registration(), body),
        ("DELETE", device.registration(), None),
        ("GET", path, None),
    ):
        answer = device.send(method, target, sent, **({"Authorization": token} if token else {}))
        assert (answer.status, answer.body) == (401, b"")
    assert device.updated().status == 204


def test_a_card_that_does_not_exist_is_as_closed_as_a_wrong_token(device: Device) -> None:
    answer = device.authorised("GET", f"/v1/passes/{PASS_TYPE_IDENTIFIER}/crd_nobody")
    assert answer.status == 401


def test_another_pass_type_is_not_ours(device: Device) -> None:
    device.register(new_push_token(device.cards))
    path = device.registration(pass_type="pass.somebody.else")
    assert device.authorised("POST", path, {"pushToken": "ab" * 32}).status == 401
    assert device.updated(pass_type="pass.somebody.else").status == 204


def test_registering_is_created_once_and_then_known(device: Device) -> None:
    token = new_push_token(device.cards)
    assert device.register(token) == 201
    assert device.register(token) == 200


def test_a_device_that_registers_again_is_pushed_to_at_its_new_token(device: Device) -> None:
    first, second = (new_push_token(device.cards) for _ in range(2))
    device.register(first)
    assert device.register(second) == 200
    device.buy(1000, "t-1")
    assert [push["path"] for push in device.cards.pushes()] == [f"/3/device/{second}"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"pushToken": ""},
        {"pushToken": 7},
        {"pushToken": "not hexadecimal"},
        [],
        "x",
        {"pushToken": "ab" * 400},
    ],
)
def test_a_registration_without_a_push_token_is_refused(device: Device, body: Any) -> None:
    assert device.authorised("POST", device.registration(), body).status == 400


@pytest.mark.parametrize(
    "body", [b"{", b"", b"\xff", b"[" * 60_000, b'{"a":' * 10_000, b"9" * 9_000]
)
def test_what_is_not_json_is_refused(device: Device, body: bytes) -> None:
    """Whoever sends it: the last two paths ask for no token, for their protocols have none."""
    front = device.cards.front.url
    headers = {"Authorization": f"ApplePass {device.card.authentication_token}"}
    url = f"{front}/apple{device.registration()}"
    assert send("POST", url, headers=headers, body=body).status == 400
    assert send("POST", f"{front}/apple/v1/log", body=body).status == 400
    assert send("POST", f"{front}/google/callback", body=body).status == 401


def test_an_unknown_device_has_nothing_new(device: Device) -> None:
    assert device.updated().status == 204


def test_a_device_hears_of_each_change_once(device: Device) -> None:
    device.register(new_push_token(device.cards))
    first = device.updated().json()
    assert first["serialNumbers"] == [device.serial]
    assert device.updated(first["lastUpdated"]).status == 204
    device.buy(1000, "t-1")
    second = device.updated(first["lastUpdated"]).json()
    assert second["serialNumbers"] == [device.serial]
    assert device.updated(second["lastUpdated"]).status == 204


def test_a_device_with_two_cards_misses_neither(cards: CardShop) -> None:
    one, two = device_of(cards, "c-1"), device_of(cards, "c-2")
    one.register(new_push_token(cards))
    two.register(new_push_token(cards))
    tag = one.updated().json()["lastUpdated"]
    # Both change in one batch, in the same second
    cards.buy(one.member["member_id"], 1000, "t-1")
    cards.buy(two.member["member_id"], 1000, "t-2")
    cards.refresh()
    answer = one.updated(tag).json()
    assert sorted(answer["serialNumbers"]) == sorted([one.serial, two.serial])
    # Then one of them alone
    two.buy(1000, "t-3")
    assert one.updated(answer["lastUpdated"]).json()["serialNumbers"] == [two.serial]


def test_a_change_from_a_machine_whose_clock_is_behind_is_not_missed(
    cards: CardShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = device_of(cards, "c-1"), device_of(cards, "c-2")
    one.register(new_push_token(cards))
    two.register(new_push_token(cards))
    one.buy(1000, "t-1")
    tag = one.updated().json()["lastUpdated"]
    # The other card is changed by a machine whose clock is an hour behind.
    clock = cards.shop.container.wall_clock
    late = clock.now_ms() - 3_600_000
    monkeypatch.setattr(type(clock), "now_ms", lambda _: late)
    two.buy(1000, "t-2")
    assert one.updated(tag).json()["serialNumbers"] == [two.serial]


@pytest.mark.parametrize("tag", ["", "x", "1.", "1.AAAA-1", "2.AAAAAAAA-1", "1%00", "9" * 9000])
def test_a_tag_that_we_did_not_make_gets_every_card(device: Device, tag: str) -> None:
    device.register(new_push_token(device.cards))
    assert device.updated(tag).json()["serialNumbers"] == [device.serial]


def test_an_unchanged_card_is_answered_before_anything_is_signed(
    device: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    modified = device.fetch().headers["last-modified"]
    apple = device.cards.shop.container.card_services.apple
    signed: list[str] = []
    sign = type(apple).sign

    def counted(self: Any, view: Any, token: str, announced: str) -> bytes:
        signed.append(view.card)
        return sign(self, view, token, announced)

    monkeypatch.setattr(type(apple), "sign", counted)
    answer = device.fetch(modified)
    assert (answer.status, answer.body, signed) == (304, b"", [])
    device.buy(1000, "t-1")
    assert device.fetch(modified).status == 200
    assert signed == [device.serial]


def test_each_change_has_a_date_of_its_own_that_lies_in_the_past(
    device: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = device.cards.shop.container.wall_clock
    now_ms = clock.now_ms()
    # All within one second, and then with a clock that went back
    instants = [now_ms, now_ms, now_ms, now_ms - 500_000]
    device.register(new_push_token(device.cards))
    dates = [parsedate_to_datetime(device.fetch().headers["last-modified"])]
    for number, instant in enumerate(instants):
        monkeypatch.setattr(type(clock), "now_ms", lambda _, fixed=instant: fixed)
        modified = device.fetch().headers["last-modified"]
        device.buy(1000, f"t-{number}")
        answer = device.fetch(modified)
        assert answer.status == 200
        dates.append(parsedate_to_datetime(answer.headers["last-modified"]))
    assert dates == sorted(set(dates))
    assert dates[-1].timestamp() <= now_ms / 1000


def test_a_date_that_cannot_be_read_gets_the_card(device: Device) -> None:
    assert device.fetch("yesterday").status == 200


def test_a_device_that_removed_the_card_hears_nothing_more(device: Device) -> None:
    device.register(new_push_token(device.cards))
    assert device.authorised("DELETE", device.registration()).status == 200
    assert device.authorised("DELETE", device.registration()).status == 200
    device.buy(1000, "t-1")
    assert device.cards.pushes() == []
    assert device.updated().status == 204


@pytest.mark.parametrize(
    ("scheme", "extra"),
    [
        ("AndroidPass", {"User-Agent": "WalletPasses/4.0"}),
        ("ApplePass", {"X-Pass-Client": "Passes"}),
    ],
)
def test_a_reader_on_android_polls_and_is_never_pushed_to(
    cards: CardShop, scheme: str, extra: dict[str, str]
) -> None:
    device = device_of(cards, scheme=scheme, extra=extra)
    assert device.register("dGhpcyBpcyBub3QgYW4gQVBOcyB0b2tlbg:APA91b") == 201
    tag = device.updated().json()["lastUpdated"]
    device.buy(1000, "t-1")
    assert cards.pushes() == []
    assert device.updated(tag).json()["serialNumbers"] == [device.serial]
    assert device.fetch().status == 200
    stored = cards.shop.container.card_services.store.registration(device.serial, device.name)
    assert stored is not None
    assert stored.kind is ClientKind.OTHER


@pytest.mark.parametrize("path", ["//v1/passes", "/v1//passes", "/v1/passes/"])
def test_doubled_slashes_are_forgiven(device: Device, path: str) -> None:
    answer = device.authorised("GET", f"{path}/{PASS_TYPE_IDENTIFIER}//{device.serial}")
    assert answer.status == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", "/v1/log"),
        ("GET", "/v1/log"),
        ("GET", "/v1/devices"),
        ("POST", "/v1/passes/a/b"),
        ("GET", "/v2/log"),
        ("DELETE", "/v1/passes/a/b"),
    ],
)
def test_there_is_nothing_else(device: Device, method: str, path: str) -> None:
    if method == "PUT":
        reply = device.cards.shop.gateway.send("PUT", f"/apple{path}")
        assert reply.status == 404
    else:
        assert device.authorised(method, path).status == 404


def test_what_phones_complain_of_is_kept_without_their_tokens(
    device: Device, caplog: pytest.LogCaptureFixture
) -> None:
    token = str(device.card.authentication_token)
    lines = [f"Authorization: ApplePass {token}", "bad\nsignature", "x" * 5000, 7]
    assert device.send("POST", "/v1/log", {"logs": lines + ["y"] * 100}).status == 200
    told = [str(vars(record)["line"]) for record in caplog.records if "line" in vars(record)]
    assert "bad signature" in told
    assert not any(token in line for line in told)
    assert len(told) == 20
    assert max(map(len, told)) == 500
    assert device.send("POST", "/v1/log", {"logs": "x"}).status == 400


def test_several_messages_of_one_member_make_one_push(device: Device) -> None:
    device.register(new_push_token(device.cards))
    for number in range(5):
        device.cards.buy(device.member["member_id"], 1000, f"t-{number}")
    device.cards.refresh()
    assert len(device.cards.pushes()) == 1


def test_a_phone_with_two_changed_cards_is_pushed_to_once(cards: CardShop) -> None:
    one, two = device_of(cards, "c-1"), device_of(cards, "c-2")
    token = new_push_token(cards)
    one.register(token)
    two.register(token)
    cards.buy(one.member["member_id"], 1000, "t-1")
    cards.buy(two.member["member_id"], 1000, "t-2")
    cards.refresh()
    assert len(cards.pushes()) == 1


def test_a_card_is_on_so_many_devices_and_the_one_not_seen_for_longest_makes_room(
    device: Device,
) -> None:
    """iOS was seen to register a card hundreds of times, and whoever has a card could do so too:
    each change would be pushed to all of them."""
    store = device.cards.shop.container.card_services.store
    first = [f"{number:032x}" for number in range(DEVICES_MAX)]
    for name in [*first, first[0], "f" * 32]:
        device.name = name
        device.register(new_push_token(device.cards))
    kept = {one.device for one in store.registrations(device.serial)}
    assert kept == {*first, "f" * 32} - {first[1]}
    device.name = first[1]
    assert device.updated().status == 204


def test_a_device_that_is_gone_is_forgotten(device: Device) -> None:
    token = new_push_token(device.cards)
    device.register(token)
    send("DELETE", f"{device.cards.apns.control_url}/devices/{token}")
    device.buy(1000, "t-1")
    assert [push["status"] for push in device.cards.pushes()] == [410]
    device.buy(1000, "t-2")
    assert len(device.cards.pushes()) == 1
    assert device.updated().status == 204


def test_a_device_that_registered_after_its_token_died_is_kept(device: Device) -> None:
    device.register(new_push_token(device.cards))
    registered_ms = device.cards.shop.container.wall_clock.now_ms()
    device.cards.fault(
        status=410, reason="Unregistered", times=1, timestamp_ms=registered_ms - 60_000
    )
    device.buy(1000, "t-1")
    device.buy(1000, "t-2")
    assert [push["status"] for push in device.cards.pushes()] == [410, 200]


def test_a_push_that_apple_puts_off_is_sent_again_at_once(device: Device) -> None:
    device.register(new_push_token(device.cards))
    device.cards.fault(status=429, reason="TooManyRequests", times=1)
    device.cards.fault(status=503, reason="ServiceUnavailable", times=1)
    device.buy(1000, "t-1")
    assert [push["status"] for push in device.cards.pushes()] == [429, 503, 200]


def test_a_push_that_failed_is_made_when_the_message_comes_again(device: Device) -> None:
    device.register(new_push_token(device.cards))
    device.cards.fault(status=503, reason="ServiceUnavailable", times=50)
    device.cards.buy(device.member["member_id"], 1000, "t-1")
    messages = device.cards.changes()
    result = device.cards.refresh(messages)
    failed = {one["itemIdentifier"] for one in result["batchItemFailures"]}
    assert failed == {one["messageId"] for one in messages}
    # It comes again within seconds, and later and later while Apple is away
    hastened = device.cards.queues.hastened
    assert sorted(hastened) == sorted((one["receiptHandle"], 5) for one in messages)
    send("DELETE", f"{device.cards.apns.control_url}/faults")
    again = [
        {**one, "attributes": {"ApproximateReceiveCount": "2"}}
        for one in messages
        if one["messageId"] in failed
    ]
    assert device.cards.refresh(again) == {"batchItemFailures": []}
    assert device.cards.pushes()[-1]["status"] == 200


def test_a_message_that_cannot_be_read_goes_to_the_dead_letters(device: Device) -> None:
    device.register(new_push_token(device.cards))
    device.cards.buy(device.member["member_id"], 1000, "t-1")
    broken = message("x", {"id": "broken"})
    result = device.cards.refresh([broken, *device.cards.changes()])
    assert result == {"batchItemFailures": [{"itemIdentifier": "broken"}]}
    assert len(device.cards.pushes()) == 1
