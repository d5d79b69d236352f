"""The ledger checked by other means than those that wrote it (X-09).

Nothing here is shared with `decide`, `apply` or the storage of rows: lines are folded from their
stored text, hashes are taken over the bytes as they lie in the table, and every sum is done anew.
A fault in the code that writes can't hide behind the same fault here.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Lot = tuple[str, int, int]
"""Balance, first day, last day."""

FIRST_PREVIOUS = bytes(32)
_NEEDED = {"b", "c", "d", "k", "m", "n", "p", "r"}
WINDOW_MONTHS = 25
"""For so many months, the newest included, an account keeps what tiers ask for."""

COMPARED = ("counters", "windows", "stats", "facts", "tiers", "holds", "vouchers")


@dataclass(frozen=True, slots=True)
class StoredLine:
    """An entry as it lies in the table: its number by its key, its text, its three hashes."""

    number: int
    text: str
    previous: bytes
    hash: bytes
    commitment: bytes = b""

    @property
    def cause(self) -> bytes | None:
        """What the entry says made it; None where its text can't be read."""
        body = _body(self)
        return bytes.fromhex(body["c"]) if body is not None else None

    @property
    def contributor(self) -> str:
        """On a household's account, the member whose doing it was; empty on his own."""
        body = _body(self)
        return str(body.get("w", "")) if body is not None else ""


@dataclass(frozen=True, slots=True)
class StoredAccount:
    """An account as it lies in the table.

    `state` is everything but its lots and numbers: counters `{key: [period, value, ...]}`,
    windows `{metric: {month: amount}}`, stats, facts, tiers, and lists of holds and vouchers.
    """

    member: str
    programme: str
    partition: str
    version: int
    status: str
    last_day: int
    head: bytes
    lots: Mapping[Lot, int]
    state: Mapping[str, Any]
    last_ms: int | None = None
    """The latest instant seen, None where the reader doesn't tell."""


@dataclass(frozen=True, slots=True)
class Break:
    """One thing that doesn't hold: which rule, on which account, from which entry on."""

    rule: str
    member: str
    programme: str
    partition: str
    number: int
    told: str = ""

    def __str__(self) -> str:
        place = f"{self.member}.{self.programme}.{self.partition}.{self.number}"
        return f"{self.rule} at {place}: {self.told}"


@dataclass(slots=True)
class Folded:
    """What the lines of one account add up to."""

    lots: dict[Lot, int] = field(default_factory=dict)
    counters: dict[str, list[int]] = field(default_factory=dict)
    windows: dict[str, dict[int, int]] = field(default_factory=dict)
    stats: dict[str, int] = field(default_factory=dict)
    facts: dict[str, int] = field(default_factory=dict)
    tiers: dict[str, list[Any]] = field(default_factory=dict)
    holds: dict[str, list[Any]] = field(default_factory=dict)
    vouchers: dict[str, list[Any]] = field(default_factory=dict)
    status: str = "active"
    last_day: int = 0
    last_ms: int = 0

    def add(self, body: Mapping[str, Any]) -> None:
        """Fold one line's text."""
        changes = body.get("x", {})
        for balance, amount, first, last in changes.get("l", ()):
            _sum(self.lots, (balance, first, last), amount)
        for key, period, amount in changes.get("c", ()):
            self._count(key, period, amount)
        for key in [key for key, numbers in self.counters.items() if not any(numbers[1::2])]:
            del self.counters[key]
        for metric, month, amount in changes.get("w", ()):
            months = self.windows.setdefault(metric, {})
            _sum(months, month, amount)
            for old in [one for one in months if one <= max(months) - WINDOW_MONTHS]:
                del months[old]
        for key, amount in changes.get("s", ()):
            _sum(self.stats, key, amount)
        for key, _, after in changes.get("f", ()):
            _set(self.facts, key, after)
        for group, _, after in changes.get("t", ()):
            _set(self.tiers, group, after)
        for before, after in changes.get("h", ()):
            _swap(self.holds, before, after)
        for before, after in changes.get("o", ()):
            _swap(self.vouchers, before, after)
        self.status = changes.get("a", self.status)
        self.last_day = max(self.last_day, body["d"])
        self.last_ms = max(self.last_ms, body["r"])

    def _count(self, key: str, period: int, amount: int) -> None:
        """A counter knows the two newest periods that counted; older ones are of no use."""
        if amount < 0 and key not in self.counters:
            return
        kept = self.counters.setdefault(key, [period, 0, 0, 0])
        if period > kept[0]:
            kept[:] = [period, amount, *kept[:2]]
        elif period in kept[::2]:
            kept[1 + 2 * kept[::2].index(period)] += amount
        elif period > kept[2] and amount > 0:
            kept[2:] = [period, amount]

    def total(self, balance: str) -> int:
        """Every lot of a balance."""
        return sum(amount for (name, _, _), amount in self.lots.items() if name == balance)


