"""Vouchers by their code: what one is worth here and now, and its use (B-49, B-50)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tessera.application.account_command import Target, carry_out_as
from tessera.application.answers import decision_view
from tessera.application.asking import Protocol_, read_voucher
from tessera.application.deciding import decide_on
from tessera.application.finding import Reference, find_member, programme_in_force
from tessera.application.moments import occurred_at_ms
from tessera.application.requests import Answer, Caller, Writing, identity_by_key
from tessera.application.services import Services
from tessera.application.writes import VoucherRow
from tessera.domain.canonical import Json
from tessera.domain.commands import UseVoucher
from tessera.domain.errors import NotFound


def use_voucher(services: Services, writing: Writing, code: str) -> Answer:
    """Use a voucher outside a recorded sale; `amount` is taken off a gift card.

    Raises NotFound for a code that we never gave, Refused where it is used up, expired, or its
    terms do not hold.
    """
    writing.caller.require("redemptions:write")
    row = services.driver.run(_located(code))
    body: Mapping[str, Any] = {**writing.body, "code": code}
    identity = identity_by_key(writing.caller, writing.key, "vouchers", body)
    target = Target(Reference(id=row.member), row.programme, row.partition)
    return carry_out_as(
        services,
        writing,
        identity,
        target,
        lambda: _command(writing.caller, writing.body, code, writing.now_ms),
    )


def validate_voucher(
    services: Services, caller: Caller, code: str, body: Mapping[str, Any], now_ms: int, seed: bytes
) -> dict[str, Json]:
    """What using the voucher would give; nothing is written. Raises what its use would."""
    caller.require("redemptions:write")
    row = services.driver.run(_located(code))
    command = _command(caller, body, code, now_ms)
    if command.store:
        caller.require_store(command.store)
    return services.driver.run(_validate(caller, row, command, seed))


def _command(caller: Caller, body: Mapping[str, Any], code: str, now_ms: int) -> UseVoucher:
    return UseVoucher(
        occurred_at_ms=occurred_at_ms(body.get("occurred_at"), now_ms, caller),
        recorded_at_ms=now_ms,
        store=body.get("store") or "",
        channel=body.get("channel") or "store",
        by=caller.by,
        code=code,
        amount=body.get("amount"),
    )


def _located(code: str) -> Protocol_[VoucherRow]:
    row = yield from read_voucher(code)
    if row is None:
        raise NotFound("voucher_unknown")
    return row


def _validate(
    caller: Caller, row: VoucherRow, command: UseVoucher, seed: bytes
) -> Protocol_[dict[str, Json]]:
    found = yield from find_member(Reference(id=row.member))
    caller.require_member(found.member)
    account = found.accounts.get((row.programme, row.partition))
    if account is None:
        raise NotFound("voucher_unknown")
    programme = yield from programme_in_force(row.programme, command.occurred_at_ms, account)
    decision = yield from decide_on(found.profile, account, programme, command, seed)
    return {
        "code": row.code,
        "member_id": row.member,
        "reward": row.reward,
        **decision_view(decision, programme, caller.language),
    }
