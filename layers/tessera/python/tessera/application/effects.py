"""What a protocol may ask of the world, and what the world may answer.

A protocol is a generator: it yields effects and is sent their outcomes. The DynamoDB adapter
drives it in Lambda; the simulator drives the same code with faults (design §3, sans-I/O).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

from tessera.application.outcomes import Cancelled, Committed, Unknown
from tessera.application.requests import Answer, Identity
from tessera.application.writes import Profile, VoucherRow, Write
from tessera.domain.account import Account
from tessera.domain.decision import NOTHING
from tessera.domain.ledger import Entry
from tessera.domain.programme import Programme


class ReadMember(NamedTuple):
    """One strong read of the profile and all accounts. Answer: `MemberState`."""

    member: str


class MemberState(NamedTuple):
    """What `ReadMember` found; `profile` is None for a member that does not exist."""

    profile: Profile | None
    accounts: Mapping[tuple[str, str], Account] = MappingProxyType({})


class ReadAnswer(NamedTuple):
    """One strong read of an idempotency row. Answer: `StoredAnswer` or None."""

    identity: Identity


class StoredAnswer(NamedTuple):
    """An idempotency row as found."""

    request_hash: bytes
    member: str
    answer: Answer
    entries: tuple[tuple[str, str, int], ...]
    returned: Mapping[int, tuple[int, int]] | None = None
    returned_version: int = 0
    owners: Mapping[str, str] = NOTHING

    def owner(self, programme: str) -> str:
        """On whose account the entry of that programme lies."""
        return self.owners.get(programme, self.member)


class ReadProgramme(NamedTuple):
    """A programme's version in force at an instant. Answer: `Programme` or None.

    `known_version` is the newest version that an account remembers: a cache that does not know
    it must be read again before it answers.
    """

    programme: str
    at_ms: int
    known_version: int = 0


class ReadJoinable(NamedTuple):
    """The programmes in force that a sale or an event may enrol in. Answer: `Joinable`.

    `afresh` asks the table and not a cache which programmes there are.
    """

    at_ms: int
    afresh: bool = False


class Joinable(NamedTuple):
    """Programmes whose membership has gates."""

    programmes: tuple[Programme, ...]


class ReadLookup(NamedTuple):
    """One strong read of a unique look-up. Answer: `Located` or None."""

    kind: str
    value: str


class Located(NamedTuple):
    """What a look-up points to."""

    member: str
    card: str = ""
    programme: str = ""
    status: str = "active"


class ReadVoucher(NamedTuple):
    """One strong read of a voucher row. Answer: `VoucherRow` or None."""

    code: str


class ReadEntry(NamedTuple):
    """One strong read of an entry and its detail. Answer: `StoredEntry` or None."""

    member: str
    programme: str
    partition: str
    sequence: int


class StoredEntry(NamedTuple):
    """An entry as found; `detail` is None where it was erased."""

    entry: Entry
    detail: bytes | None


class ReadEntries(NamedTuple):
    """Strong reads of the newest entries of an account, with their details. Answer:
    `StoredEntries`, the newest first, at most `limit` of them."""

    member: str
    programme: str
    partition: str
    limit: int


class StoredEntries(NamedTuple):
    """Entries as found."""

    entries: tuple[StoredEntry, ...]


class LeaseBudgets(NamedTuple):
    """Ask what is left of a programme's shared budgets. Answer: `Leases`.

    A budget is counted in blocks that a container leases: it is never overspent, and what a
    container leaves of its last block when it dies is lost to the budget. `needs` is what a
    decision is known to want of some of them, so that a block is not too small for it.
    """

    programme: str
    budgets: tuple[tuple[str, int], ...]
    needs: Mapping[str, int] = NOTHING


class Leases(NamedTuple):
    """What may be spent of each budget here and now."""

    left: Mapping[str, int]


class SpendBudgets(NamedTuple):
    """Take what a decision used that was, or may have been, committed. Answer: None."""

    programme: str
    spent: Mapping[str, int]


class DrawCodes(NamedTuple):
    """Look at a few free codes of each pool; taking one is a write. Answer: `DrawnCodes`."""

    pools: tuple[str, ...]


class DrawnCodes(NamedTuple):
    """Codes that were free a moment ago, by pool."""

    codes: Mapping[str, tuple[str, ...]]


class Transact(NamedTuple):
    """All these writes or none. Answer: `Committed`, `Cancelled` or `Unknown`.

    The same `token` may be sent again only with the same writes.
    """

    writes: tuple[Write, ...]
    token: str


class Pause(NamedTuple):
    """Wait a random time up to so many milliseconds (full jitter). Answer: None."""

    ms_max: int


@dataclass(frozen=True, slots=True)
class TimeLeft:
    """Ask how many milliseconds remain before the caller gives up. Answer: int."""


Effect = (
    ReadMember
    | ReadAnswer
    | ReadProgramme
    | ReadJoinable
    | ReadLookup
    | ReadVoucher
    | ReadEntry
    | ReadEntries
    | LeaseBudgets
    | SpendBudgets
    | DrawCodes
    | Transact
    | Pause
    | TimeLeft
)

Outcome = (
    MemberState
    | StoredAnswer
    | Programme
    | Joinable
    | Located
    | VoucherRow
    | StoredEntry
    | StoredEntries
    | Leases
    | DrawnCodes
    | Committed
    | Cancelled
    | Unknown
    | int
    | None
)