def audit_account(account: StoredAccount, lines: Sequence[StoredLine]) -> list[Break]:
    """Everything that doesn't hold for an account and its lines, the first break first.

    Checked: numbers without a gap up to the account's version, each line in its own place, the
    chain, each hash, running balances, no lot below zero but a debt, lots and state of the
    account equal to the fold of the lines, holds covered by lots, the head, one line a request.
    """
    found: list[Break] = []
    folded = Folded()
    previous = FIRST_PREVIOUS
    made: dict[str, Mapping[str, Any]] = {}

    def broken(rule: str, number: int, told: str) -> None:
        found.append(
            Break(rule, account.member, account.programme, account.partition, number, told)
        )

    for place, line in enumerate(sorted(lines, key=lambda one: one.number), start=1):
        if line.number != place:
            broken("sequence", place, f"the next line is number {line.number}")
            break
        body = _body(line)
        if body is None or not _in_place(account, body, line.number):
            broken("place", place, "the line speaks of another place")
            break
        if line.previous != previous:
            broken("chain", place, "the line names another hash before it")
        if line_hash(line) != line.hash:
            broken("hash", place, "the text is not what was hashed")
        previous = line.hash
        first = made.setdefault(body["c"], body)
        # Whoever joins by what he does has two entries of one request, and of one instant.
        if first is not body and (first["k"], first["r"]) != ("enrol", body["r"]):
            broken("cause", place, f"line {first['n']} came of the same request")
        folded.add(body)
        _audit_sums(body, folded, place, broken)
    if not found or found[0].rule not in {"sequence", "place"}:
        _audit_state(account, folded, len(lines), previous, broken)
    return found


def _audit_sums(body: Mapping[str, Any], folded: Folded, place: int, broken: Any) -> None:
    """What a line says of its balances against what all lines add up to so far."""
    for balance, told in body["b"].items():
        if told != folded.total(balance):
            broken("balance", place, f"{balance} says {told}, adds up to {folded.total(balance)}")
    for (balance, first, last), amount in folded.lots.items():
        if amount < 0 and (first, last) != (0, 0xFFFF):
            broken("negative", place, f"a lot of {balance} stands at {amount}")


def _audit_state(
    account: StoredAccount, folded: Folded, count: int, head: bytes, broken: Any
) -> None:
    """The account's row against what its lines add up to."""
    if account.version != count:
        broken("version", account.version, f"there are {count} lines")
    if account.head != head:
        broken("head", account.version, "the account names another last hash")
    if dict(account.lots) != folded.lots:
        broken("lots", account.version, _difference(dict(account.lots), folded.lots))
    if account.status != folded.status:
        broken("status", account.version, f"{account.status} is not {folded.status}")
    if account.last_day != folded.last_day:
        broken("last_day", account.version, f"{account.last_day} is not {folded.last_day}")
    if account.last_ms not in {None, folded.last_ms}:
        broken("last_ms", account.version, f"{account.last_ms} is not {folded.last_ms}")
    for name in COMPARED:
        stored, summed = _comparable(name, account.state, folded)
        if stored != summed:
            broken(name, account.version, _difference(stored, summed))
    # A hold that had lapsed by the last line sets nothing aside, though its row may still stand.
    live = [hold for hold in account.state.get("h", ()) if hold[1] > folded.last_ms]
    for lot, held in held_by_lot(live).items():
        if held > account.lots.get(lot, 0):
            broken("held", account.version, f"{held} held of {account.lots.get(lot, 0)} in {lot}")


