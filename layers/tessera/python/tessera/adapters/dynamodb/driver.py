"""Drives the sans-I/O protocols against a table."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from typing import TypeVar

from tessera.adapters.dynamodb import keys
from tessera.adapters.dynamodb.rows import (
    Codec,
    account_of,
    answer_of,
    entry_of_item,
    located_of,
    profile_of,
    voucher_of_item,
)
from tessera.adapters.dynamodb.shared import StoreBudgets, drawn_codes
from tessera.adapters.dynamodb.table import Item, Operation, Store
from tessera.application.asking import Protocol_
from tessera.application.effects import (
    DrawCodes,
    DrawnCodes,
    Effect,
    Joinable,
    LeaseBudgets,
    Leases,
    MemberState,
    Outcome,
    Pause,
    ReadAnswer,
    ReadEntries,
    ReadEntry,
    ReadJoinable,
    ReadLookup,
    ReadMember,
    ReadProgramme,
    ReadVoucher,
    SpendBudgets,
    StoredEntries,
    StoredEntry,
    TimeLeft,
    Transact,
)
from tessera.application.outcomes import Cancelled, Committed, Reason, Unknown
from tessera.application.ports import Programmes
from tessera.application.writes import Profile
from tessera.domain.account import Account
from tessera.domain.errors import TesseraError

Result = TypeVar("Result")

OWN_LIMIT_MS = 8_000
"""How long a protocol may take where no caller says otherwise."""


class StoreDriver:
    """Answers each effect from a `Store`; the deadline is the running invocation's."""

    def __init__(
        self,
        store: Store,
        codec: Codec,
        programmes: Programmes,
        sleep: Callable[[float], None] = time.sleep,
        monotonic: Callable[[], float] = time.monotonic,
        draw: Callable[[int], int] = secrets.randbelow,
    ) -> None:
        self._store = store
        self._codec = codec
        self._programmes = programmes
        self._sleep = sleep
        self._monotonic = monotonic
        self._draw = draw
        self._budgets = StoreBudgets(store)
        self.remaining_ms: Callable[[], int] | None = None
        """Set at the beginning of each invocation: Lambda's own count of the time left."""

    def run(self, protocol: Protocol_[Result], limit_ms: int | None = None) -> Result:
        """Drive the protocol to its end; see `ports.Driver`."""
        limit_s = self._monotonic() + (OWN_LIMIT_MS if limit_ms is None else limit_ms) / 1000
        outcome: Outcome = None
        failure: TesseraError | None = None
        while True:
            try:
                effect = protocol.throw(failure) if failure else protocol.send(outcome)
            except StopIteration as stop:
                result: Result = stop.value
                return result
            outcome, failure = None, None
            try:
                outcome = self._perform(effect, limit_s)
            except TesseraError as error:
                failure = error

    def _perform(self, effect: Effect, limit_s: float) -> Outcome:
        match effect:
            case Transact():
                return self._transact(effect)
            case Pause(ms_max):
                self._sleep(self._draw(ms_max + 1) / 1000)
                return None
            case TimeLeft():
                return self._time_left_ms(limit_s)
            case LeaseBudgets(programme, budgets, needs):
                return Leases(self._budgets.left(programme, budgets, needs))
            case SpendBudgets(programme, spent):
                self._budgets.spend(programme, spent)
                return None
            case DrawCodes(pools):
                return DrawnCodes(drawn_codes(self._store, pools, self._draw))
            case _:
                return self._read(effect)

    def _read(
        self,
        effect: (
            ReadMember
            | ReadAnswer
            | ReadProgramme
            | ReadJoinable
            | ReadLookup
            | ReadVoucher
            | ReadEntry
            | ReadEntries
        ),
    ) -> Outcome:
        match effect:
            case ReadMember(member):
                return self._read_member(member)
            case ReadAnswer(identity):
                item = self._store.get(keys.answer(identity.scope, identity.id), "I")
                return answer_of(item) if item else None
            case ReadProgramme(programme, at_ms, known_version):
                return self._programmes.at(programme, at_ms, known_version)
            case ReadJoinable(at_ms, afresh):
                return Joinable(tuple(self._programmes.joinable(at_ms, afresh=afresh)))
            case ReadLookup(kind, value):
                key = keys.lookup(self._codec.lookup_secret, kind, value)
                item = self._store.get(key, "L")
                return located_of(item) if item else None
            case ReadVoucher(code):
                item = self._store.get(keys.voucher(code), "V")
                return voucher_of_item(item) if item else None
            case ReadEntry(member, programme, partition, sequence):
                return self._read_entry(member, programme, partition, sequence)
            case ReadEntries(member, programme, partition, limit):
                return self._read_entries(member, programme, partition, limit)

    def _read_member(self, member: str) -> MemberState:
        profile: Profile | None = None
        accounts: dict[tuple[str, str], Account] = {}
        for item in self._store.query(keys.member(member), keys.SUMMARY_PREFIX):
            if item["t"] == "P":
                profile = profile_of(item)
            elif item["t"] == "A":
                account = account_of(item)
                accounts[account.programme, account.partition] = account
        return MemberState(profile, accounts)

    def _read_entry(
        self, member: str, programme: str, partition: str, sequence: int
    ) -> StoredEntry | None:
        pk = keys.member(member)
        item = self._store.get(pk, keys.entry(programme, partition, sequence))
        if item is None:
            return None
        detail = self._store.get(pk, keys.detail(programme, partition, sequence))
        return StoredEntry(entry_of_item(item), _content(detail))

    def _read_entries(
        self, member: str, programme: str, partition: str, limit: int
    ) -> StoredEntries:
        pk = keys.member(member)
        prefix = keys.entry_prefix(programme, partition)
        items = self._store.query(pk, prefix, limit=limit, newest_first=True)
        entries = [entry_of_item(item) for item in items]
        if not entries:
            return StoredEntries(())
        before_them = keys.detail(programme, partition, entries[-1].sequence - 1)
        prefix = keys.detail_prefix(programme, partition)
        details = {
            str(item["sk"]): item for item in self._store.query(pk, prefix, after=before_them)
        }
        return StoredEntries(
            tuple(
                StoredEntry(
                    entry, _content(details.get(keys.detail(programme, partition, entry.sequence)))
                )
                for entry in entries
            )
        )

    def _transact(self, effect: Transact) -> Committed | Cancelled | Unknown:
        operations: list[Operation] = []
        owners: list[int] = []
        for index, write in enumerate(effect.writes):
            encoded = self._codec.operations(write)
            operations += encoded
            owners += [index] * len(encoded)
        outcome = self._store.transact(operations, effect.token)
        if not isinstance(outcome, Cancelled):
            return outcome
        reasons = [Reason.NONE] * len(effect.writes)
        for owner, reason in zip(owners, outcome.reasons, strict=True):
            if reason is not Reason.NONE:
                reasons[owner] = reason
        return Cancelled(tuple(reasons))

    def _time_left_ms(self, limit_s: float) -> int:
        own = int((limit_s - self._monotonic()) * 1000)
        return min(own, self.remaining_ms()) if self.remaining_ms else own


def _content(detail: Item | None) -> bytes | None:
    """A detail as it was committed to; None where it was erased."""
    content = detail["z"] if detail else None
    assert content is None or isinstance(content, bytes)
    return content
