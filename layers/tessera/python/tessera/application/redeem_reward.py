"""A member takes a reward: its price is debited and a voucher comes into his hand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tessera.application.account_command import carry_out
from tessera.application.articles import require_available
from tessera.application.moments import occurred_at_ms
from tessera.application.requests import Answer, Writing
from tessera.application.services import Services
from tessera.domain.commands import RedeemReward


def redeem_reward(services: Services, writing: Writing) -> Answer:
    """Redeem a reward (B-49, Q-17). Answers 201 with the new balances and the voucher.

    Raises Refused with what is required, available and missing where the balance does not reach,
    and where the catalogue says that no article of a free product can be had.
    """
    writing.caller.require("redemptions:write")
    body: Mapping[str, Any] = writing.body

    def command() -> RedeemReward:
        programme = services.programmes.at(body["programme"], writing.now_ms)
        if programme is not None:
            require_available(services.articles, programme, body["reward"])
        return RedeemReward(
            occurred_at_ms=occurred_at_ms(body.get("occurred_at"), writing.now_ms, writing.caller),
            recorded_at_ms=writing.now_ms,
            store=body.get("store") or "",
            channel=body.get("channel") or "store",
            by=writing.caller.by,
            reward=body["reward"],
        )

    return carry_out(services, writing, "redemptions", body["programme"], command)
