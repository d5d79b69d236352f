"""A tenth of `make fleet`: a thousand phones, and everything that can go wrong on the way to them.

The functions are the deployed ones, pushes travel over TLS and HTTP/2 to Apple's stand-in, which
answers 410, 429, 503 and GOAWAY at random. The queue delivers late, twice and to two readers at
once, and readers are killed before and after they pushed. All of it is drawn from one seed.
"""

from __future__ import annotations

import base64
import json
import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest

from functions.refresh_passes import app as refresh_passes
from tests.fakes.gateway import Context, Gateway, event
from tests.fakes.late_queue import LateCardQueues, LateQueue
from tests.functional.wallet.conftest import CardShop
from tools.fleet.phones import Exchange, Phone, Shop
from tools.fleet.weather import Weather
from tools.http_client import Response, send, send_json

PHONES = 1_000
GONE = 10
SEED = 20_261_128
WEATHER_EVERY = 3
"""Batches of the queue."""


class Killed(Exception):
    """The function is stopped: what it did so far stays, and it answers nothing."""


@dataclass
class Readers:
    """The functions that read the queue, and what becomes of them."""

    queue: LateQueue
    random: random.Random
    fates: Counter[str] = field(default_factory=Counter)
    reading: list[list[dict[str, Any]]] = field(default_factory=list)

    def read(self, records: list[dict[str, Any]]) -> None:
        """Hand over a batch and do with it what its reader says, if it lives to say it."""
        context: Any = Context()
        self.reading.append(records)
        try:
            self.queue.conclude(records, refresh_passes.handler({"Records": records}, context))
        except Killed:
            self.fates["killed"] += 1
        finally:
            self.reading.pop()

    def fate(self, act: Any, *arguments: Any, **named: Any) -> Any:
        """Carry out a reader's step, unless it dies before or after, or another reads first."""
        lot = self.random.random()
        if len(self.reading) == 1 and lot < 0.15:
            self.fates["overtaken"] += 1
            self.read(self.reading[0])
        if self.random.random() < 0.04:
            raise Killed
        result = act(*arguments, **named)
        if self.random.random() < 0.02:
            raise Killed
        return result


@dataclass
class Fleet:
    """The phones, the till, the queue between them, and the weather."""

    cards: CardShop
    shop: Shop
    queue: LateQueue
    readers: Readers
    weather: Weather
    phones: list[Phone] = field(default_factory=list)
    heard: int = 0

    def buy(self, phone: Phone, number: str) -> None:
        self.shop.buy(phone, number)

    def publish(self) -> None:
        """Bring what happened into the queue, as the bus does."""
        for one in self.cards.changes():
            kind = json.loads(one["body"])["detail-type"]
            if kind not in {"card.issued", "card.installed", "card.removed"}:
                self.queue.send(one["body"])

    def deliver(self) -> None:
        """Let the readers work until the queue is empty, and phones look when they are told."""
        by_token = {phone.push_token: phone for phone in self.phones}
        batches = 0
        while records := self.queue.receive():
            if batches % WEATHER_EVERY == 0:
                self.weather.worsen()
            batches += 1
            self.readers.read(records)
            for request in self.pushes():
                phone = by_token[request["path"].rpartition("/")[2]]
                if request["status"] == 200:
                    phone.pushes += 1
                    self.shop.look(phone)
        self.weather.clear()

    def pushes(self) -> list[dict[str, Any]]:
        """What reached Apple's stand-in since the last call."""
        address = f"{self.cards.apns.control_url}/log?after={self.heard}"
        found: list[dict[str, Any]] = send_json("GET", address).json()["requests"]
        self.heard = found[-1]["seq"] if found else self.heard
        return found


def in_process(gateway: Gateway) -> Exchange:
    """Requests straight into the functions."""

    def exchange(method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> Response:
        target = urlsplit(url)
        named = {name.lower(): value for name, value in headers.items()}
        query = dict(parse_qsl(target.query))
        answer = gateway.answer(event(method, unquote(target.path), body, named, query))
        content = answer.get("body") or ""
        octets = base64.b64decode(content) if answer.get("isBase64Encoded") else content.encode()
        found = {name.lower(): value for name, value in (answer.get("headers") or {}).items()}
        return Response(int(answer["statusCode"]), found, octets)

    return exchange


@pytest.fixture
def fleet(cards: CardShop, monkeypatch: pytest.MonkeyPatch) -> Fleet:
    """Phones with a card each; from now on readers die and clocks follow the queue's time."""
    chance = random.Random(SEED)
    queue = LateQueue(chance)
    readers = Readers(queue, chance)
    container = cards.shop.container
    services = replace(container.card_services, queues=LateCardQueues(queue))
    vars(container)["card_services"] = services
    wall = type(container.wall_clock)
    real_ms = wall.now_ms
    monkeypatch.setattr(wall, "now_ms", lambda self: real_ms(self) + int(queue.now_s * 1000))
    pushes: Any = services.pushes
    # The sender gives up at once, so that the queue must bring the message again.
    pushes.attempts_max, pushes.sleep = 1, lambda _: None
    shop = Shop("", cards.shop.gateway.secret, in_process(cards.shop.gateway))
    found = Fleet(cards, shop, queue, readers, Weather(cards.apns.control_url, chance))
    made = send_json("POST", f"{cards.apns.control_url}/devices", {"count": PHONES}).json()
    for number, token in enumerate(made["tokens"]):
        phone = shop.enrol(f"fleet-{number}", token)
        shop.install(phone)
        found.phones.append(phone)
    for owner, name in ((type(pushes), "send"), (type(services.store), "change")):
        step = getattr(owner, name)
        monkeypatch.setattr(owner, name, _fated(readers, step))
    return found


def _fated(readers: Readers, step: Any) -> Any:
    def fated(self: Any, *arguments: Any, **named: Any) -> Any:
        return readers.fate(step, self, *arguments, **named)

    return fated


@pytest.mark.requirement("K-04")
def test_of_a_thousand_phones_none_misses_its_change_or_fetches_for_nothing(fleet: Fleet) -> None:
    gone = fleet.phones[:GONE]
    for phone in gone:
        phone.gone = True
        send("DELETE", f"{fleet.cards.apns.control_url}/devices/{phone.push_token}")
    for phone in fleet.phones:
        fleet.shop.buy(phone, "1")
    fleet.publish()
    fleet.deliver()

    assert [phone.member for phone in fleet.phones if phone.missed] == []
    assert [phone.member for phone in fleet.phones if phone.wasted] == []
    assert [phone.member for phone in gone if fleet.shop.is_registered(phone)] == []
    assert fleet.queue.dead == []
    # Without these it would have been a fine day, and proved nothing.
    answers = Counter(request["status"] for request in fleet.cards.pushes())
    assert all(answers[status] >= GONE for status in (200, 410, 429, 503))
    assert min(fleet.readers.fates["killed"], fleet.readers.fates["overtaken"]) >= 50
    assert fleet.weather.goaways >= 50

    phone = fleet.phones[-1]
    before = phone.pushes
    for number in range(100):
        fleet.shop.buy(phone, f"b{number}")
        if number % 5 == 4:
            fleet.publish()
    fleet.deliver()
    assert not phone.missed
    assert 1 <= phone.pushes - before <= 30
