"""What must hold of every history, whatever went wrong on the way; numbered.

The checks read the raw rows, what the clients were told and what was published. They know the
programme's numbers and nothing of the code that they judge.

I0  production code raises nothing but its own errors
I1  numbers run without a gap up to the account's version
I2  the entries sum to the balance, and to the open lots
I3  nothing is negative, in the table or to a reader
I4  an acknowledged request has exactly one effect, a refused one none
I5  each entry continues the running balance and the chain of hashes
I6  what is earned in a day stays within the cap, and is not cut before it
I7  idempotency rows and entries name each other
I8  holds stay within the lots, and each is settled once
I9  value is spent earliest expiry first, and never after its last day
I10 a replay is the first answer, byte for byte
I11 what was acknowledged before another was asked comes first in the ledger
I12 projections of the stream arrive at the account's version
I13 a document credits one member
I14 once the schedules have run, nothing due is left
I15 every happening is published, however late, doubled or reordered the stream
I16 value that changes hands neither grows nor shrinks on the way
I17 in a household each lot is the sum of its shares, who leaves takes his own, and nothing
    comes through anybody who is not in it
I18 of an erased member nothing is left but entries that sum to nothing
I19 a voucher is in one hand at most, used once unless its sale came back, and by nobody while a
    hold has it set aside
I20 a sale counts once in every programme that its buyer is in, and is taken back in each
I21 of a line no more comes back than was bought, by quantity or by amount, and of a sale that is
    back nothing counts any more
I22 a code of a pool is in the pool, or was handed out once
I23 no budget that all members share is overspent
I24 nobody who owes is credited anything that he could spend
I25 whatever happens is decided by the version of its programme that was in force then
"""

from __future__ import annotations

import json
import struct
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from tessera.domain.audit import Lot, StoredAccount, StoredLine, audit_account, causes_of
from tests.simulation.caps import capped
from tests.simulation.hands import (
    closed,
    conserved,
    credited,
    forgotten,
    handed,
    heirs,
    line_of,
    shared,
)
from tests.simulation.history import History, Ledger, Violation, day_of
from tests.simulation.members import cause_of, everywhere
from tests.simulation.replay import Replay, held_by
from tests.simulation.returns import brought_back
from tests.simulation.stock import budgeted, pooled
from tests.simulation.versions import in_force
from tests.simulation.world import Request

RULES = {
    "sequence": "I1",
    "version": "I1",
    "place": "I1",
    "cause": "I4",
    "lots": "I2",
    "negative": "I3",
    "balance": "I5",
    "chain": "I5",
    "hash": "I5",
    "head": "I5",
    "held": "I8",
    "holds": "I8",
}
"""Which invariant a break of the ledger's own audit is; the rest of an account's state is I2."""

_LOT = struct.Struct(">HHi")


def check(history: History) -> list[Violation]:
    """Every violation of a history."""
    _read_rows(history)
    by_cause = _by_cause(history)
    return [
        *_surprises(history),
        *_ledgers(history),
        *_effects(history, by_cause),
        *_rows_and_entries(history, by_cause),
        *capped(history, by_cause),
        *_spending(history),
        *_settlements(history),
        *_returned(history),
        *conserved(by_cause),
        *closed(history),
        *shared(history),
        *forgotten(history, by_cause),
        *handed(history),
        *everywhere(history, by_cause),
        *brought_back(history, by_cause),
        *pooled(history),
        *budgeted(history),
        *in_force(history),
        *_warned(history),
        *_order(history, by_cause),
        *_stream(history),
        *_due(history),
    ]


def _read_rows(history: History) -> None:
    lines: dict[tuple[str, str, str], list[StoredLine]] = {}
    accounts: list[tuple[StoredAccount, str]] = []
    for row in history.rows:
        if row["t"] == "E":
            _, programme, partition, number = row["sk"].split("#")
            place = (row["pk"][2:], programme, partition)
            line = StoredLine(int(number), row["c"], row["ph"], row["h"], row.get("dc", b""))
            lines.setdefault(place, []).append(line)
        elif row["t"] == "A":
            accounts.append((_account(row), str(row.get("dk", ""))))
        elif row["t"] == "I":
            history.answers[row["pk"]] = row
    for account, due in accounts:
        own = lines.pop((account.member, account.programme, account.partition), [])
        own.sort(key=lambda line: line.number)
        history.ledgers.append(Ledger(account, [json.loads(line.text) for line in own], own, due))
    assert not lines, "entries without an account"


