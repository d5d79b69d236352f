"""A shop whose members carry cards: the wallet's functions, Apple's and Google's stand-ins, phones.

The table is in memory (`tests/contract` holds it to what DynamoDB does). Signatures, TLS, HTTP/2
and the phones that judge the cards are real.
"""

from __future__ import annotations

import json
import os
import threading
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from functions.admin_api import app as admin_api
from functions.authorizer import app as authorizer
from functions.design_api import app as design_api
from functions.push_card_faces import app as push_card_faces
from functions.refresh_passes import app as refresh_passes
from functions.till_api import app as till_api
from functions.update_google_cards import app as update_google_cards
from functions.wallet_api import app as wallet_api
from tessera import bootstrap, bootstrap_authorizer
from tessera.adapters.apple.apns import ApnsPushes
from tessera.adapters.dynamodb.rows import entry_of_item
from tessera.adapters.dynamodb.table import Item
from tessera.application.card_ports import CardChange, GoogleErrand, Haste
from tessera.application.changes import Notice
from tessera.application.publish_changes import events_of
from tessera.domain.errors import Unavailable
from tessera.settings import Settings
from tests.fakes.card_pushes import Album, Box, Drawer, RecordedPushes
from tests.fakes.gateway import Context, Gateway
from tests.fakes.http_front import HttpFront
from tests.fakes.memory_table import MemoryTable
from tests.functional.conftest import REGION, Shop
from tools import first_key, testpki
from tools.apns_standin.server import ApnsStandin
from tools.google_standin.server import GoogleStandin
from tools.http_client import Response, send, send_json
from tools.phone import iphone
from tools.phone.android import AndroidPhone

NADIA = {"first_name": "Nadia", "last_name": "Fontaine", "language": "en"}

STACK_KEYS = {
    "lookup": "1a" * 32,
    "card_token": {"1": "2b" * 32},
    "card_link": {"1": "3c" * 32},
    "cursor": "4d" * 32,
}


