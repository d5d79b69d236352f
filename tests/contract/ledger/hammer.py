"""Many threads against one table on a real engine; what they were told is judged afterwards."""

from __future__ import annotations

import json
import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, fields
from functools import partial
from random import Random
from typing import Any, cast

from tessera.adapters.dynamodb.articles import StoreArticles
from tessera.adapters.dynamodb.driver import StoreDriver
from tessera.adapters.dynamodb.entries import StoreCards, StoreEntries
from tessera.adapters.dynamodb.programmes import StoreProgrammes
from tessera.adapters.dynamodb.rows import Codec
from tessera.adapters.dynamodb.table import Item, Operation, Store, unmarshal_item
from tessera.application.adjust_balance import adjust_balance
from tessera.application.enrol_member import enrol_member
from tessera.application.outcomes import Cancelled, Committed, Reason, Unknown
from tessera.application.record_purchase import record_purchase
from tessera.application.redeem_reward import redeem_reward
from tessera.application.requests import Answer, Identity, Writing
from tessera.application.services import Services
from tessera.application.writes import PutAnswer
from tessera.domain.errors import TesseraError, Unavailable
from tests.simulation.history import History, Violation
from tests.simulation.invariants import check
from tests.simulation.programme import DOCUMENT, PROGRAMME
from tests.simulation.world import CALLER, Request, Surprise, UseCase
from tools.engines.tables import client, table_on

LIFE_MS = 2_500
RESENT_MAX = 60


class _Links:
    def image_url(self, image: str) -> str | None:
        return image or None

    def card_url(self, card: str) -> str:
        return card

    def card_of(self, token: str) -> str:
        return token


class _Dice:
    def bytes(self, length: int) -> bytes:
        return os.urandom(length)


class _Counting:
    """A table whose transactions and conflicts are counted."""

    def __init__(self, table: Store, count: Callable[[str], None]) -> None:
        self._table = table
        self._count = count

    def __getattr__(self, name: str) -> Any:
        return getattr(self._table, name)

    def transact(
        self, operations: Sequence[Operation], token: str
    ) -> Committed | Cancelled | Unknown:
        self._count("transactions")
        outcome = self._table.transact(operations, token)
        if isinstance(outcome, Unknown):
            self._count("unknown")
        elif isinstance(outcome, Cancelled):
            self._count("conflicts" if Reason.CONFLICT in outcome.reasons else "cancelled")
        return outcome


