"""Typed questions: one small generator for each effect, so that protocols read like prose."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import TypeVar

from tessera.application.effects import (
    DrawCodes,
    DrawnCodes,
    Effect,
    Joinable,
    LeaseBudgets,
    Leases,
    Located,
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
    StoredAnswer,
    StoredEntries,
    StoredEntry,
    TimeLeft,
    Transact,
)
from tessera.application.outcomes import Cancelled, Committed, Unknown
from tessera.application.requests import Identity
from tessera.application.writes import VoucherRow, Write
from tessera.domain.programme import Programme

Result = TypeVar("Result")
Protocol_ = Generator[Effect, Outcome, Result]


def read_member(member: str) -> Protocol_[MemberState]:
    """The profile and every account of a member, read strongly together."""
    outcome = yield ReadMember(member)
    assert isinstance(outcome, MemberState)
    return outcome


def read_answer(identity: Identity) -> Protocol_[StoredAnswer | None]:
    """The stored answer under an identity, if one was given."""
    outcome = yield ReadAnswer(identity)
    assert outcome is None or isinstance(outcome, StoredAnswer)
    return outcome


def read_programme(
    programme: str, at_ms: int, known_version: int = 0
) -> Protocol_[Programme | None]:
    """The version of a programme that is in force at an instant."""
    outcome = yield ReadProgramme(programme, at_ms, known_version)
    assert outcome is None or isinstance(outcome, Programme)
    return outcome


def read_joinable(at_ms: int, *, afresh: bool) -> Protocol_[tuple[Programme, ...]]:
    """The programmes in force that a sale or an event may enrol in."""
    outcome = yield ReadJoinable(at_ms, afresh)
    assert isinstance(outcome, Joinable)
    return outcome.programmes


def read_lookup(kind: str, value: str) -> Protocol_[Located | None]:
    """What a card code or external id points to."""
    outcome = yield ReadLookup(kind, value)
    assert outcome is None or isinstance(outcome, Located)
    return outcome


def read_voucher(code: str) -> Protocol_[VoucherRow | None]:
    """The voucher of that code."""
    outcome = yield ReadVoucher(code)
    assert outcome is None or isinstance(outcome, VoucherRow)
    return outcome


def read_entry(
    member: str, programme: str, partition: str, sequence: int
) -> Protocol_[StoredEntry | None]:
    """One line of the ledger with its detail."""
    outcome = yield ReadEntry(member, programme, partition, sequence)
    assert outcome is None or isinstance(outcome, StoredEntry)
    return outcome


def read_entries(
    member: str, programme: str, partition: str, limit: int
) -> Protocol_[tuple[StoredEntry, ...]]:
    """The newest lines of an account with their details, at most `limit` of them."""
    outcome = yield ReadEntries(member, programme, partition, limit)
    assert isinstance(outcome, StoredEntries)
    return outcome.entries


def lease_budgets(
    programme: str, budgets: tuple[tuple[str, int], ...], needs: Mapping[str, int]
) -> Protocol_[Mapping[str, int]]:
    """What may be spent of the programme's shared budgets, where possible as much as needed."""
    outcome = yield LeaseBudgets(programme, budgets, needs)
    assert isinstance(outcome, Leases)
    return outcome.left


def spend_budgets(programme: str, spent: Mapping[str, int]) -> Protocol_[None]:
    """Take what was used out of the leases."""
    yield SpendBudgets(programme, spent)


def draw_codes(pools: tuple[str, ...]) -> Protocol_[Mapping[str, tuple[str, ...]]]:
    """A few free codes of each pool."""
    outcome = yield DrawCodes(pools)
    assert isinstance(outcome, DrawnCodes)
    return outcome.codes


def transact(writes: tuple[Write, ...], token: str) -> Protocol_[Committed | Cancelled | Unknown]:
    """All writes or none."""
    outcome = yield Transact(writes, token)
    assert isinstance(outcome, Committed | Cancelled | Unknown)
    return outcome


def pause(ms_max: int) -> Protocol_[None]:
    """Wait a random time up to that."""
    yield Pause(ms_max)


def time_left() -> Protocol_[int]:
    """Milliseconds before the caller gives up."""
    outcome = yield TimeLeft()
    assert isinstance(outcome, int)
    return outcome
