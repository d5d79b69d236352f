"""The doctor looks at a stack from outside: a sound one is sound, and each fault has its name."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tessera import bootstrap
from tests.functional.wallet.conftest import CardShop
from tools import http_client
from tools.doctor.__main__ import main
from tools.doctor.google import GoogleProbe, account_of
from tools.doctor.live import Check, LiveDoctor
from tools.http_client import Response

Fault = Callable[[str, str, Response], Response]


@pytest.fixture
def link(cards: CardShop) -> str:
    """A card that may be looked at; Google has its class since another was saved."""
    cards.android().add_card(cards.enrol("c-google")["card"]["url"])
    return str(cards.enrol()["card"]["url"])


def probe(cards: CardShop) -> GoogleProbe:
    read_secret = vars(bootstrap)["read_secret"]
    account = account_of(read_secret("google"))
    assert account is not None
    return GoogleProbe(account, "demo", cards.google.url)


def looked(
    cards: CardShop, link: str, fault: Fault | None = None, language: str = "en"
) -> dict[int, Check]:
    """What the doctor finds where answers are changed on their way."""

    def send(method: str, url: str, **more: Any) -> Response:
        answer = http_client.send(method, url, **more)
        return fault(method, url, answer) if fault else answer

    doctor = LiveDoctor(link, language, cards.root.read_bytes(), probe(cards), send)
    return {check.number: check for check in doctor.look()}


def failed(checks: dict[int, Check]) -> set[int]:
    return {number for number, check in checks.items() if check.failed}


def status(wanted: str, number: int, method: str = "") -> Fault:
    """Answers to addresses that contain a text get another status."""

    def fault(sent: str, url: str, answer: Response) -> Response:
        hit = wanted in url and (not method or sent == method)
        return replace(answer, status=number) if hit else answer

    return fault


SOUND_HERE = {14, 15, 16, 17}


@pytest.mark.requirement("X-10")
def test_a_sound_stack_is_found_sound(cards: CardShop, link: str) -> None:
    checks = looked(cards, link)
    assert sorted(checks) == list(range(1, 21))
    # The laptop is no https host and its chain no Apple's: that is all there is to say.
    assert failed(checks) <= {20}, [checks[one].troubles for one in failed(checks)]
    assert not checks[15].troubles
    assert [number for number, one in checks.items() if one.unseen] == [4, 6]
    for number in SOUND_HERE:
        assert not checks[number].failed, checks[number].troubles


def test_it_leaves_nothing_behind(cards: CardShop, link: str) -> None:
    looked(cards, link)
    rows = [str(row["pk"]) + str(row["sk"]) for row in cards.shop.rows()]
    assert not [row for row in rows if "R#doctor" in row]


@pytest.mark.requirement("X-10")
@pytest.mark.parametrize(
    ("number", "fault", "says"),
    [
        (13, status("//v1/log", 404), "collapse slashes"),
        (14, status("/registrations/", 401, "POST"), "strip `Authorization`"),
        (15, status("/registrations/", 204, "GET"), "not told of its card"),
        (18, status("/loyaltyClass?", 403), "as a user in the Google Pay & Wallet console"),
        (18, status("/token", 401), "gives no token"),
        (19, status("wallet=google", 500), "not led to Google"),
        (20, status("/designs/", 404), "publish the image"),
    ],
)
def test_a_broken_stack_is_told_what_to_do(
    cards: CardShop, link: str, number: int, fault: Fault, says: str
) -> None:
    check = looked(cards, link, fault)[number]
    assert check.failed
    assert any(says in trouble.text for trouble in check.troubles), check.troubles


def test_a_door_that_is_open_to_all_is_found(cards: CardShop, link: str) -> None:
    checks = looked(cards, link, status("/passes/", 200, "GET"))
    assert any("anybody may do it" in trouble.text for trouble in checks[14].troubles)


def test_a_second_registration_that_makes_another_row_is_found(cards: CardShop, link: str) -> None:
    def always_new(method: str, url: str, answer: Response) -> Response:
        new = method == "POST" and "/registrations/" in url and answer.status == 200
        return replace(answer, status=201) if new else answer

    assert looked(cards, link, always_new)[16].failed


def test_a_card_that_was_damaged_on_its_way_is_found(cards: CardShop, link: str) -> None:
    def damaged(method: str, url: str, answer: Response) -> Response:
        if "wallet=apple" not in url:
            return answer
        return replace(answer, body=answer.body.replace(b"Caf", b"Kaf"))

    assert failed(looked(cards, link, damaged)) & {1, 11}


def test_a_link_that_leads_nowhere_stops_the_rest(cards: CardShop, link: str) -> None:
    checks = looked(cards, link[:-3] + "xyz", language="fr")
    assert "Est-ce le lien d’une carte" in checks[1].troubles[0].text
    assert checks[14].unseen == "la carte n’a pas pu être obtenue"


def test_the_command_speaks_both_languages_and_tells_by_its_status(
    cards: CardShop, link: str, capsys: pytest.CaptureFixture[str]
) -> None:
    root = str(cards.root)
    main(["--live", link, "--root", root, "--language", "fr"])
    told = capsys.readouterr().out
    assert "20. Google ignore une mise à jour de la classe\u00a0: non examiné" in told
    assert main(["--live", link[:-3] + "xyz", "--root", root, "--json"]) == 1
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["number"] for line in lines] == list(range(1, 21))
    assert main(["--live", link, "--google-account", "/none"]) == 2
    # A root that is no certificate is the caller's mistake, and no fault of the stack.
    assert main(["--live", link, "--root", __file__]) == 2
    assert "neither PEM nor DER" in capsys.readouterr().err


def test_without_live_it_is_the_doctor_of_files(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "x.pkpass").write_bytes(b"no zip")
    assert main([str(tmp_path / "x.pkpass")]) == 1
    assert "file-kind" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ('{"client_email": "w@x.iam.gserviceaccount.com", "private_key": "x"}', "issuer_id"),
        ("[]", "service account"),
        ("not JSON", ""),
    ],
)
def test_an_account_that_is_none_is_a_wrong_call_and_no_crash(
    cards: CardShop,
    link: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    content: str,
    says: str,
) -> None:
    account = tmp_path / "account.json"
    account.write_text(content)
    status = main(["--live", link, "--root", str(cards.root), "--google-account", str(account)])
    assert status == 2
    assert says in capsys.readouterr().err