def _comparable(
    name: str, state: Mapping[str, Any], folded: Folded
) -> tuple[dict[Any, Any], dict[Any, Any]]:
    """One part of the state as stored and as folded, in the same form."""
    if name == "counters":
        return _counting(state.get("c", {})), _counting(folded.counters)
    if name == "windows":
        stored = {
            metric: {int(month): amount for month, amount in months.items()}
            for metric, months in state.get("w", {}).items()
        }
        return stored, {metric: months for metric, months in folded.windows.items() if months}
    if name in {"holds", "vouchers"}:
        rows = state.get("h" if name == "holds" else "o", ())
        return {row[0]: list(row) for row in rows}, getattr(folded, name)
    return dict(state.get(name[0], {})), getattr(folded, name)


def _counting(counters: Mapping[str, Sequence[int]]) -> dict[str, list[int]]:
    """Counters that count anything: period and value, of the newest two periods."""
    found: dict[str, list[int]] = {}
    for key, numbers in counters.items():
        period, value, before, value_before = [*numbers, 0, 0][:4]
        if value or value_before:
            found[key] = [period, value, before if value_before else 0, value_before]
    return found


def held_by_lot(holds: Iterable[Sequence[Any]]) -> dict[Lot, int]:
    """What these stored holds set aside, lot by lot."""
    held: dict[Lot, int] = {}
    for _, _, _, parts in holds:
        for balance, amount, first, last in parts:
            _sum(held, (balance, first, last), amount)
    return held


def line_hash(line: StoredLine) -> bytes:
    """What a line's hash has to be: SHA-256 over the one before, the commitment and the text."""
    return hashlib.sha256(line.previous + line.commitment + line.text.encode()).digest()


def detail_matches(line: StoredLine, salt: bytes, detail: bytes) -> bool:
    """Whether a detail is the one that its line committed to."""
    return hmac.compare_digest(hmac.new(salt, detail, hashlib.sha256).digest(), line.commitment)


def causes_of(row_key: str) -> set[str]:
    """The causes that an idempotency row's partition key (`I#<scope>#<id>`) may stand for.

    A scope may hold the separator itself, so that every way to split the key is tried.
    """
    parts = row_key.split("#")[1:]
    return {
        hashlib.sha256(
            ("#".join(parts[:place]) + "\x00" + "#".join(parts[place:])).encode()
        ).hexdigest()[:32]
        for place in range(1, len(parts))
    }


def state_digest(account: StoredAccount) -> bytes:
    """A hash of whatever an account's entries add up to: it changes with an entry or by hand."""
    content = [
        account.status,
        account.last_day,
        sorted([*lot, amount] for lot, amount in account.lots.items() if amount),
        account.state,
    ]
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return hashlib.sha256(text.encode()).digest()


def heads_root(heads: Iterable[tuple[str, int, bytes]]) -> bytes:
    """One hash for the heads of many accounts (name, version, hash), in whatever order they come.

    Kept outside the table day by day, it shows a ledger that was rewritten whole.
    """
    digest = hashlib.sha256()
    for name, version, head in sorted(heads):
        digest.update(f"{name}\x00{version}\x00{head.hex()}\n".encode())
    return digest.digest()


def _body(line: StoredLine) -> dict[str, Any] | None:
    try:
        body = json.loads(line.text)
    except ValueError:
        return None
    return body if isinstance(body, dict) and body.keys() >= _NEEDED else None


def _in_place(account: StoredAccount, body: Mapping[str, Any], number: int) -> bool:
    own = (body["m"], body["p"], body.get("g", "-"), body["n"])
    return own == (account.member, account.programme, account.partition, number)


def _sum(sums: dict[Any, int], key: object, amount: int) -> None:
    value = sums.get(key, 0) + amount
    if value:
        sums[key] = value
    else:
        sums.pop(key, None)


def _set(values: dict[str, Any], key: str, after: object) -> None:
    if after is None:
        values.pop(key, None)
    else:
        values[key] = after


def _swap(rows: dict[str, list[Any]], before: Any, after: Any) -> None:
    if before is not None:
        rows.pop(before[0], None)
    if after is not None:
        rows[after[0]] = list(after)


def _difference(stored: Mapping[Any, Any], summed: Mapping[Any, Any]) -> str:
    keys = [key for key in {**stored, **summed} if stored.get(key) != summed.get(key)]
    return "; ".join(
        f"{key}: stored {stored.get(key)}, adds up to {summed.get(key)}" for key in keys[:3]
    )