@pytest.fixture(scope="session")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A state directory with the test chain, made once."""
    directory = tmp_path_factory.mktemp("wallet")
    testpki.ensure(directory)
    return directory


@dataclass
class RecordedQueues:
    """`card_ports.CardQueues` that keep what they are given."""

    google: dict[Haste, list[str]] = field(default_factory=lambda: defaultdict(list))
    later: list[CardChange] = field(default_factory=list)
    hastened: list[tuple[str, int]] = field(default_factory=list)
    down: bool = False

    def tell_google(self, errands: Sequence[GoogleErrand], haste: Haste) -> None:
        if self.down:
            raise Unavailable("not_queued")
        self.google[haste] += [
            json.dumps({"card": one.card, "version": one.version}) for one in errands
        ]

    def hasten(self, receipts: Sequence[str], delay_s: int) -> None:
        self.hastened += [(receipt, delay_s) for receipt in receipts]

    def look_again(self, changes: Sequence[CardChange], delay_s: int) -> None:
        self.later += changes


@dataclass
class CardShop:
    """The shop with its cards, phones and the way from a change to a push."""

    shop: Shop
    front: HttpFront
    apns: ApnsStandin
    google: GoogleStandin
    root: Path
    queues: RecordedQueues
    steps: RecordedPushes
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

    def iphone(self, language: str = "en") -> iphone.IPhone:
        """An iPhone with an empty wallet."""
        settings = iphone.Settings(language=language)
        return iphone.IPhone(self.front.url, self.apns.control_url, self.root, settings=settings)

    def android(self) -> AndroidPhone:
        """An Android phone with an empty wallet."""
        return AndroidPhone(self.front.url, self.google.url)

    def changes(self) -> list[dict[str, Any]]:
        """What the bus would carry of what was written since the last call, as messages."""
        found = []
        for item in self.shop.rows():
            key = (str(item["pk"]), str(item["sk"]))
            if item["t"] not in {"E", "O"} or key in self.seen:
                continue
            self.seen.add(key)
            change = entry_of_item(item) if item["t"] == "E" else _notice_of(item)
            found += [message(one.name, one.detail) for one in events_of(change)]
        return found

    def refresh(self, messages: list[dict[str, Any]] | None = None) -> dict[str, Any]:
        """Hand messages (by default those of what just happened) to the queue's reader."""
        records = self.changes() if messages is None else messages
        context: Any = Context()
        return refresh_passes.handler({"Records": records}, context)

    def fetch(self, address: str, **headers: str) -> Response:
        """Fetch an address of the front as a browser would."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return send("GET", address, headers=named)

    def card_row(self, member: dict[str, Any]) -> Item:
        """The row of a member's card."""
        wanted = f"C#{member['card']['id']}"
        return next(row for row in self.shop.rows() if (row["pk"], row["sk"]) == (wanted, "C"))

    def fault(self, **what: Any) -> None:
        """Let Apple's stand-in misbehave."""
        answer = send_json("POST", f"{self.apns.control_url}/faults", what)
        assert answer.status == 201, answer.body

    def at_google(self) -> dict[str, Any]:
        """What Google has of the only card there: its `object`, and its `class`."""
        (found,) = send_json("GET", f"{self.google.url}/objects").json()["objects"]
        return dict(found)

    def points_at_google(self) -> int:
        """The balance on that object."""
        points: int = self.at_google()["object"]["loyaltyPoints"]["balance"]["int"]
        return points

    def google_control(self, **switches: Any) -> None:
        """Let Google's stand-in misbehave."""
        answer = send_json("POST", f"{self.google.url}/control", switches)
        assert answer.status == 200, answer.body

    def update_google(self, haste: Haste = Haste.TILL) -> dict[str, Any]:
        """Hand the reader of Google's queue what lies in it."""
        records = [
            {"messageId": f"google-{number}", "body": body, "eventSourceARN": f"arn:x:{haste}"}
            for number, body in enumerate(self.queues.google[haste])
        ]
        self.queues.google[haste] = []
        context: Any = Context()
        return update_google_cards.handler({"Records": records}, context)

    def step(self, *, attempt: int = 1) -> bool:
        """Let the reader of the pushes' queue take one step; whether it was done."""
        errand, _ = self.steps.waiting.pop(0)
        body = json.dumps({"programme": errand.programme, "push": errand.push})
        record = {
            "messageId": "step",
            "body": body,
            "attributes": {"ApproximateReceiveCount": str(attempt)},
        }
        context: Any = Context()
        failed = push_card_faces.handler({"Records": [record]}, context)["batchItemFailures"]
        if failed:
            self.steps.waiting.insert(0, (errand, 0))
        return not failed

    def push_all(self) -> int:
        """Let pushes go on until they stop; how many steps that took."""
        count = 0
        while self.steps.waiting:
            assert self.step()
            count += 1
        return count

    def google_called_back(self, count: int) -> None:
        """Wait until Google called back so often."""
        over = threading.Event()
        while len(self.google.callbacks.sent) < count:
            over.wait(0.005)
        assert {one["status"] for one in self.google.callbacks.sent} == {200}

    def pushes(self) -> list[dict[str, Any]]:
        """Every push that Apple's stand-in received, with its answer."""
        log: list[dict[str, Any]] = send_json("GET", f"{self.apns.control_url}/log").json()[
            "requests"
        ]
        return log


def _notice_of(item: Item) -> Notice:
    at_ms = item["at"]
    assert isinstance(at_ms, int)
    content = json.loads(str(item["c"]))
    return Notice(str(item["pk"])[2:], str(item["sk"])[2:], str(item["n"]), at_ms, content)


