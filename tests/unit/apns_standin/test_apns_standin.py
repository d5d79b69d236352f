"""The push service stand-in answers as Apple documents, and hands pushes to waiting phones."""

from __future__ import annotations

import http.client
import json
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.unit.apns_standin.sender import Sender
from tools import testpki
from tools.apns_standin.server import ApnsStandin
from tools.http_client import send_json


@pytest.fixture(scope="module")
def state_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("apns")


@pytest.fixture(scope="module")
def paths(state_dir: Path) -> testpki.Paths:
    return testpki.ensure(state_dir)


@pytest.fixture
def apns(state_dir: Path) -> Iterator[ApnsStandin]:
    with ApnsStandin(state_dir) as standin:
        yield standin


@pytest.fixture
def sender(apns: ApnsStandin, paths: testpki.Paths) -> Iterator[Sender]:
    with Sender(apns.url, paths.tls_root, paths.pass_certificate, paths.pass_key) as connected:
        yield connected


def call(
    apns: ApnsStandin, method: str, path: str, body: dict[str, Any] | None = None
) -> dict[str, Any]:
    response = send_json(method, apns.control_url + path, body)
    assert response.status in {200, 201}
    content: dict[str, Any] = response.json()
    return content


def issue(apns: ApnsStandin) -> str:
    token: str = call(apns, "POST", "/devices", {"count": 1})["tokens"][0]
    return token


def test_a_good_push_is_answered_200_with_an_id_and_reaches_the_phone(
    apns: ApnsStandin, sender: Sender
) -> None:
    token = issue(apns)
    received = sender.push(token)
    assert (received.status, received.body) == (200, b"")
    assert len(received.headers["apns-id"]) == 36
    delivered = call(apns, "GET", f"/deliveries?token={token}&timeout_s=0")
    assert [push["topic"] for push in delivered["pushes"]] == [testpki.PASS_TYPE_IDENTIFIER]
    after = delivered["seq"]
    assert call(apns, "GET", f"/deliveries?token={token}&after={after}&timeout_s=0")["pushes"] == []


def test_a_phone_that_waits_is_woken_by_the_push(apns: ApnsStandin, sender: Sender) -> None:
    token = issue(apns)
    woken: list[dict[str, Any]] = []
    path = f"/deliveries?token={token}&timeout_s=30"
    phone = threading.Thread(target=lambda: woken.append(call(apns, "GET", path)))
    phone.start()
    sender.push(token, body=b'{"aps":{}}')
    phone.join(timeout=30)
    assert len(woken[0]["pushes"]) == 1


def test_only_the_newest_push_is_kept_for_an_absent_phone(
    apns: ApnsStandin, sender: Sender
) -> None:
    token = issue(apns)
    sender.push(token)
    sender.push(token)
    assert len(call(apns, "GET", f"/deliveries?token={token}&timeout_s=0")["pushes"]) == 1


@pytest.mark.parametrize(
    ("options", "status", "reason"),
    [
        ({"method": "PUT"}, 405, "MethodNotAllowed"),
        ({"path": "/3/devices/aa"}, 404, "BadPath"),
        ({"path": "/3/device/"}, 400, "MissingDeviceToken"),
        ({"topic": None}, 400, "MissingTopic"),
        ({"topic": "com.example.app"}, 400, "BadTopic"),
        ({"topic": "pass.somebody.else"}, 400, "TopicDisallowed"),
        ({"body": b""}, 400, "PayloadEmpty"),
        ({"body": b"{"}, 400, "UnexpectedPayload"),
        ({"body": b'{"aps":{"alert":"42 points"}}'}, 400, "UnexpectedPayload"),
        ({"body": b" " * 4097}, 413, "PayloadTooLarge"),
        ({"path": "/3/device/" + "ab" * 32}, 400, "BadDeviceToken"),
        ({"path": "/3/device/not-hex"}, 400, "BadDeviceToken"),
        ({"extra": (("apns-priority", "11"),)}, 400, "BadPriority"),
        ({"extra": (("apns-push-type", "voip"),)}, 400, "InvalidPushType"),
        ({"extra": (("apns-id", "1"),)}, 400, "BadMessageId"),
        ({"extra": (("apns-expiration", "soon"),)}, 400, "BadExpirationDate"),
        ({"extra": (("apns-collapse-id", "c" * 65),)}, 400, "BadCollapseId"),
        ({"extra": (("apns-priority", "5"), ("apns-priority", "5"))}, 400, "DuplicateHeaders"),
    ],
)
def test_what_apple_refuses_is_refused_with_its_reason(
    apns: ApnsStandin, sender: Sender, options: dict[str, Any], status: int, reason: str
) -> None:
    received = sender.push(issue(apns), **options)
    assert (received.status, received.reason) == (status, reason)


def test_a_sender_without_a_certificate_may_not_push(
    apns: ApnsStandin, paths: testpki.Paths
) -> None:
    with Sender(apns.url, paths.tls_root) as nobody:
        received = nobody.push(issue(apns))
    assert (received.status, received.reason) == (403, "MissingProviderToken")


