"""Members of several programmes: a sale counts in each, and comes back in each (I20)."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import inf

from tessera.adapters.dynamodb.rows import answer_of
from tests.simulation.hands import Body, ByCause, credited
from tests.simulation.history import History, Ledger, Violation
from tests.simulation.world import Request

Entries = Sequence[tuple[Ledger, Body]]


def cause_of(scope: str, identity: str) -> str:
    """The name under which an entry knows the request that made it."""
    return hashlib.sha256(f"{scope}\0{identity}".encode()).hexdigest()[:32]


def everywhere(history: History, by_cause: ByCause) -> Iterator[Violation]:
    """I20: a sale counts once in every programme that its buyer was in when it was asked for, and
    what comes back of it is taken back in each programme in which it counted.
    """
    asked: dict[str, list[Request]] = {}
    for request in history.requests:
        asked.setdefault(cause_of(request.scope, request.id), []).append(request)
    joined = _joined(history, asked)
    versions = _versions(asked, by_cause)
    for cause, requests in asked.items():
        entries = by_cause.get(cause, ())
        kind, name = requests[0].kind, f"{requests[0].kind} {requests[0].scope} {requests[0].id}"
        if entries and kind in {"purchase", "move"}:
            begun = min(one.begun_at for one in requests if one.begun_at is not None)
            yield from _counted(name, entries, joined, begun)
        if entries and kind in {"return", "undo", "move"}:
            back = {ledger.account.programme for ledger, body in entries if body["k"] == "return"}
            sale = sale_of(requests[0])
            # Nothing is moved of which something has come back: a return is of the last version.
            known = versions[sale] if kind == "move" else [_last(history, sale)]
            if back not in known:
                yield Violation("I20", f"{name} takes back in {back}, and it counted in {known}")
        if entries and kind == "lost":
            back = {ledger.account.programme for ledger, body in entries if body["k"] == "return"}
            for sale in found_in(history, requests[0]).sales:
                if not _last(history, sale) <= back:
                    yield Violation("I20", f"{name} takes {sale} back in {back} only")


def _joined(
    history: History, asked: Mapping[str, Sequence[Request]]
) -> dict[str, dict[str, float]]:
    """From when each member could know to be in each programme, by whoever was told so first."""
    found: dict[str, dict[str, float]] = {}
    for ledger in history.ledgers:
        requests = asked.get(ledger.bodies[0]["c"], ())
        told = min((at for request in requests for at, _ in request.acks), default=inf)
        found.setdefault(ledger.account.member, {})[ledger.account.programme] = told
    return found


def _counted(
    name: str, entries: Entries, joined: Mapping[str, Mapping[str, float]], begun: float
) -> Iterator[Violation]:
    sold = [(ledger, body) for ledger, body in entries if body["k"] == "purchase"]
    times = Counter(ledger.account.programme for ledger, _ in sold)
    for programme, count in times.items():
        if count > 1:
            yield Violation("I20", f"{name} counts {count} times in {programme}")
    for buyer in sorted({credited(ledger, body) for ledger, body in sold}):
        for programme, told in joined.get(buyer, {}).items():
            if told < begun and programme not in times:
                yield Violation("I20", f"{name} of {buyer} doesn't count in {programme}")


def sale_of(request: Request) -> tuple[str, str]:
    """Store and number of the sale that a request makes, moves or brings back."""
    document = request.body.get("original") or request.body["document"]
    return document["store"], document["number"]


@dataclass(frozen=True, slots=True)
class Found:
    """Where goods without receipt were found: by sale and line, in thousandths; and whether some
    were in no sale."""

    sales: Mapping[tuple[str, str], Mapping[int, int]]
    is_estimated: bool


def found_in(history: History, request: Request) -> Found:
    """What the answer that lies in the table says of goods without receipt."""
    row = history.answers[f"I#{request.scope}#{request.id}"]
    sales: dict[tuple[str, str], dict[int, int]] = {}
    is_estimated = False
    for goods in json.loads(answer_of(row).answer.body)["goods"]:
        is_estimated |= goods["estimated_milli"] > 0
        for source in goods["sources"]:
            sale = source["document"]["store"], source["document"]["number"]
            lines = sales.setdefault(sale, {})
            lines[source["line"]] = lines.get(source["line"], 0) + source["quantity_milli"]
    return Found(sales, is_estimated)


def _versions(
    asked: Mapping[str, Sequence[Request]], by_cause: ByCause
) -> dict[tuple[str, str], list[set[str]]]:
    """The programmes in which each sale counted as it was made, and each time it was moved."""
    found: dict[tuple[str, str], list[set[str]]] = {}
    for cause, requests in asked.items():
        if requests[0].kind in {"purchase", "move"}:
            counted = {
                ledger.account.programme
                for ledger, body in by_cause.get(cause, ())
                if body["k"] == "purchase"
            }
            found.setdefault(sale_of(requests[0]), []).append(counted)
    return found


def _last(history: History, sale: tuple[str, str]) -> set[str]:
    """The programmes in which the row of a sale says that it counts."""
    row = history.answers.get("I#purchase:{}#{}".format(*sale), {})
    return {programme for programme, _, _ in row.get("e", ())}