def message(name: str, detail: Any, *, received: int = 1) -> dict[str, Any]:
    """A message of the cards queue, as Lambda hands it over."""
    envelope = {"source": "tessera", "detail-type": name, "detail": detail}
    return {
        "messageId": f"{detail['id']}",
        "receiptHandle": f"receipt of {detail['id']}",
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


@dataclass
class MemoryShop(Shop):
    """A shop whose table is in memory."""

    table: MemoryTable = field(default_factory=MemoryTable)

    def rows(self) -> list[Item]:
        return self.table.scan()


@pytest.fixture
def empty_shop(
    front: HttpFront,
    apns: ApnsStandin,
    google: GoogleStandin,
    pki: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Shop]:
    """The functions as deployed, on a table in memory, with the stack's first key."""
    for name, value in {
        "AWS_REGION": REGION,
        "TESSERA_STAGE": "dev",
        "TESSERA_TABLE_NAME": "memory",
        "TESSERA_PUBLIC_URL": front.url,
        "TESSERA_KEYS_SECRET_ID": "keys",
        "TESSERA_APPLE_SECRET_ID": "apple",
        "TESSERA_GOOGLE_SECRET_ID": "google",
        "TESSERA_APNS_URL": apns.url,
        "TESSERA_GOOGLE_WALLET_URL": google.url,
        "TESSERA_GOOGLE_SAVE_URL": f"{google.url}/save",
    }.items():
        monkeypatch.setenv(name, value)
    paths = testpki.ensure(pki)
    vault = {
        "keys": json.dumps(STACK_KEYS),
        "apple": json.dumps(testpki.apple_secret(paths)),
        "google": json.dumps(testpki.google_secret(paths, google.url)),
    }
    monkeypatch.setattr(bootstrap, "read_secret", vault.__getitem__)
    monkeypatch.setattr(bootstrap, "settings", lambda: Settings(os.environ))
    for wiring in (bootstrap, bootstrap_authorizer):
        wiring.container.cache_clear()
    container = bootstrap.container()
    table: Any = MemoryTable(container.wall_clock.now_ms)
    for wired in (container, bootstrap_authorizer.container()):
        vars(wired)["table"] = table
    secret = first_key.new_key(live=False)
    assert first_key.issue(table, secret, live=False)
    gateway = Gateway(
        {
            "till_api": till_api.handler,
            "admin_api": admin_api.handler,
            "wallet_api": wallet_api.handler,
            "design_api": design_api.handler,
        },
        authorizer.handler,
        secret,
        Context(),
    )
    front.gateway = gateway
    yield MemoryShop(gateway, container, table=table)
    pushes = container.card_services.pushes
    assert isinstance(pushes, ApnsPushes)
    pushes.close()
    for wiring in (bootstrap, bootstrap_authorizer):
        wiring.container.cache_clear()


@pytest.fixture
def cards(
    shop: Shop, front: HttpFront, apns: ApnsStandin, google: GoogleStandin, pki: Path
) -> CardShop:
    """The demo programme in force, and everything that cards need."""
    queues, steps = RecordedQueues(), RecordedPushes()
    wiring = vars(shop.container)
    wiring |= {
        "push_queue": steps,
        "design_vault": Drawer(),
        "image_vault": Album(),
        "upload_box": Box(),
    }
    wired = shop.container.card_services
    wiring["card_services"] = replace(wired, queues=queues)
    return CardShop(shop, front, apns, google, testpki.ensure(pki).root, queues, steps)


@pytest.fixture
def member(cards: CardShop) -> dict[str, Any]:
    """Nadia, whose enrolment is already past."""
    found = cards.enrol(profile=NADIA)
    cards.changes()
    return found


@pytest.fixture
def phone(cards: CardShop, member: dict[str, Any]) -> iphone.IPhone:
    """An iPhone with the member's card."""
    found = cards.iphone()
    found.add_card(member["card"]["url"])
    return found


@pytest.fixture
def android(cards: CardShop, member: dict[str, Any]) -> AndroidPhone:
    """An Android phone with the member's card."""
    found = cards.android()
    found.add_card(member["card"]["url"])
    return found