def _account(row: Mapping[str, Any]) -> StoredAccount:
    _, _, programme, partition = row["sk"].split("#")
    lots: dict[Lot, int] = {}
    for balance, packed in row["l"].items():
        for first, last, amount in _LOT.iter_unpack(packed):
            lots[balance, first, last] = lots.get((balance, first, last), 0) + amount
    return StoredAccount(
        row["pk"][2:], programme, partition, row["v"], row["st"], row["ld"], row["h"], lots,
        json.loads(row["s"]), row["lm"],
    )  # fmt: skip


def _by_cause(history: History) -> dict[str, list[tuple[Ledger, dict[str, Any]]]]:
    found: dict[str, list[tuple[Ledger, dict[str, Any]]]] = {}
    for ledger in history.ledgers:
        for body in ledger.bodies:
            found.setdefault(body["c"], []).append((ledger, body))
    return found


ByCause = Mapping[str, Sequence[tuple[Ledger, dict[str, Any]]]]


def _surprises(history: History) -> Iterator[Violation]:
    for surprise in history.surprises:
        yield Violation("I0", f"request {surprise.request}: {surprise.what}")
    if history.negative_reads:
        yield Violation("I3", f"{history.negative_reads} readers saw a negative balance")


def _ledgers(history: History) -> Iterator[Violation]:
    for ledger in history.ledgers:
        for broken in audit_account(ledger.account, ledger.lines):
            yield Violation(RULES.get(broken.rule, "I2"), str(broken))
        sums = _sums(ledger.account.state)
        below = {name: amount for name, amount in sums.items() if amount < 0}
        if below:
            yield Violation("I3", f"{ledger.name} counts {below}")


def _sums(state: Mapping[str, Any]) -> dict[str, int]:
    """Statistics, windows and counters, by name."""
    windows = {
        f"{metric} {month}": amount
        for metric, months in state.get("w", {}).items()
        for month, amount in months.items()
    }
    counters = {
        f"{key} {place}": amount
        for key, numbers in state.get("c", {}).items()
        for place, amount in enumerate(numbers[1::2])
    }
    return {**state.get("s", {}), **windows, **counters}


def _effects(history: History, by_cause: ByCause) -> Iterator[Violation]:
    """I4, I10, I13: what clients were told against what happened."""
    identities: dict[str, list[Request]] = {}
    heir = heirs(by_cause)
    for request in history.requests:
        identities.setdefault(cause_of(request.scope, request.id), []).append(request)
    for cause, requests in identities.items():
        effects = by_cause.get(cause, ())
        name = f"{requests[0].kind} {requests[0].scope} {requests[0].id}"
        told = {ack for request in requests for _, ack in request.acks}
        if len(told) > 1:
            yield Violation("I10", f"{name} was answered in {len(told)} ways")
        # Where the value has moved since, a return is counted on an account of its own; who joins
        # by what he does is enrolled by an entry before it.
        beside = {"recount", "enrol"} if requests[0].kind not in ENROLLING else {"recount"}
        own = [(ledger, body) for ledger, body in effects if body["k"] not in beside]
        accounts = Counter(ledger.name for ledger, _ in own)
        if any(count > 1 for count in accounts.values()):
            yield Violation("I4", f"{name} has {len(effects)} entries")
        wanted = _wanted_entries(requests[0], told, own)
        if told and len(own) != wanted:
            yield Violation("I4", f"{name} was acknowledged and has {len(own)} entries")
        if effects and not told and any(request.settled for request in requests):
            yield Violation("I4", f"{name} was refused and has an entry")
        if effects and not any(
            request.acks or request.unclear or not request.begun_at for request in requests
        ):
            yield Violation("I4", f"{name} has an entry and nobody was told")
        members = {credited(ledger, body) for ledger, body in effects}
        if requests[0].kind == "purchase" and len(members) > 1:
            yield Violation("I13", f"{name} credits {len(members)} members")
        if not all(request.settled or request.begun_at is None for request in requests):
            yield Violation("I14", f"{name} was never answered")
        yield from _told(name, requests, members, heir)


