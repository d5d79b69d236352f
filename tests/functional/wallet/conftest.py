"""A shop whose members carry cards: the wallet's functions, Apple's and Google's stand-ins, phones.

The table is moto's. Signatures, TLS, HTTP/2 and the phone that judges the cards are real.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
import pytest

from functions.refresh_passes import app as refresh_passes
from functions.wallet_api import app as wallet_api
from tessera.adapters.apple.apns import ApnsPushes
from tessera.adapters.dynamodb.rows import entry_of_item
from tessera.application.publish_changes import events_of
from tests.fakes.gateway import Context
from tests.fakes.http_front import HttpFront
from tests.functional.conftest import REGION, Shop
from tools import testpki
from tools.apns_standin.server import ApnsStandin
from tools.google_standin.server import GoogleStandin
from tools.http_client import send_json
from tools.phone.android import AndroidPhone
from tools.phone.iphone import IPhone, Settings


@pytest.fixture(scope="session")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A state directory with the test chain, made once."""
    directory = tmp_path_factory.mktemp("wallet")
    testpki.ensure(directory)
    return directory


@dataclass
class CardShop:
    """The shop with its cards, phones and the way from a change to a push."""

    shop: Shop
    front: HttpFront
    apns: ApnsStandin
    google: GoogleStandin
    root: Path
    seen: set[tuple[str, str]] = field(default_factory=set)

    def enrol(self, external_id: str = "c-1", **more: Any) -> dict[str, Any]:
        """Enrol a member; the card's link leads to the front."""
        return self.shop.enrol(external_id, **more)

    def buy(self, member: str, amount: int, number: str, **more: Any) -> dict[str, Any]:
        """Record a purchase of so many cents."""
        body = {
            "member": {"id": member},
            "document": {"store": "s-1", "number": number},
            "currency": "EUR",
            "total": amount,
            **more,
        }
        reply = self.shop.send("POST", "/v1/purchases", body)
        assert reply.status == 201, reply.body
        return reply.json

    def iphone(self, language: str = "en") -> IPhone:
        """An iPhone with an empty wallet."""
        return IPhone(
            self.front.url, self.apns.control_url, self.root, settings=Settings(language=language)
        )

    def android(self) -> AndroidPhone:
        """An Android phone with an empty wallet."""
        return AndroidPhone(self.front.url, self.google.url)

    def changes(self) -> list[dict[str, Any]]:
        """What the bus would carry of the entries written since the last call, as messages."""
        found = []
        for item in self.shop.rows():
            key = (str(item["pk"]), str(item["sk"]))
            if item["t"] == "E" and key not in self.seen:
                self.seen.add(key)
                found += [message(one.name, one.detail) for one in events_of(entry_of_item(item))]
        return found

    def refresh(self, messages: list[dict[str, Any]] | None = None) -> dict[str, Any]:
        """Hand messages (by default those of what just happened) to the queue's reader."""
        records = self.changes() if messages is None else messages
        context: Any = Context()
        return refresh_passes.handler({"Records": records}, context)

    def pushes(self) -> list[dict[str, Any]]:
        """Every push that Apple's stand-in received, with its answer."""
        log: list[dict[str, Any]] = send_json("GET", f"{self.apns.control_url}/log").json()[
            "requests"
        ]
        return log


def message(name: str, detail: Any, *, received: int = 1) -> dict[str, Any]:
    """A message of the cards queue, as Lambda hands it over."""
    envelope = {"source": "tessera", "detail-type": name, "detail": detail}
    return {
        "messageId": f"{detail['id']}",
        "body": json.dumps(envelope),
        "attributes": {"ApproximateReceiveCount": str(received)},
    }


@pytest.fixture
def front() -> Iterator[HttpFront]:
    with HttpFront() as running:
        yield running


@pytest.fixture
def apns(pki: Path) -> Iterator[ApnsStandin]:
    with ApnsStandin(pki) as running:
        yield running


@pytest.fixture
def google(pki: Path) -> Iterator[GoogleStandin]:
    with GoogleStandin(pki) as running:
        yield running


@pytest.fixture
def cards(
    front: HttpFront,
    apns: ApnsStandin,
    google: GoogleStandin,
    pki: Path,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> Iterator[CardShop]:
    """The demo programme in force, and everything that cards need."""
    for name, value in {
        "TESSERA_PUBLIC_URL": front.url,
        "TESSERA_APPLE_SECRET_ID": "tessera/dev/apple",
        "TESSERA_GOOGLE_SECRET_ID": "tessera/dev/google",
        "TESSERA_APNS_URL": apns.url,
        "TESSERA_GOOGLE_WALLET_URL": google.url,
        "TESSERA_GOOGLE_SAVE_URL": f"{google.url}/save",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("tests.functional.conftest.PUBLIC_URL", front.url)
    shop: Shop = request.getfixturevalue("shop")
    paths = testpki.ensure(pki)
    vault = boto3.client("secretsmanager", region_name=REGION)
    for name, secret in {
        "apple": testpki.apple_secret(paths),
        "google": testpki.google_secret(paths, google.url),
    }.items():
        vault.create_secret(Name=f"tessera/dev/{name}", SecretString=json.dumps(secret))
    shop.gateway.handlers = {**shop.gateway.handlers, "wallet_api": wallet_api.handler}
    front.gateway = shop.gateway
    yield CardShop(shop, front, apns, google, paths.root)
    pushes = shop.container.card_services.pushes
    assert isinstance(pushes, ApnsPushes)
    pushes.close()
