"""What must hold of the rows, and the first entry of each account that breaks it (X-09)."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from tools.verify.folding import Folded
from tools.verify.raw import GENESIS, NEVER, RawAccount, RawTable, Row, body_of, cause_of, lots_of

EPOCH: Final = date(1970, 1, 1)
SHARDS: Final = 16
PAGERS: Final = ("X", "T", "W", "-")


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """Something that does not hold. `entry` is the number of the entry at which it shows."""

    where: str
    entry: int
    what: str

    def __str__(self) -> str:
        place = f"{self.where}, entry {self.entry}" if self.entry else self.where
        return f"{place}: {self.what}"


def audit(table: RawTable, now_ms: int) -> list[Finding]:
    """Everything that does not hold, the first break of each account first.

    `now_ms` is the stack's business time: it says which holds are live.
    """
    causes = {cause_of(answer) for answer in table.answers}
    findings: list[Finding] = []
    for account in table.accounts.values():
        findings += _account(account, causes, table.profiles, now_ms)
    findings += _answers(table, causes)
    findings += _cards(table)
    return sorted(findings)


def _account(
    account: RawAccount, causes: AbstractSet[str], profiles: Mapping[str, Row], now_ms: int
) -> Iterator[Finding]:
    where = account.name
    if account.row is None:
        yield Finding(where, min(account.entries, default=0), "entries without an account")
        return
    folded = Folded()
    previous = GENESIS
    seen: set[str] = set()
    for number in range(1, max([*account.entries, account.row["v"]]) + 1):
        entry = account.entries.get(number)
        if entry is None:
            yield Finding(where, number, "the entry is missing")
            return
        broken = _entry(account, number, entry, previous, folded)
        if broken:
            # What follows a broken entry is bound to differ: the first one is what matters.
            yield Finding(where, number, broken)
            return
        body = json.loads(entry["c"])
        if body["c"] not in causes:
            yield Finding(where, number, "no idempotency row is its cause")
        if number > 1 and body["c"] in seen and not _follows(account.entries[number - 1], body):
            yield Finding(where, number, "its request had made an entry before")
        seen.add(body["c"])
        # In a household it is the salt of the member through whom the entry came.
        salt = profiles.get(body.get("w", account.member), {}).get("salt")
        broken = _detail(account.details.get(number), entry, salt)
        if broken:
            yield Finding(where, number, broken)
        previous = entry["h"]
    for number in sorted(set(account.details) - set(account.entries)):
        yield Finding(where, number, "a detail without its entry")
    for what in _row(account.row, folded, previous, max(account.entries, default=0), now_ms):
        yield Finding(where, 0, what)
    for what in _due(account, account.row, folded):
        yield Finding(where, 0, what)


def _entry(account: RawAccount, number: int, entry: Row, previous: bytes, folded: Folded) -> str:
    """Why an entry does not follow from those before it; empty where it does."""
    try:
        body = body_of(entry)
    except ValueError as error:
        return str(error)
    named = (body["m"], body["p"], body.get("g", "-"), body["n"])
    if named != (account.member, account.programme, account.partition, number):
        return f"the content belongs elsewhere: {named}"
    if entry["ph"] != previous:
        return "the entry does not carry the hash of the one before"
    seal = hashlib.sha256(entry["ph"] + entry.get("dc", b"") + str(entry["c"]).encode())
    if seal.digest() != entry["h"]:
        return "the content does not hash to the entry's hash"
    folded.take(body)
    for balance, told in body["b"].items():
        if folded.total(balance) != told:
            return f"balance {balance} is {folded.total(balance)} by its lots, {told} by the entry"
    untold = {lot[0] for lot in folded.lots} - set(body["b"])
    if untold:
        return f"no running balance for {', '.join(sorted(untold))}"
    return ""


def _detail(detail: Row | None, entry: Row, salt: bytes | None) -> str:
    """Why a detail is not the one that was committed to; an erased one can't be told."""
    if detail is None or not salt:
        return ""
    if not hmac.compare_digest(
        hmac.new(salt, detail["z"], hashlib.sha256).digest(), entry.get("dc", b"")
    ):
        return "the detail is not the one that the entry commits to"
    return ""