ENROLLING = frozenset({"enrol", "enlist"})
"""Requests whose entry is that of joining a programme."""

EVERYWHERE = frozenset({"purchase", "return", "lost", "undo", "merge"})
"""Requests that move an account in each programme, of which their answer tells one by one."""

PAIRED = frozenset({"transfer", "join", "leave"})
"""Requests that move two accounts."""


def _wanted_entries(
    request: Request, told: set[bytes], made: Sequence[tuple[Ledger, Mapping[str, Any]]]
) -> int:
    """How many entries an acknowledged request has to have."""
    answer: Mapping[str, Any] = json.loads(next(iter(told), b"{}"))
    if request.kind == "erase":
        return int(answer.get("accounts", 0))
    results = len(answer.get("results", ()))
    if request.kind == "move":
        # The answer tells what the sale gives its buyer; taken back it was from somebody else.
        return results + max(1, sum(1 for _, body in made if body["k"] == "return"))
    if request.kind in EVERYWHERE:
        return results
    return 2 if request.kind in PAIRED else 1


def _told(
    name: str, requests: Sequence[Request], members: set[str], heir: Mapping[str, str]
) -> Iterator[Violation]:
    """What each client was told, against the others under the same identity."""
    for request in requests:
        if not request.acks:
            continue
        first = min(at for at, _ in request.acks)
        if any(begun > first for _, _, begun in request.refusals):
            yield Violation("I10", f"{name} was answered and then refused")
        if request.kind == "purchase" and not line_of(heir, request.member) & members:
            yield Violation("I13", f"{name} was acknowledged to a member whom it doesn't credit")
    if len(requests) == 1 and any(code == "request_differs" for _, code, _ in requests[0].refusals):
        yield Violation("I4", f"{name} was refused as another request, and there is none")


def _rows_and_entries(history: History, by_cause: ByCause) -> Iterator[Violation]:
    """I7: every entry has the row of its request, and every row its entries.

    A row names the entries of one member; the other account of a pair shares their cause. The
    row of a sale that was moved names what the move made. That of a sale or a return names what
    it made in every programme.
    """
    known: dict[str, set[Place]] = {}
    for row in history.answers.values():
        owners = row.get("ow", {})
        named = {
            (owners.get(programme, row["m"]), programme, partition, number)
            for programme, partition, number in row.get("e", ())
        }
        cause = next((one for one in causes_of(row["pk"]) if one in by_cause), row["pk"])
        known.setdefault(cause, set()).update(named)
    made: dict[Place, str] = {}
    for cause, entries in by_cause.items():
        if cause not in known:
            yield Violation("I7", f"{_place(*entries[0])} has no row")
        made |= {_place(*entry): cause for entry in entries}
    moves = {cause for cause, entries in by_cause.items() if _is_move(entries)}
    for cause, named in known.items():
        own = {_place(*entry) for entry in by_cause.get(cause, ())}
        for place in named - own:
            if made.get(place) not in moves:
                yield Violation("I7", f"a row names {place}, which it did not make")
        if own and not named:
            yield Violation("I7", f"the row of {min(own)} names nothing")
        for maker in {made[place] for place in named if place in made}:
            kinds = {"purchase"} if maker in moves else {"purchase", "return"}
            whole = {_place(*entry) for entry in by_cause[maker] if entry[1]["k"] in kinds}
            if whole - named:
                yield Violation("I7", f"a row names {named}, and not {whole - named}")


Place = tuple[str, str, str, int]


def _place(ledger: Ledger, body: Mapping[str, Any]) -> Place:
    account = ledger.account
    return account.member, account.programme, account.partition, body["n"]


def _is_move(entries: Sequence[tuple[Ledger, dict[str, Any]]]) -> bool:
    """Whether these entries took a sale from one account and gave it to another."""
    return {body["k"] for _, body in entries} - {"recount"} == {"return", "purchase"}


