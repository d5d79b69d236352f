"""Proves a ledger from its rows (X-09): every account, or those that are named.

The checks are those of `domain.audit`, which shares nothing with what decides and writes. A live
table is read while it changes: entries are immutable, so that an account is judged by those up to
the version at which it was read; what lies beyond has to belong to a later version.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from tessera.domain.audit import (
    Break,
    StoredAccount,
    StoredLine,
    audit_account,
    causes_of,
    detail_matches,
    heads_root,
    state_digest,
)

READS_MAX = 3
"""How often an account that moves under our eyes is read again."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where an account lies."""

    member: str
    programme: str
    partition: str = "-"


@dataclass(frozen=True, slots=True)
class NamedEntries:
    """An idempotency row: its key, and the entries that it says it made."""

    key: str
    entries: tuple[tuple[Place, int], ...]


class LedgerRows(Protocol):
    """The ledger's rows as they lie in the table."""

    def places(self) -> Iterable[Place]:
        """Every account, in no order that means anything."""
        ...

    def answers(self) -> Iterable[NamedEntries]:
        """Every idempotency row that names entries."""
        ...

    def account(self, place: Place) -> StoredAccount | None:
        """One account, read strongly; None where there is none."""
        ...

    def lines(self, place: Place) -> Sequence[StoredLine]:
        """Every entry of an account, read strongly, in order."""
        ...

    def salt(self, member: str) -> bytes | None:
        """What ties details to entries; None once the member was erased."""
        ...

    def details(self, place: Place) -> Iterable[tuple[int, bytes]]:
        """The details that are left, by the number of their entry."""
        ...


@dataclass(frozen=True, slots=True)
class Head:
    """Where an account stood: what is kept outside the table, day by day."""

    place: Place
    version: int
    hash: bytes
    state: bytes = b""
    """Digest of the account's row: lots, counters, holds, whatever its entries add up to."""


@dataclass(slots=True)
class Verdict:
    """What a verification found, and where every account stood that was read."""

    accounts: int = 0
    entries: int = 0
    rows: int = 0
    breaks: list[Break] = field(default_factory=list)
    heads: list[Head] = field(default_factory=list)

    @property
    def root(self) -> bytes:
        """One hash that stands for every head."""
        return heads_root((_name(head.place), head.version, head.hash) for head in self.heads)

    @property
    def holds(self) -> bool:
        return not self.breaks


def verify_ledger(rows: LedgerRows, witnessed: Iterable[Head] = ()) -> Verdict:
    """Verify every account of a table, and that entries and idempotency rows name each other.

    `witnessed` is where accounts stood on an earlier day, kept where whoever writes the table
    can't: a chain that was computed anew and a tail that was cut off show against it alone.
    """
    verdict = Verdict()
    stood = {head.place: head for head in witnessed}
    known: set[bytes] = set()
    named: dict[Place, set[int]] = {}
    for answer in rows.answers():
        verdict.rows += 1
        known |= {bytes.fromhex(cause) for cause in causes_of(answer.key)}
        for place, number in answer.entries:
            named.setdefault(place, set()).add(number)
    for place in rows.places():
        account, lines = _read(rows, place)
        if account is None:
            continue
        verdict.heads.append(_head(place, account))
        verdict.accounts += 1
        verdict.breaks += _against(stood.pop(place, None), account, lines)
        verdict.entries += len(lines)
        verdict.breaks += _judge(rows, place, account, lines)
        verdict.breaks += _unnamed(place, lines, known)
        missing = named.pop(place, set()) - {line.number for line in lines}
        verdict.breaks += [
            _break("row", place, number, "an idempotency row names an entry that is gone")
            for number in sorted(missing)
            if number <= account.version or not lines or number > lines[-1].number
        ]
    for place, numbers in named.items():
        verdict.breaks.append(
            _break("row", place, min(numbers), "an idempotency row names an account that is gone")
        )
    for head in stood.values():
        verdict.breaks.append(_break("witness", head.place, head.version, "the account is gone"))
    return verdict


