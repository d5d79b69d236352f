"""A merchant's programmes on a table in memory: handlers, stream and clock, and staff by role."""

from __future__ import annotations

import base64
import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import pytest

from tessera.adapters.dynamodb.changes import change_of
from tessera.adapters.dynamodb.table import marshal_item
from tessera.adapters.dynamodb.tallies import StoreTallies
from tessera.application.changes import Change, Event
from tessera.application.staff_access import ROLES
from tessera.entrypoints import admin_api, till_api
from tessera.entrypoints.http import Api
from tessera.entrypoints.streams import Outbox
from tests.fakes.gateway import Context, Gateway, Reply
from tests.fakes.memory_table import MemoryTable
from tests.fakes.stack import EVERY_SCOPE, MemoryStack

STAFF: Mapping[str, str] = {
    "maud": "marketer",
    "paul": "marketer",
    "antoine": "approver",
    "alice": "administrator",
}
MINUTE_MS = 60_000

COFFEE: Mapping[str, Any] = {
    "programme": "coffee",
    "internal_name": "Projet Torréfaction 2027",
    "name": {"fr": "Le Petit Noir", "en": "The Little Black"},
    "currency": "EUR",
    "time_zone": "Europe/Paris",
    "balances": [
        {
            "id": "beans",
            "name": {"fr": "Grains", "en": "Beans"},
            "expiry": {"after": {"months": 12}},
            "spending": {"value": {"points": 10, "gives": "1.00"}},
        }
    ],
    "rules": [
        {
            "id": "euro",
            "when": "purchase.recorded",
            "then": [{"credit": {"balance": "beans", "per_amount": {"every": "1.00", "give": 2}}}],
        }
    ],
    "rewards": [
        {
            "id": "cup",
            "kind": "discount",
            "name": {"fr": "Une tasse", "en": "A cup"},
            "worth": {"discount": "3.00"},
            "price": {"balance": "beans", "amount": 20},
            "code": {"mode": "generated"},
            "use": {"expiry": {"after": {"months": 6}}},
        }
    ],
}


class _Bus:
    """Takes every event."""

    def publish(self, events: list[Event]) -> int:
        return len(events)


@dataclass
class _Container:
    stack: MemoryStack

    @property
    def services(self) -> Any:
        return self.stack.services

    @property
    def programme_services(self) -> Any:
        return self.stack.desk

    @property
    def bus(self) -> Any:
        return _Bus()

    @property
    def counting(self) -> StoreTallies:
        return StoreTallies(self.stack.table)

    def change_of(self, image: Mapping[str, Any]) -> Change | None:
        return change_of(image)

    def begin(self, remaining_ms: Any) -> None:
        """Nothing has to be prepared for a table in memory."""


@dataclass
class Merchant:
    """Everybody who works for the merchant, and the tills."""

    stack: MemoryStack = field(
        default_factory=lambda: MemoryStack(table=MemoryTable(keep_stream=True))
    )

    def __post_init__(self) -> None:
        self._numbers = count(1)
        self.container = _Container(self.stack)
        handlers = {
            "till_api": Api("till_api", till_api.BINDINGS, lambda: self.container).handler,
            "admin_api": Api("admin_api", admin_api.BINDINGS, lambda: self.container).handler,
        }
        self.gateway = Gateway(handlers, _authorizer, "key:till", Context())

    def send(
        self,
        who: str,
        method: str,
        path: str,
        body: Any = None,
        *,
        language: str = "en",
        **more: Any,
    ) -> Reply:
        """Send a request as one of the staff, or as `key:<name>`, which may do everything."""
        if method == "POST":
            more.setdefault("key", f"request {next(self._numbers)}")
        headers = {"accept-language": language}
        return self.gateway.send(method, path, body, secret=who, headers=headers, **more)

    def ok(self, who: str, method: str, path: str, body: Any = None, **more: Any) -> dict[str, Any]:
        """As `send`, for what must be done; gives the JSON of the answer."""
        reply = self.send(who, method, path, body, **more)
        assert reply.status in {200, 201}, reply.body
        return reply.json

    def publish(self, document: Mapping[str, Any], **more: Any) -> dict[str, Any]:
        """Publish a version as an administrator."""
        path = f"/v1/programmes/{document['programme']}/publish"
        return self.ok("alice", "POST", path, {"document": document, **more})

    def enrol(self, programme: str = "coffee") -> str:
        """A new member; gives his id."""
        member: str = self.ok("key:till", "POST", "/v1/members", {"programme": programme})[
            "member_id"
        ]
        return member

    def buy(self, member: str, cents: int, **more: Any) -> dict[str, Any]:
        """A sale; gives what it did in the one programme that rewards it."""
        number = f"T{next(self._numbers)}"
        body = {
            "member": {"id": member},
            "document": {"store": "s1", "number": number},
            "currency": "EUR",
            "total": cents,
            **more,
        }
        result: dict[str, Any] = self.ok("key:till", "POST", "/v1/purchases", body)["results"][0]
        return result

    def redeem(self, member: str, reward: str = "cup", programme: str = "coffee") -> Reply:
        """Take a reward."""
        body = {"member": {"id": member}, "programme": programme, "reward": reward}
        return self.send("key:till", "POST", "/v1/redemptions", body)

    def pass_minutes(self, minutes: int) -> None:
        """Let business time go by."""
        self.stack.clock.at_ms += minutes * MINUTE_MS

    def deliver_stream(self, *, again: int = 1) -> None:
        """Hand what the table's stream holds to the outbox, `again` times over."""
        changes = list(self.stack.table.changes)
        self.stack.table.changes.clear()
        records = [
            {"dynamodb": {"SequenceNumber": str(one.number), "NewImage": _image(one.after)}}
            for one in changes
            if one.before is None and one.after is not None and one.key[1][:2] in {"E#", "O#"}
        ]
        outbox = Outbox(lambda: self.container)
        for _ in range(again):
            told = outbox.handler({"Records": records}, Context())  # type: ignore[arg-type]
            assert told == {"batchItemFailures": []}


def _image(item: Mapping[str, Any]) -> dict[str, Any]:
    """An item as Lambda hands it over: binary values in base64."""
    found = marshal_item(item)
    for value in found.values():
        if "B" in value:
            value["B"] = base64.b64encode(value["B"]).decode()
    return found


def _authorizer(sent: Mapping[str, Any], _context: Any) -> dict[str, Any]:
    """Says who calls by name, with the rights that the table of roles gives."""
    who = sent["headers"]["authorization"].removeprefix("Bearer ")
    kind, scopes = "staff", ROLES[STAFF[who]] if who in STAFF else EVERY_SCOPE
    credential = f"stf_{who}"
    if who not in STAFF:
        kind, credential = "key", who.replace("key:", "key_")
    context = {
        "kind": kind,
        "credential": credential,
        "scopes": " ".join(scopes),
        "stores": "null",
        "name": who.title() if kind == "staff" else "",
    }
    return {"isAuthorized": True, "context": context}


@pytest.fixture
def merchant() -> Merchant:
    """A merchant with no programme yet."""
    return Merchant()


@pytest.fixture
def coffee(merchant: Merchant) -> Merchant:
    """A merchant whose coffee programme is in force."""
    merchant.publish(COFFEE)
    return merchant


def changed(edit: Callable[[dict[str, Any]], None], **texts: Any) -> dict[str, Any]:
    """The coffee programme with an edit, and a notice where one is given."""
    document = copy.deepcopy(dict(COFFEE))
    edit(document)
    if texts:
        document["texts"] = texts
    return document
