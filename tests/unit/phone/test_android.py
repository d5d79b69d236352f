"""The Android twin saves a pass by its link and sees it change."""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from tests.unit.phone.card_maker import CODE, Draft
from tests.unit.phone.card_server import CardServer, Reply
from tools import testpki
from tools.google_standin.api import Call
from tools.google_standin.server import GoogleStandin
from tools.phone.android import AndroidPhone
from tools.phone.refusal import Refused

ISSUER = testpki.GOOGLE_ISSUER_ID
CLASS_ID, OBJECT_ID = f"{ISSUER}.club", f"{ISSUER}.member-1"


def save_token(state_dir: Path) -> str:
    """A skinny save link, signed by the test service account."""
    account = json.loads(testpki.ensure(state_dir).service_account.read_text("utf-8"))
    key = serialization.load_pem_private_key(account["private_key"].encode(), None)
    assert isinstance(key, rsa.RSAPrivateKey)
    claims = {
        "iss": account["client_email"],
        "aud": "google",
        "typ": "savetowallet",
        "iat": int(time.time()),
        "payload": {"loyaltyObjects": [{"id": OBJECT_ID, "classId": CLASS_ID}]},
    }
    parts = [
        base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")
        for part in ({"alg": "RS256"}, claims)
    ]
    signature = key.sign(".".join(parts).encode(), padding.PKCS1v15(), hashes.SHA256())
    return ".".join([*parts, base64.urlsafe_b64encode(signature).decode().rstrip("=")])


def fill(google: GoogleStandin) -> None:
    """A programme and a member's pass."""
    google.api.insert(
        "loyaltyClass",
        Call(
            {
                "id": CLASS_ID,
                "issuerName": "Boulangerie",
                "programName": "Le Club",
                "localizedProgramName": {
                    "defaultValue": {"language": "fr", "value": "Le Club"},
                    "translatedValues": [{"language": "en-GB", "value": "The Club"}],
                },
                "programLogo": {"sourceUri": {"uri": "https://cards.example/logo.png"}},
                "rewardsTier": "Bronze",
                "rewardsTierLabel": "Tier",
                "reviewStatus": "UNDER_REVIEW",
                "hexBackgroundColor": "#204060",
            },
            {},
        ),
    )
    google.api.insert(
        "loyaltyObject",
        Call(
            {
                "id": OBJECT_ID,
                "classId": CLASS_ID,
                "state": "ACTIVE",
                "accountName": "Ada",
                "loyaltyPoints": {"label": "Points", "balance": {"int": 42}},
                "textModulesData": [{"id": "rewards", "header": "Rewards", "body": "Coffee"}],
                "barcode": {"type": "QR_CODE", "value": CODE, "alternateText": CODE},
            },
            {},
        ),
    )


@pytest.fixture
def google(state_dir: Path) -> Iterator[GoogleStandin]:
    with GoogleStandin(state_dir) as standin:
        fill(standin)
        yield standin


@pytest.fixture
def server(draft: Draft) -> Iterator[CardServer]:
    with CardServer(draft) as running:
        yield running


@pytest.fixture
def phone(server: CardServer, google: GoogleStandin) -> AndroidPhone:
    return AndroidPhone(server.url, google.url)


@pytest.fixture
def link(google: GoogleStandin, state_dir: Path) -> str:
    return f"{google.url}/save/{save_token(state_dir)}"


def patch(google: GoogleStandin, **changes: Any) -> None:
    google.api.patch("loyaltyObject", OBJECT_ID, Call(changes, {}))


def test_a_smart_link_leads_to_google_and_the_pass_is_saved(
    server: CardServer, phone: AndroidPhone, link: str
) -> None:
    server.broken["download"] = [Reply(302, headers={"Location": link})]
    card = phone.add_card("/cards/whatever")
    assert card.line("loyaltyPoints").text == "42"
    assert (card.line("rewardsTier").label, card.line("rewardsTier").text) == ("Tier", "Bronze")
    assert card.line("textModule:rewards").text == "Coffee"
    assert card.line("programName", "fr").text == "Le Club"
    assert card.line("programName", "en").text == "The Club"
    code = card.barcode()
    assert code is not None
    assert code.message == CODE


def test_a_page_with_a_button_leads_there_too(
    server: CardServer, phone: AndroidPhone, link: str
) -> None:
    page = f'<a class="button" href="{link}">Google Wallet</a>'
    server.broken["download"] = [Reply(200, page.encode(), {"Content-Type": "text/html"})]
    assert phone.add_card("/cards/whatever").object_id == OBJECT_ID


def test_the_pass_changes_by_itself(phone: AndroidPhone, google: GoogleStandin, link: str) -> None:
    phone.add_card(link)
    seen: list[Any] = []
    waiting = threading.Thread(target=lambda: seen.append(phone.wait_for_change(30)))
    waiting.start()
    patch(google, loyaltyPoints={"balance": {"int": 84}})
    waiting.join(timeout=30)
    assert seen[0].keys == ("loyaltyPoints",)
    assert phone.card.line("loyaltyPoints").text == "84"


def test_a_change_that_cannot_be_seen_is_none(
    phone: AndroidPhone, google: GoogleStandin, link: str
) -> None:
    phone.add_card(link)
    patch(google, smartTapRedemptionValue="abc")
    with pytest.raises(TimeoutError):
        phone.wait_for_change(0.1)


def test_money_is_shown_without_floats(
    phone: AndroidPhone, google: GoogleStandin, link: str
) -> None:
    money = {"micros": "12345670000", "currencyCode": "EUR"}
    patch(google, loyaltyPoints={"balance": {"int": None, "money": money}})
    phone.add_card(link)
    assert phone.card.line("loyaltyPoints", "fr").text == "12\u202f345,67\u00a0€"


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (Reply(404), "download"),
        (Reply(200, b"<p>soon</p>", {"Content-Type": "text/html"}), "save-link-missing"),
        (
            Reply(302, headers={"Location": "https://pay.google.com/gp/v/save/abc"}),
            "save-link-elsewhere",
        ),
    ],
)
def test_a_link_that_leads_nowhere_is_refused(
    server: CardServer, phone: AndroidPhone, reply: Reply, code: str
) -> None:
    server.broken["download"] = [reply]
    with pytest.raises(Refused) as refused:
        phone.add_card("/cards/whatever")
    assert refused.value.code == code


def test_what_google_does_not_save_is_refused(phone: AndroidPhone, link: str) -> None:
    with pytest.raises(Refused, match="the signature does not verify"):
        phone.add_card(link[:-6] + "AAAAAA")


def test_a_removed_pass_is_gone_and_google_knows(
    phone: AndroidPhone, google: GoogleStandin, link: str
) -> None:
    phone.add_card(link)
    phone.remove_card(OBJECT_ID)
    assert phone.cards == []
    assert google.store.objects[OBJECT_ID].users == []


def test_a_new_phone_gets_its_passes_back(
    phone: AndroidPhone, server: CardServer, google: GoogleStandin, link: str
) -> None:
    phone.add_card(link)
    again = AndroidPhone(server.url, google.url)
    again.restore()
    assert [card.object_id for card in again.cards] == [OBJECT_ID]
