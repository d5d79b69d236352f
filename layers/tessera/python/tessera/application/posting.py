"""From a decision to the writes of its transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tessera.application.details import pack_detail
from tessera.application.requests import Identity
from tessera.application.writes import (
    Profile,
    PutAccount,
    PutDetail,
    PutEntry,
    PutVoucher,
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
) -> Posted:
    """The account after the decision, its entry, detail, vouchers and next due date."""
    detail = pack_detail(decision, basket)
    circumstances = Circumstances(
        cause=identity.cause,
        occurred_at_ms=command.occurred_at_ms,
        recorded_at_ms=command.recorded_at_ms,
        detail_commitment=commitment(profile.salt, detail),
        silent=command.silent,
    )
    moved, entry = post(account, decision, circumstances)
    due = next_due(programme, moved, day_of(command.recorded_at_ms, programme.zone))
    writes: list[Write] = [
        PutAccount(moved, account.version, due.day if due else None, due.kind if due else ""),
        PutEntry(entry),
        PutDetail(account.member, account.programme, account.partition, entry.sequence, detail),
    ]
    writes += [
        PutVoucher(
            voucher.code,
            account.member,
            account.programme,
            voucher.reward,
            voucher.expires_on,
            dict(voucher.details),
        )
        for voucher in decision.vouchers
    ]
    return Posted(account, moved, entry, decision, programme, tuple(writes))