def test_a_certificate_of_another_authority_does_not_connect(
    apns: ApnsStandin, paths: testpki.Paths, tmp_path: Path
) -> None:
    stranger = testpki.make_pass_identity(testpki.make_authority("Stranger"))
    (tmp_path / "c.pem").write_bytes(stranger.certificate_pem())
    (tmp_path / "k.pem").write_bytes(stranger.key_pem())
    with (
        pytest.raises((ssl.SSLError, ConnectionError)),
        Sender(apns.url, paths.tls_root, tmp_path / "c.pem", tmp_path / "k.pem") as sender,
    ):
        sender.push("00" * 32)


def test_a_phone_that_left_answers_410_with_the_moment(apns: ApnsStandin, sender: Sender) -> None:
    token = issue(apns)
    call(apns, "DELETE", f"/devices/{token}")
    received = sender.push(token)
    assert (received.status, received.reason) == (410, "Unregistered")
    assert received.json()["timestamp"] > 1_700_000_000_000


def test_tokens_and_departures_outlive_a_restart(paths: testpki.Paths, state_dir: Path) -> None:
    with ApnsStandin(state_dir) as before:
        stays, left = issue(before), issue(before)
        call(before, "DELETE", f"/devices/{left}")
    with (
        ApnsStandin(state_dir) as after,
        Sender(after.url, paths.tls_root, paths.pass_certificate, paths.pass_key) as sender,
    ):
        assert sender.push(stays).status == 200
        assert sender.push(left).status == 410


@pytest.mark.parametrize(
    ("status", "reason"),
    [(429, "TooManyRequests"), (503, "ServiceUnavailable"), (403, "BadCertificate")],
)
def test_a_fault_answers_as_often_as_asked_and_then_no_more(
    apns: ApnsStandin, sender: Sender, status: int, reason: str
) -> None:
    token = issue(apns)
    call(
        apns,
        "POST",
        "/faults",
        {"token": token, "status": status, "reason": reason, "times": 2},
    )
    assert [sender.push(token).status for _ in range(3)] == [status, status, 200]


def test_a_fault_can_date_a_departure(apns: ApnsStandin, sender: Sender) -> None:
    fault = {"status": 410, "reason": "Unregistered", "timestamp_ms": 1234, "times": 1}
    call(apns, "POST", "/faults", fault)
    assert sender.push(issue(apns)).json() == {"reason": "Unregistered", "timestamp": 1234}


def test_goaway_names_the_last_stream_and_still_answers_what_is_open(
    apns: ApnsStandin, sender: Sender
) -> None:
    token = issue(apns)
    call(apns, "POST", "/faults", {"token": token, "delay_ms": 100, "times": 1})
    stream = sender.send(token)
    while not call(apns, "GET", "/log")["requests"]:
        continue
    call(apns, "POST", "/goaway")
    assert sender.answer(stream).status == 200
    assert sender.goaway is not None
    assert sender.goaway.last_stream_id == stream
    assert json.loads(sender.goaway.additional_data or b"") == {"reason": "Shutdown"}
    while sender.read():
        continue
    assert sender.closed


def test_a_silent_stream_stays_open_and_a_refusing_goaway_disowns_it(
    apns: ApnsStandin, sender: Sender
) -> None:
    token = issue(apns)
    call(apns, "POST", "/faults", {"token": token, "silent": True, "times": 1})
    lost = sender.send(token)
    assert sender.push(token).status == 200
    call(apns, "POST", "/goaway", {"refuse_open_streams": True})
    with pytest.raises(ConnectionError):
        sender.answer(lost)
    assert sender.goaway is not None
    assert sender.goaway.last_stream_id == 0


def test_the_log_tells_what_was_asked_and_answered(apns: ApnsStandin, sender: Sender) -> None:
    token = issue(apns)
    sender.push(token)
    sender.push(token, topic=None)
    lines = call(apns, "GET", "/log")["requests"]
    assert [(line["status"], line["reason"]) for line in lines] == [
        (200, None),
        (400, "MissingTopic"),
    ]
    assert lines[0]["path"] == f"/3/device/{token}"
    assert lines[0]["monotonic_ms"] < lines[1]["monotonic_ms"]
    call(apns, "DELETE", "/log")
    assert call(apns, "GET", "/log")["requests"] == []


def test_a_stream_of_all_pushes_serves_a_fleet(apns: ApnsStandin, sender: Sender) -> None:
    tokens = call(apns, "POST", "/devices", {"count": 50})["tokens"]
    connection = http.client.HTTPConnection(apns.control_url.removeprefix("http://"), timeout=30)
    connection.request("GET", "/deliveries/stream")
    with connection.getresponse() as stream:
        for token in tokens:
            sender.push(token)
        seen = [json.loads(stream.readline())["token"] for _ in tokens]
    assert seen == tokens


def test_rubbish_on_the_control_port_is_answered_400(apns: ApnsStandin) -> None:
    assert send_json("POST", f"{apns.control_url}/faults", {"colour": "red"}).status == 400
