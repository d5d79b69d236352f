"""Golden cases: a fragment of a programme, a sequence of API calls, the numbers expected.

A case enters through the handlers of the till and of the administrator, as an HTTP client does;
only the table, the clock and the authorizer are stand-ins. Occasions enter through the worker's
use case. The cases live in `tests/golden/*.yaml`, one file per source of requirements.

    - id: O-13                          # the requirement that the case proves
      text: 50 EUR less 5 EUR and 30 EUR earn 15 points
      programme: {balances: [...]}      # merged over the base programme below
      steps:
        - adjust: {amount: 300}         # one call; its body, with what is usual filled in
          expect: {balances.points.after: 300}    # paths into the answer

A path goes through mappings by key and through lists by index or by an item's own name
(`balances.points.earned`). `member: bob` in a step lets somebody else act.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import count
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from tessera.application.fire_occasions import fire_account, fire_birthday
from tessera.application.occasions import PAGERS, DueRow
from tessera.entrypoints import admin_api, till_api
from tessera.entrypoints.http import Api
from tests.fakes.gateway import Context, Gateway, Reply
from tests.fakes.stack import EVERY_SCOPE, MemoryStack

GOLDEN = Path(__file__).parents[1] / "golden"
ZONE = "Europe/Paris"
START = "2026-11-23T10:00"
OPENED = "2020-01-06T09:00"
"""When the programmes of every case began: cases may set the clock to before START."""
"""A Monday."""

BASE: Mapping[str, Any] = {
    "programme": "golden",
    "currency": "EUR",
    "time_zone": ZONE,
    "balances": [{"id": "points"}],
}
_NAMES = (
    "balance", "reward", "group", "kind", "source", "code", "id", "programme", "name", "subject",
)  # fmt: skip
_MISSING = object()


@dataclass(frozen=True)
class Case:
    """One case, as it stands in its file."""

    file: str
    place: int
    id: str
    content: Mapping[str, Any]

    @property
    def name(self) -> str:
        return f"{self.file}-{self.place:02}-{self.id}"


@dataclass(frozen=True)
class Miss:
    """One expectation that did not hold."""

    step: int
    path: str
    expected: Any
    found: Any

    def __str__(self) -> str:
        return f"step {self.step}: {self.path} is {self.found!r}, not {self.expected!r}"


def load(path: Path) -> list[Case]:
    """The cases of one file."""
    content = yaml.load(path.read_text("utf-8"), Loader=yaml.CSafeLoader)
    return [Case(path.stem, place, one["id"], one) for place, one in enumerate(content)]


def cases() -> Iterator[Case]:
    """Every case of every file, in order."""
    for path in sorted(GOLDEN.glob("*.yaml")):
        yield from load(path)


@dataclass
class _Container:
    """What the handlers ask of the composition root."""

    stack: MemoryStack

    @property
    def services(self) -> Any:
        return self.stack.services

    @property
    def programme_services(self) -> Any:
        return self.stack.desk

    def begin(self, remaining_ms: Any) -> None:
        """Nothing has to be prepared for a table in memory."""


def _allowed(_event: Any, _context: Any) -> dict[str, Any]:
    """An authorizer that lets every key do everything, in every store."""
    context = {
        "credential": "key_golden",
        "kind": "key",
        "scopes": " ".join(sorted(EVERY_SCOPE)),
        "stores": "null",
    }
    return {"isAuthorized": True, "context": context}


def credited_somewhere(document: Mapping[str, Any]) -> dict[str, Any]:
    """A case's programme as one that may be published: each balance is earned by something.

    Many cases show one reward or tier and put the value there by hand. What nobody could ever
    earn is refused at publication; an event that no case sends makes it sound.
    """
    rules = [
        {
            "id": f"elsewhere-{balance['id']}",
            "when": "case.elsewhere",
            "then": [{"credit": {"balance": balance["id"], "amount": 1}}],
        }
        for balance in document["balances"]
    ]
    return {**document, "rules": [*document.get("rules", []), *rules]}


@dataclass
class Shop:
    """A deployed shop in memory, and the members who come to it."""

    programmes: Sequence[Mapping[str, Any]]
    stack: MemoryStack = field(default_factory=MemoryStack)
    members: dict[str, str] = field(default_factory=dict)
    named: dict[str, Any] = field(default_factory=dict)
    sales: list[Mapping[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._numbers = count(1)
        self.set_clock(OPENED)
        container = _Container(self.stack)
        self.gateway = Gateway(
            {
                "till_api": Api("till_api", till_api.BINDINGS, lambda: container).handler,
                "admin_api": Api("admin_api", admin_api.BINDINGS, lambda: container).handler,
            },
            _allowed,
            "tk_test_golden",
            Context(),
        )
        for document in self.programmes:
            name = document["programme"]
            body = {"document": credited_somewhere(document)}
            reply = self._post(f"/v1/programmes/{name}/publish", body)
            assert reply.status == 201, reply.body
        self.set_clock(START)

    @property
    def programme(self) -> str:
        return str(self.programmes[0]["programme"])

    @property
    def now(self) -> datetime:
        zone = ZoneInfo(ZONE)
        return datetime.fromtimestamp(self.stack.clock.at_ms / 1000, zone)

    def set_clock(self, text: str) -> None:
        """Set the clock to a local time of the shop."""
        moment = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(ZONE))
        self.stack.clock.at_ms = int(moment.timestamp()) * 1000

    def act(self, step: Mapping[str, Any]) -> Any:
        """Do one step and give the answer that its expectations look into."""
        member = step.get("member", "anna")
        word = next(key for key in step if key not in {"member", "expect", "as"})
        body = dict(step[word] or {})
        answer = getattr(self, f"_do_{word}")(member, body)
        if "as" in step:
            self.named[step["as"]] = answer
        return answer

    def _post(self, path: str, body: Mapping[str, Any] | None) -> Reply:
        return self.gateway.send("POST", path, body, key=f"golden-{next(self._numbers)}")

    def _answered(self, reply: Reply) -> dict[str, Any]:
        return {"status": reply.status, **reply.json}

    def _of(self, member: str, body: dict[str, Any]) -> dict[str, Any]:
        body.setdefault("programme", self.programme)
        return {"member": {"id": self._id(member)}, **body}

    def _id(self, member: str) -> str:
        if member not in self.members:
            self._do_enrol(member, {})
        return self.members[member]

    def _do_enrol(self, member: str, body: dict[str, Any]) -> Any:
        body.setdefault("programme", self.programme)
        if member in self.members:
            body.setdefault("member_id", self.members[member])
        else:
            body.setdefault("external_id", member)
        reply = self._post("/v1/members", body)
        if reply.status == 201:
            self.members[member] = reply.json["member_id"]
        return self._answered(reply)

    def _sale(self, member: str, body: dict[str, Any]) -> dict[str, Any]:
        store = body.pop("store", "s1")
        body.setdefault("document", {"store": store, "number": f"T{next(self._numbers)}"})
        body.setdefault("currency", "EUR")
        if "vouchers" in body:
            body["vouchers"] = [self._code(code) for code in body["vouchers"]]
        return {"member": {"id": self._id(member)}, **body}

    def _code(self, name: str) -> str:
        """A voucher's code, or that of the voucher issued by an earlier step (`$name`)."""
        if not name.startswith("$"):
            return name
        found: str = look(self.named[name[1:]], "vouchers.0.code")
        return found

    def _do_buy(self, member: str, body: dict[str, Any]) -> Any:
        sent = self._sale(member, body)
        reply = self._post("/v1/purchases", sent)
        if reply.status == 201:
            self.sales.append(sent["document"])
        return self._answered(reply)

    def _do_quote(self, member: str, body: dict[str, Any]) -> Any:
        return self._answered(self._post("/v1/quotes", self._sale(member, body)))

    def _do_give_back(self, _member: str, body: dict[str, Any]) -> Any:
        original = self.sales[body.pop("sale", -1)]
        body.setdefault("document", {"store": "s1", "number": f"R{next(self._numbers)}"})
        return self._answered(self._post("/v1/returns", {"original": original, **body}))

    def _do_redeem(self, member: str, body: dict[str, Any]) -> Any:
        return self._answered(self._post("/v1/redemptions", self._of(member, body)))

    def _do_event(self, member: str, body: dict[str, Any]) -> Any:
        return self._answered(self._post("/v1/events", self._of(member, body)))

    def _do_adjust(self, member: str, body: dict[str, Any]) -> Any:
        body = {"balance": "points", "reason": "test", **body}
        return self._answered(self._post("/v1/adjustments", self._of(member, body)))

    def _do_award(self, member: str, body: dict[str, Any]) -> Any:
        return self._answered(self._post("/v1/awards", self._of(member, body)))

    def _do_hold(self, member: str, body: dict[str, Any]) -> Any:
        if "voucher" in body:
            body["voucher"] = self._code(body["voucher"])
        return self._answered(self._post("/v1/holds", self._of(member, body)))

    def _do_settle(self, _member: str, body: dict[str, Any]) -> Any:
        hold = look(self.named[body["hold"]], "holds.0.id")
        return self._answered(self._post(f"/v1/holds/{hold}/{body['how']}", None))

    def _do_validate(self, _member: str, body: dict[str, Any]) -> Any:
        code = self._code(body.pop("code"))
        return self._answered(self._post(f"/v1/vouchers/{code}/validate", body))

    def _do_use(self, _member: str, body: dict[str, Any]) -> Any:
        code = self._code(body.pop("code"))
        return self._answered(self._post(f"/v1/vouchers/{code}/redeem", body))

    def _do_codes(self, _member: str, body: dict[str, Any]) -> Any:
        """Bring a pool of codes, as the merchant does by file."""
        return self._answered(self._post(f"/v1/code-pools/{body.pop('pool')}/codes", body))

    def _do_articles(self, _member: str, body: dict[str, Any]) -> Any:
        """Bring articles into the catalogue."""
        return self._answered(self._post("/v1/articles", {"currency": "EUR", **body}))

    def _do_article(self, _member: str, body: dict[str, Any]) -> Any:
        """Ask what an article is, as a till that scanned it."""
        return self._answered(self.gateway.send("GET", f"/v1/articles/{body['code']}"))

    def _do_customer(self, member: str, body: dict[str, Any]) -> Any:
        """Make a customer known who is in no programme yet."""
        reply = self._post("/v1/members", {"external_id": member, **body})
        self.members[member] = reply.json["member_id"]
        return self._answered(reply)

    def _do_clock(self, _member: str, body: dict[str, Any]) -> Any:
        self.set_clock(body["at"])
        return {}

    def _do_publish(self, _member: str, body: dict[str, Any]) -> Any:
        document = credited_somewhere(merged(self.programmes[0], body["programme"]))
        told = {"fr": "Les règles changent.", "en": "The rules change."}
        document["texts"] = {**document.get("texts", {}), "notice": told}
        path = f"/v1/programmes/{self.programme}/publish"
        reply = self._post(path, {"document": document})
        self.stack.clock.at_ms += 120_000
        return self._answered(reply)

    def _do_days(self, member: str, body: dict[str, Any]) -> Any:
        """Live every day up to a date, each day's schedules run in order; gives what fired."""
        until = date.fromisoformat(body["until"])
        fired: list[dict[str, Any]] = []
        while self.now.date() < until:
            following = date.fromordinal(self.now.date().toordinal() + 1)
            self.set_clock(f"{following.isoformat()}T06:00")
            self._fire(self._id(member), fired)
        return {"fired": fired, "count": self._counted(fired)}

    @staticmethod
    def _counted(fired: list[dict[str, Any]]) -> dict[str, int]:
        counts: dict[str, int] = {}
        for one in fired:
            counts[one["kind"]] = counts.get(one["kind"], 0) + 1
        return counts

    def _fire(self, member: str, fired: list[dict[str, Any]]) -> None:
        now_ms = self.stack.clock.at_ms
        today = (self.now.date() - date(1970, 1, 1)).days
        row = DueRow(member, self.programme, "-")
        done = list(fire_birthday(self.stack.services, member, ZONE, today, now_ms))
        for pager in PAGERS.values():
            done += fire_account(self.stack.services, row, pager, now_ms)
        fired += [
            {"kind": one.kind, "period": one.period, "on": self.now.date().isoformat()}
            for one in done
        ]

    def _do_show(self, member: str, body: dict[str, Any]) -> Any:
        """Read the member: balances, lots, rewards, tiers, vouchers, entries."""
        what = body["what"]
        query = {"programme": self.programme} if what == "entries" else None
        path = f"/v1/members/{self._id(member)}/{what}"
        found = self._answered(self.gateway.send("GET", path, query=query))
        accounts = found.get("accounts")
        if isinstance(accounts, list) and len(accounts) == 1:
            found |= accounts[0]
        return found


def merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """A document with another laid over it; lists are replaced, mappings are merged."""
    found: dict[str, Any] = copy.deepcopy(dict(base))
    for key, value in over.items():
        if isinstance(value, Mapping) and isinstance(found.get(key), Mapping):
            found[key] = merged(found[key], value)
        elif value is None:
            found.pop(key, None)
        else:
            found[key] = copy.deepcopy(value)
    return found


def look(answer: Any, path: str) -> Any:
    """What lies at a path of an answer, its first result taken for granted."""
    found = _walk(answer, path.split("."))
    if found is _MISSING and isinstance(answer, Mapping):
        results = answer.get("results")
        if isinstance(results, list) and results:
            found = _walk(results[0], path.split("."))
    return None if found is _MISSING else found


def _walk(value: Any, names: list[str]) -> Any:
    if not names:
        return value
    head, rest = names[0], names[1:]
    if isinstance(value, str) and not rest:
        # Of a text drawn at random, its length and its shape can be told.
        shapes = {"characters": len(value), "shape": re.sub(r"\d", "d", value)}
        return shapes.get(head, _MISSING)
    if isinstance(value, Mapping):
        # A name may itself hold dots: the longest that is there wins.
        for length in range(len(names), 0, -1):
            key = ".".join(names[:length])
            if key in value:
                return _walk(value[key], names[length:])
        return _MISSING
    if isinstance(value, list):
        if head == "length":
            return len(value)
        if head.lstrip("-").isdigit():
            place = int(head)
            return _walk(value[place], rest) if -len(value) <= place < len(value) else _MISSING
        for item in value:
            if isinstance(item, Mapping) and any(item.get(name) == head for name in _NAMES):
                found = _walk(item, rest)
                if found is not _MISSING:
                    return found
    return _MISSING


def run(content: Mapping[str, Any]) -> list[Miss]:
    """Run one case and give the expectations that did not hold."""
    documents = [merged(BASE, content.get("programme") or {})]
    documents += [merged(BASE, other) for other in content.get("further_programmes", ())]
    shop = Shop(documents)
    misses = []
    for place, step in enumerate(content["steps"]):
        answer = shop.act(step)
        expected = step.get("expect")
        if expected is None:
            # A step that nobody asks about is a means: it has to succeed.
            expected = {}
            if isinstance(answer, Mapping) and answer.get("status", 200) >= 400:
                misses.append(Miss(place, "status", "success", answer))
        for path, value in expected.items():
            found = look(answer, str(path))
            if not _equal(value, found):
                misses.append(Miss(place, str(path), value, found))
    return misses


def _equal(expected: Any, found: Any) -> bool:
    if isinstance(expected, list) and isinstance(found, list):
        return len(expected) == len(found) and all(map(_equal, expected, found))
    if isinstance(expected, str) and isinstance(found, str):
        # Sentences write amounts with spaces that don't break; the cases are typed with plain ones.
        found = found.replace("\u00a0", " ").replace("\u202f", " ")
    return type(expected) is type(found) and bool(expected == found)
