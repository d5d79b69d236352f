"""The nightly verification: every account, a page at a time, and a signed root over all heads.

Chains and sums prove that the ledger agrees with itself. Somebody who may write the table could
make it agree again after a change: compute a chain anew, or cut off its tail and roll the account
back. So every night the head of each account (version, last hash, digest of the account's state)
is written down outside the table, where nothing can be changed for a year, under one signed root.
The next night compares with it (X-09).

A night may take several runs: each takes pages while it has time and leaves its place in a row.
An account that moved since the last root, or whose turn it is, is folded from its first entry; of
the others one read shows that neither head nor state has changed.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date as Date  # noqa: N812 - a date's text is called so everywhere here
from typing import Protocol

from tessera.application.verify_ledger import Head, LedgerRows, Place, examine
from tessera.domain.audit import Break
from tessera.domain.canonical import Json, canonical

TURNS = 28
"""Within so many nights every account is folded from its first entry, whether it moved or not."""

RESERVE_MS = 60_000
"""No page is begun with less time than this left."""

TOLD_MAX = 20
"""Breaks that the root itself names; the others are counted."""


class AccountPages(Protocol):
    """Every account, a page at a time."""

    def page(self, position: str | None) -> tuple[Sequence[Place], str | None]:
        """The accounts after a position, and the position after them; None at the end."""
        ...


class Vault(Protocol):
    """Named objects outside the table that nobody can change for a year."""

    def keep(self, name: str, content: bytes) -> None:
        """Store an object."""
        ...

    def load(self, name: str) -> bytes | None:
        """An object, None where there is none."""
        ...

    def names(self, prefix: str) -> Sequence[str]:
        """The names that begin so, in order."""
        ...


class Signer(Protocol):
    """A key that can sign and doesn't leave its keeper."""

    @property
    def key(self) -> str:
        """The key's name."""
        ...

    def sign(self, message: bytes) -> bytes: ...

    def verify(self, message: bytes, signature: bytes) -> bool: ...


@dataclass(frozen=True, slots=True)
class Part:
    """An object with heads: its name, the SHA-256 of its content, how many it holds."""

    name: str
    digest: str
    heads: int


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a night has come. `turn` counts the runs, so that two of them can't both go on."""

    date: str
    position: str = ""
    parts: tuple[Part, ...] = ()
    accounts: int = 0
    entries: int = 0
    breaks: int = 0
    told: tuple[str, ...] = ()
    is_done: bool = False
    turn: int = 0


class ProgressRow(Protocol):
    """Where a night's progress is kept."""

    def read(self) -> Progress | None: ...

    def save(self, progress: Progress) -> bool:
        """Replace the progress before this turn; False where somebody else did."""
        ...


@dataclass(frozen=True, slots=True)
class Root:
    """One night's signed root, as it lies in the vault."""

    date: str
    accounts: int
    entries: int
    breaks: int
    told: tuple[str, ...]
    parts: tuple[Part, ...]
    previous: str
    digest: str = ""
    """SHA-256 of the signed document: what the next root names as `previous`."""


@dataclass(frozen=True, slots=True)
class Night:
    """What the verification works with."""

    rows: LedgerRows
    pages: AccountPages
    vault: Vault
    signer: Signer
    progress: ProgressRow
    time_left_ms: Callable[[], int]


@dataclass(slots=True)
class Heads:
    """Where accounts stood by the last root, and what is wrong with that root itself."""

    known: dict[Place, Head] = field(default_factory=dict)
    breaks: list[Break] = field(default_factory=list)
    root: Root | None = None


def verify_tonight(night: Night, date: str) -> Progress:
    """Go on with the verification of a date (`2026-11-28`) as long as time allows.

    Gives how far it has come; `is_done` once the date's root is signed. Whoever calls again goes
    on, and once it is done finds it done. Raises Unavailable where table, vault or key don't
    answer.
    """
    progress = night.progress.read()
    if progress is None or progress.date != date:
        progress = Progress(date, turn=progress.turn if progress else 0)
    if progress.is_done:
        return progress
    stood = last_heads(night.vault, night.signer, date)
    if not progress.parts:
        progress = _told(progress, stood.breaks)
    position = progress.position or None
    while night.time_left_ms() > RESERVE_MS:
        places, position = night.pages.page(position)
        progress = _page(night, progress, places, stood.known)
        if position is None:
            return _finish(night, progress, stood)
        progress = replace(progress, position=position, turn=progress.turn + 1)
        if not night.progress.save(progress):
            break
    return progress


def _page(
    night: Night, progress: Progress, places: Sequence[Place], known: Mapping[Place, Head]
) -> Progress:
    """Verify one page of accounts and keep their heads."""
    heads: list[Head] = []
    breaks: list[Break] = []
    entries = 0
    for place in dict.fromkeys(places):
        found = examine(night.rows, place, known.get(place), whole=is_turn(place, progress.date))
        # Where something broke, the head of before goes on standing: it is asked for again
        # every night until the account is put right.
        head = known.get(place) if found.breaks and place in known else found.head
        if head is not None:
            heads.append(head)
        breaks += found.breaks
        entries += found.entries
    if heads:
        progress = replace(progress, parts=(*progress.parts, _keep(night.vault, progress, heads)))
    return replace(
        _told(progress, breaks),
        accounts=progress.accounts + len(heads),
        entries=progress.entries + entries,
    )


