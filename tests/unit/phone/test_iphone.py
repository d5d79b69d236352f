"""The iPhone speaks Apple's five calls, believes only right answers, and says what changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.unit.apns_standin.sender import Sender
from tests.unit.phone.card_maker import SERIAL, TOKEN, Draft, fields
from tests.unit.phone.card_server import MEDIA_TYPE, CardServer, Reply, json_reply
from tools import testpki
from tools.apns_standin.server import ApnsStandin
from tools.phone.iphone import IPhone, Settings
from tools.phone.refusal import Refused

LINK = "/cards/whatever"
# No waiting between attempts: the tests count them and measure nothing.
QUICK = Settings(retry_waits_s=(0.0, 0.0))


@pytest.fixture(scope="module")
def apns(state_dir: Path) -> Iterator[ApnsStandin]:
    with ApnsStandin(state_dir) as standin:
        yield standin


@pytest.fixture
def server(draft: Draft) -> Iterator[CardServer]:
    with CardServer(draft) as running:
        yield running


@pytest.fixture
def phone(server: CardServer, apns: ApnsStandin, paths: testpki.Paths) -> IPhone:
    return IPhone(server.url, apns.control_url, paths.root, settings=QUICK)


@pytest.fixture
def push(apns: ApnsStandin, paths: testpki.Paths) -> Iterator[Callable[[CardServer], None]]:
    """Push to every device that registered, as the system would."""
    with Sender(apns.url, paths.tls_root, paths.pass_certificate, paths.pass_key) as sender:

        def push_all(server: CardServer) -> None:
            for token in server.registrations.values():
                assert sender.push(token).status == 200

        yield push_all


def refusal(act: Callable[[], object]) -> str:
    with pytest.raises(Refused) as refused:
        act()
    return refused.value.code


def test_adding_a_card_registers_it_with_a_push_token(server: CardServer, phone: IPhone) -> None:
    card = phone.add_card(LINK)
    assert card.serial_number == SERIAL
    assert server.registrations == {(phone.device, SERIAL): phone.push_token}
    register = next(headers for name, _, headers in server.asked if name == "register")
    assert register["authorization"] == f"ApplePass {TOKEN}"
    assert len(phone.push_token or "") == 64


def test_adding_it_again_is_no_second_registration(server: CardServer, phone: IPhone) -> None:
    phone.add_card(LINK)
    phone.add_card(LINK)
    assert [event.detail["is_new"] for event in phone.timeline.events("registered")] == [
        True,
        False,
    ]
    assert len(phone.cards) == 1


def test_a_push_makes_the_phone_ask_fetch_and_show_the_change(
    server: CardServer, phone: IPhone, push: Callable[[CardServer], None]
) -> None:
    phone.add_card(LINK)
    server.change(storeCard=fields(points=84))
    push(server)
    change = phone.wait_for_change(timeout_s=30)
    assert (change.field("points").before, change.field("points").after) == ("42", "84")
    assert change.banner == "You have 84 points"
    assert phone.card.field("points").text == "84"
    fetch = next(headers for name, _, headers in server.asked if name == "fetch")
    assert fetch["if-modified-since"] == server.last_modified(version=1)
    kinds = [event.kind for event in phone.timeline.events()]
    assert kinds.index("push") < kinds.index("card-changed")


def test_the_first_question_has_no_tag_and_the_next_has_the_servers(
    server: CardServer, phone: IPhone
) -> None:
    phone.add_card(LINK)
    server.change(storeCard=fields(points=84))
    phone.refresh()
    assert phone.refresh() == []
    paths = [path for name, path, _ in server.asked if name == "changes"]
    assert [path.partition("?")[2] for path in paths] == ["", "passesUpdatedSince=2"]
    assert phone.timeline.events("nothing-changed")


def test_waiting_in_vain_times_out(phone: IPhone, server: CardServer) -> None:
    phone.add_card(LINK)
    with pytest.raises(TimeoutError):
        phone.wait_for_change(timeout_s=0.05)


def test_a_push_without_a_change_is_not_taken_for_one(
    server: CardServer, phone: IPhone, push: Callable[[CardServer], None]
) -> None:
    phone.add_card(LINK)
    push(server)
    with pytest.raises(TimeoutError):
        phone.wait_for_change(timeout_s=0.5)
    assert phone.timeline.events("not-modified")


def test_a_card_signed_again_but_alike_is_no_change(server: CardServer, phone: IPhone) -> None:
    phone.add_card(LINK)
    server.change()
    assert phone.refresh() == []
    assert phone.timeline.events("card-same")


def loud(points: int, tier: str, **tier_field: str) -> dict[str, Any]:
    secondary = {"key": "tier", "label": "Tier", "value": tier, **tier_field}
    return fields(points=points, secondaryFields=[secondary])


@pytest.mark.parametrize(
    ("after", "banner"),
    [
        (loud(84, "Bronze"), "You have 84 points"),
        (loud(84, "Silver"), "You have 84 points"),
        (loud(42, "Silver"), None),
        (loud(42, "Silver", changeMessage="You are %@ now"), "You are Silver now"),
        (loud(84, "Silver", changeMessage="You are %@ now"), "Store card changed"),
        (loud(42, "Silver", changeMessage="Tier changed"), "Store card changed"),
    ],
)
def test_the_banner_tells_one_change_and_only_mentions_several(
    server: CardServer,
    apns: ApnsStandin,
    paths: testpki.Paths,
    after: dict[str, Any],
    banner: str | None,
) -> None:
    lenient = replace(QUICK, strict=False)
    relaxed = IPhone(server.url, apns.control_url, paths.root, settings=lenient)
    relaxed.add_card(LINK)
    server.change(storeCard=after)
    (change,) = relaxed.refresh()
    assert change.banner == banner


def test_a_new_push_token_is_registered_for_every_card(server: CardServer, phone: IPhone) -> None:
    phone.add_card(LINK)
    old = phone.push_token
    phone.renew_push_token()
    assert phone.push_token != old
    assert list(server.registrations.values()) == [phone.push_token]


def test_a_removed_card_is_unregistered(server: CardServer, phone: IPhone) -> None:
    phone.add_card(LINK)
    phone.remove_card()
    assert server.registrations == {}
    with pytest.raises(LookupError):
        _ = phone.card


def test_a_phone_is_taken_up_again_after_a_restart(
    server: CardServer, phone: IPhone, apns: ApnsStandin, paths: testpki.Paths, tmp_path: Path
) -> None:
    phone.add_card(LINK)
    phone.save(tmp_path / "phone.json")
    again = IPhone(server.url, apns.control_url, paths.root, settings=QUICK)
    again.load(tmp_path / "phone.json")
    server.change(storeCard=fields(points=84))
    (change,) = again.refresh()
    assert (again.device, change.field("points").after) == (phone.device, "84")


def test_a_busy_server_is_asked_again(server: CardServer, phone: IPhone) -> None:
    server.broken["register"] = [Reply(503), Reply(429)]
    phone.add_card(LINK)
    assert [name for name, _, _ in server.asked].count("register") == 3


def test_a_server_that_stays_down_is_given_up(server: CardServer, phone: IPhone) -> None:
    server.broken["register"] = [Reply(500)] * 9
    assert refusal(lambda: phone.add_card(LINK)) == "web-service-down"


@pytest.mark.parametrize(
    ("code", "reply"),
    [
        ("download", Reply(404)),
        ("download", Reply(302, headers={"Location": "ftp://elsewhere"})),
        ("media-type", Reply(200, b"<html>", {"Content-Type": "text/html"})),
        ("media-type", Reply(200, b"PK", {"Content-Type": "application/zip"})),
        ("not-a-zip", Reply(200, b"{}", {"Content-Type": MEDIA_TYPE})),
    ],
)
def test_a_link_without_a_card_is_refused(
    code: str, reply: Reply, server: CardServer, phone: IPhone
) -> None:
    server.broken["download"] = [reply]
    assert refusal(lambda: phone.add_card(LINK)) == code


def test_a_link_may_lead_on_to_the_card(server: CardServer, phone: IPhone) -> None:
    server.broken["download"] = [Reply(302, headers={"Location": "/cards/the-real-one"})]
    assert phone.add_card(LINK).serial_number == SERIAL


@pytest.mark.parametrize(
    ("call", "code", "reply"),
    [
        ("register", "registration", Reply(401)),
        ("register", "registration", Reply(404)),
        ("unregister", "unregistration", Reply(401)),
        ("log", "log", Reply(404)),
        ("changes", "changes", Reply(401)),
        ("changes", "changes", Reply(404)),
        ("changes", "changes-unreadable", Reply(200, b"none")),
        ("changes", "changes-unreadable", json_reply(200, ["card-1"])),
        ("changes", "changes-unreadable", json_reply(200, {"serialNumbers": [1]})),
        ("changes", "changes-tag", json_reply(200, {"serialNumbers": ["card-1"]})),
        (
            "changes",
            "changes-tag",
            json_reply(200, {"serialNumbers": ["card-1"], "lastUpdated": 17}),
        ),
        (
            "changes",
            "changes-unknown-serial",
            json_reply(200, {"serialNumbers": ["card-2"], "lastUpdated": "17"}),
        ),
        ("fetch", "fetch", Reply(401)),
        ("fetch", "fetch", Reply(204)),
        ("fetch", "media-type", Reply(200, b"PK", {"Content-Type": "application/zip"})),
        ("fetch", "last-modified-missing", Reply(200, b"PK", {"Content-Type": MEDIA_TYPE})),
        (
            "fetch",
            "last-modified",
            Reply(200, b"PK", {"Content-Type": MEDIA_TYPE, "Last-Modified": "yesterday"}),
        ),
        (
            "fetch",
            "last-modified-back",
            Reply(
                200,
                b"PK",
                {"Content-Type": MEDIA_TYPE, "Last-Modified": "Mon, 05 Jan 2026 10:00:00 GMT"},
            ),
        ),
    ],
)
def test_a_broken_server_is_refused_by_name(
    call: str, code: str, reply: Reply, server: CardServer, phone: IPhone
) -> None:
    server.broken[call] = [reply]

    def live_with_it() -> None:
        phone.add_card(LINK)
        server.change(storeCard=fields(points=84))
        phone.refresh()
        phone.send_log(["hello"])
        phone.remove_card()

    assert refusal(live_with_it) == code


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"serialNumber": "card-2"}, "identity-changed"),
        ({"authenticationToken": "another-token-0123456789"}, "identity-changed"),
        ({"expirationDate": "2026-12-31T23:59:00.000Z"}, "date-format"),
    ],
)
def test_a_card_may_not_change_into_another_or_into_a_broken_one(
    changes: dict[str, Any], code: str, server: CardServer, phone: IPhone
) -> None:
    phone.add_card(LINK)
    server.change()
    server.broken["fetch"] = [server.card(**changes)]
    assert refusal(phone.refresh) == code
    assert phone.card.serial_number == SERIAL


def test_the_phone_tells_the_servers_log_why_it_refused(server: CardServer, phone: IPhone) -> None:
    phone.add_card(LINK)
    server.change()
    server.broken["fetch"] = [server.card(backgroundColor="#fff")]
    assert refusal(phone.refresh) == "colour-format"
    assert server.logs == ["colour-format: backgroundColor: '#fff'"]


def test_after_a_failed_fetch_the_phone_asks_for_the_same_changes_again(
    server: CardServer, phone: IPhone
) -> None:
    phone.add_card(LINK)
    server.change(storeCard=fields(points=84))
    server.broken["fetch"] = [Reply(401)]
    assert refusal(phone.refresh) == "fetch"
    (change,) = phone.refresh()
    assert change.field("points").after == "84"


def test_the_timeline_holds_no_secret(server: CardServer, phone: IPhone) -> None:
    phone.add_card(LINK)
    server.change()
    phone.refresh()
    told = repr(phone.timeline.events())
    assert TOKEN not in told
    assert (phone.push_token or "") not in told