@dataclass(slots=True)
class Hammer:
    """A merchant on a table of an engine. `url` may be that of a proxy before it."""

    url: str
    table: str
    read_timeout_s: float = 5.0
    requests: list[Request] = field(default_factory=list)
    surprises: list[Surprise] = field(default_factory=list)
    done: Counter[str] = field(default_factory=Counter)
    members: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _local: threading.local = field(default_factory=threading.local)
    _store: Store | None = None

    def services(self) -> Services:
        """Services of the calling thread: a function of its own on the shared connection."""
        found: Services | None = getattr(self._local, "services", None)
        if found is None:
            if self._store is None:
                found_table = table_on(self.url, self.table, read_timeout_s=self.read_timeout_s)
                self._store = cast(Store, _Counting(found_table, self._count))
            store = self._store
            programmes = StoreProgrammes(store)
            driver = StoreDriver(store, Codec(b"k" * 32), programmes)
            known: dict[str, Any] = {
                "driver": driver,
                "entropy": _Dice(),
                "articles": StoreArticles(store),
                "entries": StoreEntries(store),
                "programmes": programmes,
                "cards": StoreCards(store),
                "links": _Links(),
            }
            found = Services(**{one.name: known.get(one.name) for one in fields(Services)})  # type: ignore[arg-type]
            self._local.services, self._local.driver = found, driver
        return found

    def open(self, upstream: str, members: int) -> None:
        """Publish the programme, past any proxy, and enrol."""
        row = PutAnswer(Identity("hammer", "programme", b"\0"), "", Answer(201, b"{}"))
        programmes = StoreProgrammes(table_on(upstream, self.table, read_timeout_s=30))
        programmes.publish(PROGRAMME, DOCUMENT, now_ms(), "test", lambda _: row)
        for number in range(members):
            body = {"programme": PROGRAMME, "profile": {"first_name": "A"}}
            request = self.request("enrol", "", body, enrol_member, key=f"enrol-{number}")
            self.send(request)
            self.members.append(json.loads(request.acks[0][1])["member_id"])

    def request(
        self, kind: str, member: str, body: dict[str, Any], act: UseCase, *, key: str | None = None
    ) -> Request:
        """A request that will be sent; without a key its document is its identity."""
        if member:
            body = {"member": {"id": member}, **body}
        scope, identity = f"key:{CALLER.credential}", key or ""
        if key is None:
            scope = f"purchase:{body['document']['store']}"
            identity = body["document"]["number"]
        with self._lock:
            made = Request(len(self.requests), kind, scope, identity, member, body, key, act)
            self.requests.append(made)
        return made

    def purchase(self, member: str, number: str, cents: int) -> Request:
        """A sale."""
        body = {
            "document": {"store": "angers", "number": number},
            "currency": "EUR",
            "lines": [{"article": "a", "quantity": 1, "gross": cents}],
        }
        return self.request("purchase", member, body, record_purchase)

    def any_request(self, random: Random, number: int) -> Request:
        """A request drawn from a mix."""
        member = random.choice(self.members)
        drawn = random.random()
        if drawn < 0.7:
            return self.purchase(member, f"T-{number}", random.randrange(100, 4_000))
        if drawn < 0.85:
            body: dict[str, Any] = {"programme": PROGRAMME, "reward": "coffee"}
            return self.request("redeem", member, body, redeem_reward, key=f"r-{number}")
        body = {"programme": PROGRAMME, "balance": "points", "amount": 10, "reason": "goodwill"}
        return self.request("adjust", member, body, adjust_balance, key=f"a-{number}")

    def send(self, request: Request) -> None:
        """Send a request until it is told something, as a till does."""
        for _ in range(RESENT_MAX):
            begun = time.monotonic() * 1000
            request.begun_at = min(begun, request.begun_at or begun)
            services = self.services()
            self._local.driver.remaining_ms = partial(_left_ms, begun + LIFE_MS)
            writing = Writing(CALLER, request.body, request.key, now_ms(), os.urandom(32))
            try:
                told = request.act(services, writing)
            except Unavailable:
                request.unclear += 1
                self._count("unavailable")
                continue
            except TesseraError as refusal:
                at = time.monotonic() * 1000
                request.refusals.append((at, refusal.code, begun))
                return
            except Exception as error:  # noqa: BLE001 - what must never come is what is looked for
                self.surprises.append(Surprise(repr(error)[:400], request.number))
                return
            request.acks.append((time.monotonic() * 1000, told.body))
            self._count("replays" if told.replayed else "acks")
            return

    def _count(self, name: str) -> None:
        with self._lock:
            self.done[name] += 1

    def run(self, requests: Sequence[Request], threads: int) -> float:
        """Send all of them from so many threads; gives the seconds it took."""
        started = time.monotonic()
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(self.send, requests))
        return time.monotonic() - started

    def violations(self, upstream: str) -> list[Violation]:
        """Every invariant that is broken, but those of schedules and streams, which don't run."""
        history = History(
            rows=_scan(upstream, self.table),
            requests=self.requests,
            surprises=self.surprises,
            published=Counter(),
            projected={},
            negative_reads=0,
            now_ms=now_ms(),
        )
        return [one for one in check(history) if one.invariant not in {"I12", "I15"}]


def _left_ms(ends_ms: float) -> int:
    return int(ends_ms - time.monotonic() * 1000)


def now_ms() -> int:
    """The wall clock."""
    return time.time_ns() // 1_000_000


def _scan(url: str, table: str) -> list[Item]:
    found: list[Item] = []
    for page in client(url).get_paginator("scan").paginate(TableName=table, ConsistentRead=True):
        found += [unmarshal_item(item) for item in page["Items"]]
    return found