def _finish(night: Night, progress: Progress, stood: Heads) -> Progress:
    """Look for accounts that the walk did not meet, then sign the root of the night."""
    met = {head.place for part in progress.parts for head in heads_of(night.vault, part)}
    missed = [place for place in stood.known if place not in met]
    if missed:
        # An index is read while it changes, and a row can be kept out of it by hand.
        progress = _page(night, progress, missed, stood.known)
    body: dict[str, Json] = {
        "accounts": progress.accounts,
        "breaks": progress.breaks,
        "date": progress.date,
        "entries": progress.entries,
        "parts": [[part.name, part.digest, part.heads] for part in progress.parts],
        "previous": stood.root.digest if stood.root else "",
        "told": list(progress.told),
    }
    message = canonical(body)
    document = {
        "body": message.decode(),
        "key": night.signer.key,
        "signature": night.signer.sign(message).hex(),
    }
    night.vault.keep(root_name(progress.date), canonical(document))
    progress = replace(progress, is_done=True, turn=progress.turn + 1)
    night.progress.save(progress)
    return progress


def is_turn(place: Place, date: str) -> bool:
    """Whether an account is folded from its first entry on that date, whatever happened."""
    digest = hashlib.sha256(f"{place.member}.{place.programme}.{place.partition}".encode()).digest()
    day = Date.fromisoformat(date).toordinal()
    return int.from_bytes(digest[:4], "big") % TURNS == day % TURNS


def last_heads(vault: Vault, signer: Signer, before: str = "9") -> Heads:
    """Where every account stood by the newest root before a date.

    A root that the key did not sign, or a part that is not what its root says, is a break of its
    own, and nothing is taken from it.
    """
    names = [name for name in vault.names(ROOTS) if name < root_name(before)]
    if not names:
        return Heads()
    root = read_root(vault, signer, names[-1])
    if root is None:
        return Heads(breaks=[_of_root(names[-1], "it is not what the key signed")])
    stood = Heads(root=root)
    for part in root.parts:
        content = vault.load(part.name)
        if content is None or hashlib.sha256(content).hexdigest() != part.digest:
            stood.breaks.append(_of_root(part.name, "it is not what its root says"))
            continue
        stood.known |= {head.place: head for head in _heads(content)}
    return stood


def read_root(vault: Vault, signer: Signer, name: str) -> Root | None:
    """A root of the vault; None where it is absent or was not signed by the key."""
    content = vault.load(name)
    if content is None:
        return None
    try:
        document = json.loads(content)
        message = document["body"].encode()
        signature = bytes.fromhex(document["signature"])
        body = json.loads(message)
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    if not signer.verify(message, signature) or name != root_name(body["date"]):
        return None
    return Root(
        body["date"], body["accounts"], body["entries"], body["breaks"], tuple(body["told"]),
        tuple(Part(*part) for part in body["parts"]), body["previous"],
        hashlib.sha256(content).hexdigest(),
    )  # fmt: skip


def broken_roots(vault: Vault, signer: Signer) -> Iterator[Break]:
    """Roots that the key did not sign, or that don't follow on the one before."""
    before = ""
    for name in vault.names(ROOTS):
        root = read_root(vault, signer, name)
        if root is None:
            yield _of_root(name, "it is not what the key signed")
        elif before and root.previous != before:
            yield _of_root(name, "the root before it is another")
        before = root.digest if root else ""


ROOTS = "roots/"


def root_name(date: str) -> str:
    """Where the root of a date lies."""
    return f"{ROOTS}{date}.json"


def heads_of(vault: Vault, part: Part) -> Iterator[Head]:
    """The heads of a part that this night wrote."""
    content = vault.load(part.name)
    if content is not None and hashlib.sha256(content).hexdigest() == part.digest:
        yield from _heads(content)


def _keep(vault: Vault, progress: Progress, heads: Sequence[Head]) -> Part:
    lines = [
        f"{head.place.member} {head.place.programme} {head.place.partition} "
        f"{head.version} {head.hash.hex()} {head.state.hex()}\n"
        for head in heads
    ]
    # No time in the file: the same heads are the same bytes.
    content = gzip.compress("".join(lines).encode(), 6, mtime=0)
    digest = hashlib.sha256(content).hexdigest()
    name = f"heads/{progress.date}/{len(progress.parts):05d}-{digest[:16]}.gz"
    vault.keep(name, content)
    return Part(name, digest, len(heads))


def _heads(content: bytes) -> Iterator[Head]:
    for line in gzip.decompress(content).decode().splitlines():
        member, programme, partition, version, head, state = line.split(" ")
        yield Head(
            Place(member, programme, partition), int(version), bytes.fromhex(head),
            bytes.fromhex(state),
        )  # fmt: skip


def _told(progress: Progress, breaks: Sequence[Break]) -> Progress:
    told = (*progress.told, *map(str, breaks))[:TOLD_MAX]
    return replace(progress, told=told, breaks=progress.breaks + len(breaks))


def _of_root(name: str, told: str) -> Break:
    return Break("root", name, "", "", 0, told)


def view(progress: Progress) -> dict[str, Json]:
    """What a run tells of itself: counts, never who."""
    return {
        "date": progress.date,
        "accounts": progress.accounts,
        "entries": progress.entries,
        "breaks": progress.breaks,
        "done": progress.is_done,
    }
