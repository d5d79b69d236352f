"""Two-phase spending: set value aside, then commit or cancel it (X-02)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from tessera.application.account_command import Target, carry_out, carry_out_as
from tessera.application.finding import Reference
from tessera.application.locators import located
from tessera.application.requests import Answer, Identity, Writing
from tessera.application.services import Services
from tessera.domain.commands import OpenHold, SettleHold
from tessera.domain.errors import NotFound

TTL_S_DEFAULT = 900


def open_hold(services: Services, writing: Writing) -> Answer:
    """Set an amount of a balance, a reward's price or a voucher aside for `ttl_s` seconds.

    Answers 201 with the hold's id, which carries its locator. Held value can't be spent
    otherwise and doesn't expire. Raises Refused where too little is available.
    """
    writing.caller.require("redemptions:write")
    body: Mapping[str, Any] = writing.body

    def command() -> OpenHold:
        return OpenHold(
            occurred_at_ms=writing.now_ms,
            recorded_at_ms=writing.now_ms,
            store=body.get("store") or "",
            channel=body.get("channel") or "store",
            by=writing.caller.by,
            balance=body.get("balance") or "",
            amount=body.get("amount") or 0,
            reward=body.get("reward") or "",
            voucher=body.get("voucher") or "",
            ttl_s=body.get("ttl_s") or TTL_S_DEFAULT,
        )

    return carry_out(services, writing, "holds", body["programme"], command)


def settle_hold(services: Services, writing: Writing, hold: str, *, keep: bool) -> Answer:
    """Commit (`keep`) or cancel a hold by its id. The second settlement replays the first.

    Raises NotFound for an id that we did not give, Refused for a hold that has lapsed.
    """
    writing.caller.require("redemptions:write")
    member, programme, partition, name = located_hold(hold)

    def command() -> SettleHold:
        return SettleHold(
            occurred_at_ms=writing.now_ms,
            recorded_at_ms=writing.now_ms,
            by=writing.caller.by,
            hold=name,
            keep=keep,
        )

    # The hash is the hold's alone: a cancel that comes after a commit is told of the commit.
    identity = Identity("settle", hold, hashlib.sha256(hold.encode()).digest())
    target = Target(Reference(id=member), programme, partition)
    return carry_out_as(services, writing, identity, target, command)


def located_hold(hold: str) -> tuple[str, str, str, str]:
    """Member, programme, partition and name of a public hold id."""
    found = located(hold)
    if found is None:
        raise NotFound("hold_unknown")
    return found
