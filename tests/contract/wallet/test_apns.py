"""Pushes against a service that speaks TLS, HTTP/2 and Apple's rules: none of them is lost."""

from __future__ import annotations

import dataclasses
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from tessera.adapters.apple.apns import IDLE_S_MAX, ApnsPushes
from tessera.adapters.apple.cards import AppleAccount
from tessera.adapters.apple.provider_tokens import ProviderTokens
from tessera.application.card_ports import PushOutcome
from tools import testpki
from tools.apns_standin.server import ApnsStandin
from tools.http_client import send, send_json


class Apple:
    """The stand-in's plain side: devices, faults and the log."""

    def __init__(self, standin: ApnsStandin) -> None:
        self.url = standin.url
        self._control = standin.control_url

    def devices(self, count: int) -> list[str]:
        answer = send_json("POST", f"{self._control}/devices", {"count": count})
        tokens: list[str] = answer.json()["tokens"]
        return tokens

    def remove(self, token: str) -> None:
        send("DELETE", f"{self._control}/devices/{token}")

    def fault(self, **what: Any) -> None:
        assert send_json("POST", f"{self._control}/faults", what).status == 201

    def log(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = send_json("GET", f"{self._control}/log").json()["requests"]
        return found

    def tell(self, command: str, **what: Any) -> None:
        assert send_json("POST", f"{self._control}/{command}", what).status == 200

    def wait_for(self, requests: int) -> None:
        """Wait until so many requests arrived."""
        arrived = threading.Event()
        while len(self.log()) < requests:
            arrived.wait(0.005)


@pytest.fixture(scope="module")
def state_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("apns")


@pytest.fixture
def apple(state_dir: Path) -> Iterator[Apple]:
    with ApnsStandin(state_dir) as running:
        yield Apple(running)


@pytest.fixture
def account(state_dir: Path) -> AppleAccount:
    secret = json.dumps(testpki.apple_secret(testpki.ensure(state_dir)))
    found = AppleAccount.of(secret)
    assert found is not None
    return found


@pytest.fixture
def pushes(apple: Apple, account: AppleAccount) -> Iterator[ApnsPushes]:
    sender = ApnsPushes(apple.url, lambda: account, silence_s=0.5)
    yield sender
    sender.close()


def outcomes(pushes: ApnsPushes, tokens: list[str]) -> set[PushOutcome]:
    results = pushes.send(tokens)
    assert results.keys() == set(tokens)
    return {result.outcome for result in results.values()}


def test_a_thousand_devices_on_one_connection(apple: Apple, pushes: ApnsPushes) -> None:
    tokens = apple.devices(1000)
    assert outcomes(pushes, tokens) == {PushOutcome.DELIVERED}
    log = apple.log()
    assert len(log) == 1000
    assert {request["connection"] for request in log} == {log[0]["connection"]}
    assert {(request["topic"], request["body"]) for request in log} == {
        (testpki.PASS_TYPE_IDENTIFIER, "{}")
    }


def test_the_connection_is_kept_from_one_batch_to_the_next(
    apple: Apple, pushes: ApnsPushes
) -> None:
    for token in apple.devices(3):
        assert outcomes(pushes, [token]) == {PushOutcome.DELIVERED}
    assert len({request["connection"] for request in apple.log()}) == 1


def test_after_a_freeze_the_connection_is_made_anew(apple: Apple, account: AppleAccount) -> None:
    now_s = [0.0]
    pushes = ApnsPushes(apple.url, lambda: account, monotonic=lambda: now_s[0])
    first, second = apple.devices(2)
    pushes.send([first])
    now_s[0] += IDLE_S_MAX
    pushes.send([second])
    pushes.close()
    assert len({request["connection"] for request in apple.log()}) == 2


def test_a_connection_that_died_in_its_sleep_is_noticed(apple: Apple, pushes: ApnsPushes) -> None:
    first, second = apple.devices(2)
    pushes.send([first])
    apple.tell("drop")
    assert outcomes(pushes, [second]) == {PushOutcome.DELIVERED}


def test_a_goaway_between_batches_is_heeded(apple: Apple, pushes: ApnsPushes) -> None:
    first, second = apple.devices(2)
    pushes.send([first])
    apple.tell("goaway")
    assert outcomes(pushes, [second]) == {PushOutcome.DELIVERED}
    assert len({request["connection"] for request in apple.log()}) == 2


@pytest.mark.parametrize("refuse", [True, False])
def test_a_goaway_in_the_middle_loses_no_push(
    apple: Apple, pushes: ApnsPushes, refuse: bool
) -> None:
    # Every answer is held back, so that the GOAWAY finds streams open.
    tokens = apple.devices(250)
    apple.fault(status=200, delay_ms=150)
    told: list[set[PushOutcome]] = []
    sending = threading.Thread(target=lambda: told.append(outcomes(pushes, tokens)))
    sending.start()
    apple.wait_for(50)
    apple.tell("goaway", refuse_open_streams=refuse)
    sending.join(30)
    assert told == [{PushOutcome.DELIVERED}]
    delivered = [request["path"] for request in apple.log() if request["status"] == 200]
    assert {path.rpartition("/")[2] for path in delivered} == set(tokens)
    if not refuse:
        # What the service promised to answer was answered, and not sent twice.
        assert len(delivered) == len(tokens)


def test_a_connection_cut_in_the_middle_loses_no_push(apple: Apple, pushes: ApnsPushes) -> None:
    tokens = apple.devices(250)
    apple.fault(status=200, delay_ms=150)
    told: list[set[PushOutcome]] = []
    sending = threading.Thread(target=lambda: told.append(outcomes(pushes, tokens)))
    sending.start()
    apple.wait_for(50)
    apple.tell("drop")
    sending.join(30)
    assert told == [{PushOutcome.DELIVERED}]


def test_a_push_that_gets_no_answer_is_sent_again(apple: Apple, pushes: ApnsPushes) -> None:
    quiet, other = apple.devices(2)
    apple.fault(token=quiet, silent=True, times=1)
    assert outcomes(pushes, [quiet, other]) == {PushOutcome.DELIVERED}
    paths = [request["path"] for request in apple.log()]
    assert paths.count(f"/3/device/{quiet}") == 2
    assert paths.count(f"/3/device/{other}") == 1


def test_at_most_a_hundred_streams_are_open_at_once(apple: Apple, pushes: ApnsPushes) -> None:
    tokens = apple.devices(300)
    apple.fault(status=200, silent=True)
    pushes.silence_s = 0.2
    pushes.attempts_max = 1
    results = pushes.send(tokens)
    assert len(apple.log()) == 100
    assert {result.outcome for result in results.values()} == {PushOutcome.FAILED}
    assert {result.reason for result in results.values()} == {"Unanswered"}


def test_a_dead_token_says_since_when(apple: Apple, pushes: ApnsPushes) -> None:
    gone, alive = apple.devices(2)
    apple.fault(token=gone, status=410, reason="Unregistered", timestamp_ms=1_700_000_000_123)
    results = pushes.send([gone, alive])
    assert results[gone].outcome is PushOutcome.GONE
    assert results[gone].gone_since_ms == 1_700_000_000_123
    assert results[alive].outcome is PushOutcome.DELIVERED


def test_a_token_that_apple_never_issued_is_dropped(pushes: ApnsPushes) -> None:
    result = pushes.send(["ab" * 32])["ab" * 32]
    assert (result.outcome, result.reason) == (PushOutcome.GONE, "BadDeviceToken")
    assert result.gone_since_ms is None


@pytest.mark.parametrize(
    ("status", "reason"),
    [(429, "TooManyRequests"), (500, "InternalServerError"), (503, "ServiceUnavailable")],
)
def test_what_apple_puts_off_is_tried_again(
    apple: Apple, account: AppleAccount, status: int, reason: str
) -> None:
    pauses: list[float] = []
    pushes = ApnsPushes(apple.url, lambda: account, sleep=pauses.append)
    token, other = apple.devices(2)
    apple.fault(token=token, status=status, reason=reason, times=2)
    assert outcomes(pushes, [token, other]) == {PushOutcome.DELIVERED}
    pushes.close()
    assert len(apple.log()) == 4
    assert len(pauses) == 2


def test_what_apple_puts_off_for_long_fails_with_its_reason(
    apple: Apple, account: AppleAccount
) -> None:
    pushes = ApnsPushes(apple.url, lambda: account, sleep=lambda _: None)
    token = apple.devices(1)[0]
    apple.fault(status=429, reason="TooManyRequests")
    result = pushes.send([token])[token]
    pushes.close()
    assert (result.outcome, result.reason) == (PushOutcome.FAILED, "TooManyRequests")


def test_a_refused_certificate_is_not_tried_again(apple: Apple, account: AppleAccount) -> None:
    other = dataclasses.replace(account, pass_type_identifier="pass.somebody.else")
    pushes = ApnsPushes(apple.url, lambda: other)
    token = apple.devices(1)[0]
    result = pushes.send([token])[token]
    pushes.close()
    assert (result.outcome, result.reason) == (PushOutcome.FAILED, "TopicDisallowed")
    assert len(apple.log()) == 1


def test_a_server_that_cannot_prove_itself_gets_nothing(
    apple: Apple, account: AppleAccount
) -> None:
    # The root of cards is no root of servers.
    wrong = dataclasses.replace(account, apns_ca_pem=account.wwdr_pem)
    pushes = ApnsPushes(apple.url, lambda: wrong, sleep=lambda _: None)
    token = apple.devices(1)[0]
    assert pushes.send([token])[token].outcome is PushOutcome.FAILED
    assert apple.log() == []


def test_nobody_listening_is_a_failure_and_no_crash(account: AppleAccount) -> None:
    pushes = ApnsPushes("https://127.0.0.1:1", lambda: account, sleep=lambda _: None)
    assert outcomes(pushes, ["ab" * 32]) == {PushOutcome.FAILED}


def test_no_attempt_is_begun_when_the_time_is_up(apple: Apple, account: AppleAccount) -> None:
    pushes = ApnsPushes(apple.url, lambda: account, remaining_s=lambda: 0.0)
    token = apple.devices(1)[0]
    assert pushes.send([token])[token].reason == "OutOfTime"
    assert apple.log() == []


@pytest.fixture
def team_key(state_dir: Path) -> ec.EllipticCurvePrivateKey:
    """An authentication key of the team, known to the service as K3Y1D00001."""
    key = ec.generate_private_key(ec.SECP256R1())
    keys = state_dir / "apns" / "keys"
    keys.mkdir(parents=True, exist_ok=True)
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (keys / "K3Y1D00001.pem").write_bytes(public)
    return key


def with_key(account: AppleAccount, key: ec.EllipticCurvePrivateKey) -> AppleAccount:
    p8 = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return dataclasses.replace(account, apns_key_p8=p8, apns_key_id="K3Y1D00001")


def test_a_key_of_the_team_signs_for_pushes_without_a_certificate(
    apple: Apple, account: AppleAccount, team_key: ec.EllipticCurvePrivateKey
) -> None:
    without = dataclasses.replace(
        with_key(account, team_key), certificate_pem="", private_key_pem=""
    )
    pushes = ApnsPushes(apple.url, lambda: without)
    assert outcomes(pushes, apple.devices(3)) == {PushOutcome.DELIVERED}
    pushes.close()


def test_a_key_that_apple_does_not_know_signs_for_nothing(
    apple: Apple, account: AppleAccount, team_key: ec.EllipticCurvePrivateKey
) -> None:
    stranger = with_key(account, ec.generate_private_key(ec.SECP256R1()))
    pushes = ApnsPushes(apple.url, lambda: stranger)
    token = apple.devices(1)[0]
    result = pushes.send([token])[token]
    pushes.close()
    assert (result.outcome, result.reason) == (PushOutcome.FAILED, "InvalidProviderToken")


def test_a_provider_token_is_renewed_before_its_hour_is_over(
    team_key: ec.EllipticCurvePrivateKey, account: AppleAccount
) -> None:
    now_s = [1_795_000_000.0]
    keyed = with_key(account, team_key)
    tokens = ProviderTokens(keyed.apns_key_p8, "K3Y1D00001", "T3AM", lambda: now_s[0])
    first = tokens.token()
    now_s[0] += 1_300
    assert tokens.token() == first
    now_s[0] += 1_500
    assert tokens.token() != first
