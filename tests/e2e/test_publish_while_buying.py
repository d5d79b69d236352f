"""The deployed stack while a version is published and rolled back, and nobody stops buying."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from tools import clock
from tools.api_client import Api
from tools.laptop import Stack

CLIENTS = 20
AT_ONCE = 3
"""The laptop's cloud starts a process for each request that is served beside another."""

CENTS = 1000
SALES_MIN = 2
WAIT_S_MAX = 120.0
NOTICE = {"fr": "Les règles changent.", "en": "The rules change."}


def document(name: str, per_euro: int, fixed: int) -> dict[str, Any]:
    """A programme with two rules that every sale meets: a mixture of versions shows."""

    def rule(name: str, credit: dict[str, Any]) -> dict[str, Any]:
        credit = {"balance": "points", **credit}
        return {"id": name, "when": "purchase.recorded", "then": [{"credit": credit}]}

    return {
        "programme": name,
        "currency": "EUR",
        "time_zone": "Europe/Paris",
        "balances": [{"id": "points", "name": {"fr": "Points", "en": "Points"}}],
        "rules": [
            rule("euro", {"per_amount": {"every": "1.00", "give": per_euro}}),
            rule("visit", {"amount": fixed}),
        ],
        "texts": {"notice": NOTICE},
    }


EARNS = {1: 23, 2: 57, 3: 23}
"""What a sale of ten euros earns by the whole of each version."""


@dataclass
class Client(threading.Thread):
    """A customer who buys until told to stop."""

    stack: Stack
    programme: str
    member: str
    stop: threading.Event
    turn: threading.Semaphore
    versions: list[int] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(daemon=True)

    def __hash__(self) -> int:
        return id(self)

    def run(self) -> None:
        with Api(self.stack.api_url, self.stack.admin_key) as api:
            while not self.stop.is_set():
                self._buy(api)

    def _buy(self, api: Api) -> None:
        sale = {
            "member": {"id": self.member},
            "document": {"store": "s1", "number": uuid4().hex},
            "currency": "EUR",
            "total": CENTS,
        }
        with self.turn:
            reply = api.post("/v1/purchases", sale)
        if not reply.ok:
            self.wrong.append(reply.reason)
            self.stop.set()
            return
        result = next(one for one in reply.body["results"] if one["programme"] == self.programme)
        version, earned = result["programme_version"], result["balances"][0]["earned"]
        if earned != EARNS[version]:
            self.wrong.append(f"version {version} gave {earned}")
        self.versions.append(version)


def until_all(clients: list[Client], version: int) -> None:
    """Wait until every client has bought twice by a version, or one of them found a fault."""
    deadline_s = time.monotonic() + WAIT_S_MAX
    while not all(client.versions.count(version) >= SALES_MIN for client in clients):
        assert not any(client.wrong for client in clients), [one.wrong for one in clients]
        assert time.monotonic() < deadline_s, [one.versions[-3:] for one in clients]
        clients[0].join(0.05)


def instant_ms(text: str) -> float:
    return datetime.fromisoformat(text).astimezone(UTC).timestamp() * 1000


@pytest.mark.requirement("X-07", "A-12")
def test_twenty_clients_buy_while_a_version_is_published_and_rolled_back(stack: Stack) -> None:
    name = f"rush-{uuid4().hex[:6]}"
    path = f"/v1/programmes/{name}"
    moved = clock.Stack.of(stack.places)
    stop = threading.Event()
    with Api(stack.api_url, stack.admin_key) as api:

        def post(address: str, **body: Any) -> dict[str, Any]:
            reply = api.post(address, body, uuid4().hex)
            assert reply.ok, reply.reason
            return reply.body

        post(f"{path}/publish", document=document(name, 2, 3))
        members = [post("/v1/members", programme=name)["member_id"] for _ in range(CLIENTS)]
        turn = threading.Semaphore(AT_ONCE)
        clients = [Client(stack, name, member, stop, turn) for member in members]
        try:
            for client in clients:
                client.start()
            until_all(clients, 1)
            post(f"{path}/publish", document=document(name, 5, 7))
            moved.set_to(moved.now() + timedelta(seconds=61))
            until_all(clients, 2)
            again = {**NOTICE, "en": "As before."}
            post(f"{path}/rollback", version=1, notice=again, why="Too rich")
            moved.set_to(moved.now() + timedelta(seconds=61))
            until_all(clients, 3)
        finally:
            stop.set()
            for client in clients:
                client.join(30)

        plan = {"document": document(name, 2, 3)}
        deadline_s = time.monotonic() + WAIT_S_MAX
        # The stream's reader counts: seconds behind the ledger, and no scan.
        while post(f"{path}/plan", **plan)["accounts"] != CLIENTS:
            assert time.monotonic() < deadline_s
            clients[0].join(0.2)
        versions = api.get(f"{path}/versions").body["versions"]
        begins = sorted((instant_ms(one["effective_at"]), one["version"]) for one in versions)
        sales = 0
        for member in members:
            address = f"/v1/members/{member}/entries?programme={name}&limit=100"
            for entry in api.get(address).body["entries"]:
                at_ms = instant_ms(entry["occurred_at"])
                due = [version for begin, version in begins if begin <= at_ms][-1]
                assert entry["programme_version"] == due, entry
                sales += entry["kind"] == "purchase"
    assert sales >= CLIENTS * SALES_MIN * 3
    assert [one["origin"] for one in versions] == [1, None, None]
