"""Anything else that happened to a member: a review, a survey, a sign-up (B-03, Q-07 to Q-10)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tessera.application.account_command import carry_out
from tessera.application.moments import is_import, occurred_at_ms
from tessera.application.requests import Answer, Writing
from tessera.application.services import Services
from tessera.domain.commands import RecordEvent


def record_event(services: Services, writing: Writing) -> Answer:
    """Let the programme's rules react to an event. Answers 201 with what they gave.

    Raises NotFound for an unknown member or programme, Refused where a rule rejects.
    """
    writing.caller.require("events:write")
    body: Mapping[str, Any] = writing.body

    def command() -> RecordEvent:
        return RecordEvent(
            occurred_at_ms=occurred_at_ms(body.get("occurred_at"), writing.now_ms, writing.caller),
            recorded_at_ms=writing.now_ms,
            store=body.get("store") or "",
            channel=body.get("channel") or "",
            silent=is_import(writing.body, writing.caller),
            name=body["name"],
            reference=body.get("reference") or "",
            attributes=body.get("attributes") or {},
        )

    return carry_out(services, writing, "events", body["programme"], command)
