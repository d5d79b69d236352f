"""A phone with one card, and the till that its member buys at.

Whoever runs a fleet hands in how a request travels: over HTTP to a stack, or straight into the
functions. Nothing here starts a thread or waits.
"""

from __future__ import annotations

import io
import json
import re
import secrets
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tools.http_client import Response
from tools.phone.iphone import BROWSER

SPENT_CENTS = 1_000
EARNED = 10

Exchange = Callable[[str, str, Mapping[str, str], bytes | None], Response]
"""Method, address, headers and body of a request, to its answer."""


class Refused(RuntimeError):
    """A request was not answered as it should be; the text says which and how."""


@dataclass(slots=True)
class Phone:
    """One phone and the card on it."""

    member: str
    url: str
    push_token: str
    device: str = field(default_factory=lambda: secrets.token_hex(16))
    pass_type: str = ""
    serial: str = ""
    token: str = ""
    modified: str = ""
    tag: str | None = None
    balance: int = 0
    expected: int = 0
    gone: bool = False
    pushes: int = 0
    fetches: int = 0
    wasted: int = 0
    """Fetches that brought the same card again."""
    unmodified: int = 0
    """Fetches that were answered "you have it already", for a header's worth of bytes."""
    empty: int = 0
    """Pushes after which nothing had changed."""

    @property
    def missed(self) -> bool:
        """Whether the phone shows another balance than its member has."""
        return not self.gone and self.balance != self.expected


@dataclass(frozen=True, slots=True)
class Shop:
    """A stack by its address, as tills and phones use it."""

    api_url: str
    key: str
    exchange: Exchange

    def enrol(self, name: str, push_token: str) -> Phone:
        """A new member, and the phone that will hold his card."""
        body = {"programme": "demo", "external_id": name}
        made = self._call("/v1/members", body, name)
        return Phone(made["member_id"], made["card"]["url"], push_token)

    def buy(self, phone: Phone, number: str) -> None:
        """One purchase of ten euros; the phone should come to show what it earned."""
        phone.expected += EARNED
        body = {
            "member": {"id": phone.member},
            "document": {"store": "fleet", "number": f"{phone.member}-{number}"},
            "currency": "EUR",
            "total": SPENT_CENTS,
        }
        self._call("/v1/purchases", body)

    def install(self, phone: Phone) -> None:
        """Download the card and register for its changes."""
        answer = self.exchange("GET", phone.url, {"User-Agent": BROWSER}, None)
        if answer.status != 200:
            raise Refused(f"the card's link answered {answer.status}")
        document = _read(answer.body)
        phone.pass_type = document["passTypeIdentifier"]
        phone.serial, phone.token = document["serialNumber"], document["authenticationToken"]
        phone.modified, phone.balance = answer.headers["last-modified"], _balance(document)
        phone.expected = phone.balance
        path = f"/devices/{phone.device}/registrations/{phone.pass_type}/{phone.serial}"
        status = self._apple("POST", phone, path, {"pushToken": phone.push_token}).status
        if status != 201:
            raise Refused(f"the registration answered {status}")

    def look(self, phone: Phone) -> bool:
        """Ask what changed, as after a push, and fetch it; whether the card reads differently."""
        path = f"/devices/{phone.device}/registrations/{phone.pass_type}"
        query = "" if phone.tag is None else f"?passesUpdatedSince={phone.tag}"
        answer = self._apple("GET", phone, path + query)
        if answer.status == 204:
            phone.empty += 1
            return False
        if answer.status != 200:
            raise Refused(f"the list of changed cards answered {answer.status}")
        listed = json.loads(answer.body)
        if listed["serialNumbers"] != [phone.serial]:
            raise Refused("the list names another card")
        path = f"/passes/{phone.pass_type}/{phone.serial}"
        fetched = self._apple("GET", phone, path, None, {"If-Modified-Since": phone.modified})
        if fetched.status not in {200, 304}:
            raise Refused(f"the card answered {fetched.status}")
        phone.tag = listed["lastUpdated"]
        if fetched.status == 304:
            phone.unmodified += 1
            return False
        balance = _balance(_read(fetched.body))
        changed = balance != phone.balance
        phone.fetches += 1
        phone.wasted += not changed
        phone.modified, phone.balance = fetched.headers["last-modified"], balance
        return changed

    def is_registered(self, phone: Phone) -> bool:
        """Whether the stack would still tell the phone of changes."""
        path = f"/devices/{phone.device}/registrations/{phone.pass_type}"
        return self._apple("GET", phone, path).status != 204

    def _call(self, path: str, body: Mapping[str, Any], key: str = "") -> Any:
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
        if key:
            headers["Idempotency-Key"] = key
        raw = json.dumps(body).encode()
        answer = self.exchange("POST", self.api_url + path, headers, raw)
        if answer.status >= 300:
            raise Refused(f"{path} answered {answer.status}: {answer.body[:300]!r}")
        return json.loads(answer.body)

    def _apple(
        self,
        method: str,
        phone: Phone,
        path: str,
        body: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        named = {"Authorization": f"ApplePass {phone.token}", **(headers or {})}
        raw = None if body is None else json.dumps(body).encode()
        return self.exchange(method, f"{self.api_url}/apple/v1{path}", named, raw)


def _read(archive: bytes) -> dict[str, Any]:
    with zipfile.ZipFile(io.BytesIO(archive)) as found:
        document: dict[str, Any] = json.loads(found.read("pass.json"))
    return document


def _balance(document: Mapping[str, Any]) -> int:
    card = document["storeCard"]
    fields = [*card.get("primaryFields", []), *card.get("headerFields", [])]
    value = next(one["value"] for one in fields if one["key"] == "balance")
    return int(re.sub(r"[^\d-]", "", str(value)))
