"""From a decision to the writes of its transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from tessera.application.commit import Plan
from tessera.application.details import pack_detail
from tessera.application.finding import Found
from tessera.application.occasions import letter_of
from tessera.application.requests import Answer, Identity
from tessera.application.writes import (
    CheckAccount,
    Profile,
    PutAccount,
    PutDetail,
    PutEntry,
    PutVoucher,
    TakeCode,
    Write,
)
from tessera.domain.account import Account
from tessera.domain.calendar import day_of
from tessera.domain.canonical import Json
from tessera.domain.commands import Command
from tessera.domain.decision import Decision
from tessera.domain.due import next_due
from tessera.domain.ledger import Circumstances, Entry, commitment, post
from tessera.domain.programme import Programme


@dataclass(frozen=True, slots=True)
class Posted:
    """One account moved by one entry, and the writes that make it so."""

    before: Account
    account: Account
    entry: Entry
    decision: Decision
    programme: Programme
    writes: tuple[Write, ...]


def post_decision(
    identity: Identity,
    profile: Profile,
    account: Account,
    programme: Programme,
    command: Command,
    decision: Decision,
    basket: Mapping[str, Json] | None = None,
    fired_through: int | None = None,
) -> Posted:
    """The account after the decision, its entry, detail, vouchers and next due date.

    `fired_through` is handed in by the worker that fires occasions, see `put_account`.
    """
    detail = pack_detail(decision, basket)
    circumstances = Circumstances(
        cause=identity.cause,
        occurred_at_ms=command.occurred_at_ms,
        recorded_at_ms=command.recorded_at_ms,
        detail_commitment=commitment(profile.salt, detail),
        silent=command.silent,
        contributor="" if profile.member == account.member else profile.member,
        by=command.by,
    )
    moved, entry = post(account, decision, circumstances)
    today = day_of(command.recorded_at_ms, programme.zone)
    if fired_through is not None:
        moved = replace(moved, fired_through=fired_through)
    elif account.version == 0 or command.silent:
        # Nothing is announced of the day on which somebody joins, nor of what an import brings.
        moved = replace(moved, fired_through=today)
    writes: list[Write] = [
        put_account(programme, moved, account.version, today),
        PutEntry(entry),
        PutDetail(account.member, account.programme, account.partition, entry.sequence, detail),
    ]
    for voucher in decision.vouchers:
        writes.append(
            PutVoucher(
                voucher.code, profile.member, account.programme, account.partition, voucher.reward
            )
        )
        if voucher.details.get("pool"):
            writes.append(TakeCode(str(voucher.details["pool"]), voucher.code))
    return Posted(account, moved, entry, decision, programme, tuple(writes))


def post_for(
    identity: Identity,
    found: Found,
    account: Account,
    programme: Programme,
    command: Command,
    decision: Decision,
    basket: Mapping[str, Json] | None = None,
) -> Posted:
    """`post_decision` for a member who was found, on one of the accounts that he was found with.

    Where that is his household's, his own has to rest still when the entry is written: he may
    have left since he was read (decision 0024).
    """
    posted = post_decision(identity, found.profile, account, programme, command, decision, basket)
    own = found.resting.get((account.programme, account.partition))
    if own is None:
        return posted
    check = CheckAccount(own.member, own.programme, own.partition, own.version)
    return replace(posted, writes=(*posted.writes, check))


OCCASION_LATE_DAYS_MAX = 31
"""An occasion that nobody fired for a month is passed over: greetings that late only confuse."""


def put_account(
    programme: Programme, account: Account, expected_version: int, today: int
) -> PutAccount:
    """The write of an account with its row in the due index.

    The row shows the earliest occasion after `account.fired_through`, so that an entry of the
    same day hides none that still has to fire; one that is late stands under today, where the
    pagers, which walk the last days again, are sure to find it.
    """
    due = next_due(programme, account, first_day_to_fire(account, today) - 1)
    if due is None:
        return PutAccount(account, expected_version)
    return PutAccount(account, expected_version, max(due.day, today), letter_of(due.kind))


def first_day_to_fire(account: Account, today: int) -> int:
    """The earliest day of which an occasion of the account may still fire."""
    return max(account.fired_through, today - OCCASION_LATE_DAYS_MAX) + 1


def entries_of(posts: Sequence[Posted]) -> tuple[tuple[str, str, int], ...]:
    """Where the entries of these decisions lie, for the row of their request."""
    return tuple(
        (posted.account.programme, posted.account.partition, posted.entry.sequence)
        for posted in posts
    )


def place_of(posted: Posted) -> tuple[str, str, str]:
    """The account that was moved: whose, of which programme, in which partition."""
    return posted.account.member, posted.account.programme, posted.account.partition


def owners_of(posts: Sequence[Posted], member: str) -> dict[str, str]:
    """Whose accounts they are on, by programme, where that is a household and not the member."""
    return {
        posted.account.programme: posted.account.member
        for posted in posts
        if posted.account.member != member
    }


def plan_of(posts: Sequence[Posted], writes: Sequence[Write], reply: Answer) -> Plan:
    """The plan of one or several posted decisions, with what they take out of shared budgets."""
    spends = tuple(
        (posted.programme.id, posted.decision.budgets)
        for posted in posts
        if posted.decision.budgets
    )
    return Plan(tuple(writes), reply, spends)