def _spending(history: History) -> Iterator[Violation]:
    """I9, I8: an independent replay of who spent which lot when."""
    for ledger in history.ledgers:
        replay = Replay(ledger)
        for body in ledger.bodies:
            yield from replay.add(body)


def _settlements(history: History) -> Iterator[Violation]:
    """I8: a hold leaves the account once."""
    for ledger in history.ledgers:
        closed = Counter(
            before[0]
            for body in ledger.bodies
            for before, after in body.get("x", {}).get("h", ())
            if before is not None and after is None
        )
        for hold, count in closed.items():
            if count > 1:
                yield Violation("I8", f"{ledger.name}: hold {hold} was settled {count} times")


def _returned(history: History) -> Iterator[Violation]:
    """I4: each credit note takes a sale further than every one before it."""
    by_sale: dict[str, dict[str, set[str]]] = {}
    for request in history.requests:
        if request.kind in {"return", "undo"} and request.acks:
            reached = json.dumps(json.loads(request.acks[0][1])["returned"], sort_keys=True)
            sale = request.body.get("original") or request.body["document"]
            by_sale.setdefault(str(sale), {}).setdefault(reached, set()).add(request.id)
    for sale, points in by_sale.items():
        if max(map(len, points.values())) > 1:
            yield Violation("I4", f"two credit notes brought {sale} to the same point")


def _warned(history: History) -> Iterator[Violation]:
    """I4: an occasion of one period fires once."""
    for ledger in history.ledgers:
        warned = Counter(
            data["expires_on"]
            for body in ledger.bodies
            for name, data in body.get("e", ())
            if name == "value.expiring"
        )
        for day, count in warned.items():
            if count > 1:
                yield Violation("I4", f"{ledger.name} was warned {count} times of {day}")


def _order(history: History, by_cause: ByCause) -> Iterator[Violation]:
    """I11: whoever was answered before another asked has the lower number."""
    times: dict[str, list[tuple[float, float, int]]] = {}
    known_as: dict[str, list[Request]] = {}
    for request in history.requests:
        if request.begun_at is not None:
            known_as.setdefault(cause_of(request.scope, request.id), []).append(request)
    for cause, requests in known_as.items():
        answers = [at for request in requests for at, _ in request.acks]
        begun = min(request.begun_at or 0.0 for request in requests)
        for ledger, body in by_cause.get(cause, ()) if answers else ():
            times.setdefault(ledger.name, []).append((begun, min(answers), body["n"]))
    for name, known in times.items():
        highest = 0
        by_answer = sorted(known, key=lambda one: one[1])
        place = 0
        for begun, _, number in sorted(known):
            while place < len(by_answer) and by_answer[place][1] < begun:
                highest = max(highest, by_answer[place][2])
                place += 1
            if number < highest:
                yield Violation("I11", f"{name}: entry {number} was asked for after {highest}")
                break


def _stream(history: History) -> Iterator[Violation]:
    """I12, I15: the stream, however it came, told everything."""
    wanted: set[str] = set()
    for ledger in history.ledgers:
        if history.projected.get(ledger.name, 0) != ledger.account.version:
            yield Violation("I12", f"{ledger.name}: the projection stopped before the account")
        for body in ledger.bodies:
            if not body.get("q"):
                wanted |= {
                    f"{ledger.name}.{body['n']}.{place}"
                    for place, _ in enumerate(body.get("e", ()), start=1)
                }
    told = set(history.published)
    if told != wanted:
        yield Violation(
            "I15", f"{len(wanted - told)} happenings untold, {len(told - wanted)} made up"
        )


def _due(history: History) -> Iterator[Violation]:
    """I14: what had to expire is gone, and no account is due before tomorrow."""
    today = day_of(history.now_ms)
    limit = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=today)).date().isoformat()
    for ledger in history.ledgers:
        held = held_by(
            {hold[0]: hold for hold in ledger.account.state.get("h", ())}, history.now_ms
        )
        for lot, amount in ledger.account.lots.items():
            if lot[2] < today and amount - held.get(lot, 0) > 0:
                yield Violation("I14", f"{ledger.name}: {amount} points outlived day {lot[2]}")
        if ledger.due and ledger.due.split("#")[1] < limit:
            yield Violation("I14", f"{ledger.name}: due row {ledger.due} is left")
