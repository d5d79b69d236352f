"""A clerk changes a balance by hand, with a reason and within his rights (O-32)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tessera.application.account_command import carry_out
from tessera.application.requests import Answer, Writing
from tessera.application.services import Services
from tessera.domain.commands import Adjust
from tessera.domain.errors import Forbidden, InvalidInput

CEILING_SCOPE = "adjustments:unlimited"
CEILING_DEFAULT = 1_000
"""Whole points (or smallest units) that a clerk without further right may move at once."""


def adjust_balance(services: Services, writing: Writing) -> Answer:
    """Add to a balance, or take from it, by hand.

    Needs `adjustments:write`; above the ceiling also `adjustments:unlimited`. The reason is a
    code of the merchant's list, never free text about the member. Raises Refused where the
    balance would fall below its minimum or pass its maximum.
    """
    writing.caller.require("adjustments:write")
    body: Mapping[str, Any] = writing.body
    amount: int = body["amount"]
    if amount == 0:
        raise InvalidInput("amount_zero", field="/amount")
    if abs(amount) > CEILING_DEFAULT and CEILING_SCOPE not in writing.caller.scopes:
        raise Forbidden("adjustment_above_ceiling", params={"ceiling": CEILING_DEFAULT})

    def command() -> Adjust:
        return Adjust(
            occurred_at_ms=writing.now_ms,
            recorded_at_ms=writing.now_ms,
            store=body.get("store") or "",
            balance=body["balance"],
            amount=amount,
            reason=body["reason"],
        )

    return carry_out(services, writing, "adjustments", body["programme"], command)