def _row(row: Row, folded: Folded, head: bytes, last: int, now_ms: int) -> Iterator[str]:
    """What the account's row says that its entries do not."""
    if row["v"] != last:
        yield f"the account is at version {row['v']}, its last entry is number {last}"
    if row["h"] != head:
        yield "the account's head is not the hash of its last entry"
    stored = lots_of(row)
    for lot in sorted(set(stored) | set(folded.lots)):
        told, found = stored.get(lot, 0), folded.lots.get(lot, 0)
        if told != found:
            balance, _, expires_on = lot
            until = "for ever" if expires_on == NEVER else f"until {day_text(expires_on)}"
            yield f"the lot of {balance} {until} holds {told}, its entries sum to {found}"
    for part in folded.differences(row):
        yield f"the account's {part} differ from what its entries sum to"
    held: Counter[tuple[str, int, int]] = Counter()
    for _, expires_at_ms, _, parts in folded.holds.values():
        if expires_at_ms > now_ms:
            for balance, amount, activates_on, expires_on in parts:
                held[balance, activates_on, expires_on] += amount
    for lot, amount in held.items():
        if amount > stored.get(lot, 0):
            yield f"holds set {amount} of {lot[0]} aside where {stored.get(lot, 0)} are left"


def _due(account: RawAccount, row: Row, folded: Folded) -> Iterator[str]:
    """What of the account's place in the due index cannot be derived from its lots.

    The row shows the earliest occasion to come, which is never later than the first expiry.
    """
    ends = [lot[2] for lot, amount in folded.lots.items() if lot[2] != NEVER and amount > 0]
    if "dk" not in row:
        yield "the account is not in the due index, so that the nightly verification would miss it"
        return
    letter, day, shard = str(row["dk"]).split("#")
    pager, _, member = str(row["ds"]).partition("#")
    due_on = (date.fromisoformat(day) - EPOCH).days
    expected = hashlib.sha256(account.member.encode()).digest()[0] % SHARDS
    if (letter, int(shard), member) != ("X", expected, account.member) or pager not in PAGERS:
        yield f"the row {row['dk']} {row['ds']} of the due index is not this account's"
    recorded_ms = json.loads(account.entries[max(account.entries)]["c"])["r"]
    latest = max(min(ends, default=NEVER) + 1, recorded_ms // 86_400_000 + 1, row["ft"] + 1)
    if ends and folded.status == "active" and due_on > latest:
        yield f"due on {day}, after value expires ({day_text(min(ends))})"


def _follows(before: Row, body: Mapping[str, Any]) -> bool:
    """Whether an entry is the second of one transaction: somebody joined by what he did."""
    earlier = json.loads(before["c"])
    return bool(earlier["k"] == "enrol" and earlier["c"] == body["c"] and earlier["r"] == body["r"])


def _answers(table: RawTable, causes: AbstractSet[str]) -> Iterator[Finding]:
    """Idempotency rows whose entries are not there, or were made by no request.

    A row that was corrected names entries which the correction made; `ow` names the member whose
    they are where it is another.
    """
    for answer in table.answers:
        for programme, partition, sequence in answer.get("e", ()):
            member = answer.get("ow", {}).get(programme, answer["m"])
            account = table.accounts.get((member, programme, partition))
            entry = account.entries.get(sequence) if account else None
            where = f"member {member}, programme {programme}"
            if entry is None:
                yield Finding(where, sequence, "an idempotency row names it, and it is missing")
            elif json.loads(entry["c"])["c"] not in causes:
                yield Finding(where, sequence, "another request is its cause than the row says")


def _cards(table: RawTable) -> Iterator[Finding]:
    """Cards whose member does not know of them, or does not exist."""
    for card in table.cards:
        name = str(card["pk"])[2:]
        if (card["m"], name) not in table.card_pointers:
            yield Finding(f"card {name}", 0, f"its member {card['m']} does not list it")
        if (card["m"], card["p"], card["g"]) not in table.accounts:
            yield Finding(f"card {name}", 0, "it belongs to no account")


def day_text(day: int) -> str:
    """A day number as a date."""
    return (EPOCH + timedelta(days=day)).isoformat()
