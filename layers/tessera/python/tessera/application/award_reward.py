"""Somebody gives a member a reward: a clerk, a partner or a system of the merchant (B-39)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tessera.application.account_command import carry_out
from tessera.application.moments import occurred_at_ms
from tessera.application.requests import Answer, Writing
from tessera.application.services import Services
from tessera.domain.commands import AwardReward


def award_reward(services: Services, writing: Writing) -> Answer:
    """Award a reward by hand. Answers 201 with the voucher that it came as.

    The reward's own terms hold (period, limits, tier, price); raises Refused where they don't.
    """
    writing.caller.require("redemptions:write")
    body: Mapping[str, Any] = writing.body

    def command() -> AwardReward:
        return AwardReward(
            occurred_at_ms=occurred_at_ms(body.get("occurred_at"), writing.now_ms, writing.caller),
            recorded_at_ms=writing.now_ms,
            store=body.get("store") or "",
            channel=body.get("channel") or "store",
            reward=body["reward"],
            reason=body.get("reason") or "",
        )

    return carry_out(services, writing, "awards", body["programme"], command)