def verify_accounts(
    rows: LedgerRows, places: Iterable[Place], witnessed: Iterable[Head] = ()
) -> Verdict:
    """Verify the accounts that are named, without the idempotency rows."""
    verdict = Verdict()
    stood = {head.place: head for head in witnessed}
    for place in places:
        account, lines = _read(rows, place)
        if account is None:
            verdict.breaks.append(_break("account", place, 0, "there is no such account"))
            continue
        verdict.heads.append(_head(place, account))
        verdict.accounts += 1
        verdict.entries += len(lines)
        verdict.breaks += _against(stood.get(place), account, lines)
        verdict.breaks += _judge(rows, place, account, lines)
    return verdict


@dataclass(frozen=True, slots=True)
class Examined:
    """What was found of one account: where it stands, how many entries were read, what broke."""

    head: Head | None
    entries: int = 0
    breaks: tuple[Break, ...] = ()


def examine(rows: LedgerRows, place: Place, stood: Head | None, *, whole: bool) -> Examined:
    """Verify one account against where it stood; `whole` reads its entries though it rests.

    An account whose version is the one that was witnessed has to be that account still, hash and
    state: one read shows it, and its entries are read only where it doesn't.
    """
    account = rows.account(place)
    if account is None:
        broken = (_break("witness", place, stood.version, "the account is gone"),) if stood else ()
        return Examined(None, 0, broken)
    if stood is not None and not whole and _head(place, account) == stood:
        return Examined(stood)
    account, lines = _read(rows, place)
    if account is None:
        return Examined(None)
    breaks = (*_against(stood, account, lines), *_judge(rows, place, account, lines))
    return Examined(_head(place, account), len(lines), breaks)


def _head(place: Place, account: StoredAccount) -> Head:
    return Head(place, account.version, account.head, state_digest(account))


def _read(rows: LedgerRows, place: Place) -> tuple[StoredAccount | None, Sequence[StoredLine]]:
    """An account and its lines at one version, as far as it holds still."""
    account = rows.account(place)
    lines: Sequence[StoredLine] = ()
    for _ in range(READS_MAX):
        if account is None:
            break
        lines = rows.lines(place)
        if not lines or lines[-1].number <= account.version:
            break
        # Lines that were written after the account was read; unless it never gets there.
        account = rows.account(place)
    return account, lines


def _judge(
    rows: LedgerRows, place: Place, account: StoredAccount, lines: Sequence[StoredLine]
) -> Iterator[Break]:
    yield from audit_account(account, lines)
    by_number = {line.number: line for line in lines}
    salts: dict[str, bytes | None] = {}
    for number, detail in rows.details(place):
        line = by_number.get(number)
        if line is None:
            continue
        # A household keeps details of several members, each tied to him whose purchase it was.
        member = line.contributor or place.member
        if member not in salts:
            salts[member] = rows.salt(member)
        salt = salts[member]
        # Of an erased member the salt is gone: what is left of his details leads nowhere.
        if salt and not detail_matches(line, salt, detail):
            yield _break("detail", place, number, "the detail is not what the entry committed to")


def _against(
    head: Head | None, account: StoredAccount, lines: Sequence[StoredLine]
) -> Iterator[Break]:
    """Whether the line of an earlier day still has the hash that it had then.

    A state that changed without an entry is a break of its own.
    """
    if head is None or not head.version:
        return
    found = next((line for line in lines if line.number == head.version), None)
    if found is None:
        yield _break("witness", head.place, head.version, "the entry that stood last is gone")
    elif found.hash != head.hash:
        yield _break("witness", head.place, head.version, "the entry had another hash")
    elif account.version == head.version and head.state not in {b"", state_digest(account)}:
        yield _break("witness", head.place, head.version, "the account changed without an entry")


def _unnamed(place: Place, lines: Iterable[StoredLine], known: set[bytes]) -> Iterator[Break]:
    for line in lines:
        cause = line.cause
        if cause is not None and cause not in known:
            yield _break("row", place, line.number, "no idempotency row stands for the entry")


def _name(place: Place) -> str:
    return f"{place.member}.{place.programme}.{place.partition}"


def _break(rule: str, place: Place, number: int, told: str) -> Break:
    return Break(rule, place.member, place.programme, place.partition, number, told)
