"""What the outbox carries: committed changes, and the events that they become."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from tessera.domain import events
from tessera.domain.canonical import Json
from tessera.domain.ledger import Entry

_CARD: Mapping[str, events.Field] = {
    "card": events.Field("string", description="the card's id"),
    "programme": events.Field("string"),
    "reason": events.Field("string", description="lost, stolen, damaged, copied, other or empty"),
}

_STEP: Mapping[str, events.Field] = {
    "card": events.Field("string", description="the card's id"),
    "programme": events.Field("string"),
    "wallet": events.Field("string", description="apple, google or other"),
    "channel": events.Field("string", description="by what link the card was first given out"),
}

NOTICES: Mapping[str, events.Event] = {
    "member.erased": events.Event("A member's personal data was erased.", {}),
    "card.blocked": events.Event("A card was blocked: its code identifies nobody.", _CARD),
    "card.unblocked": events.Event("A blocked card was opened again.", _CARD),
    "card.reissued": events.Event("A card got another code; the old one is dead.", _CARD),
    "card.issued": events.Event("A card was given out for the first time.", _STEP),
    "card.installed": events.Event("A card was added to a phone.", _STEP),
    "card.removed": events.Event("A card was taken off a phone.", _STEP),
    "card.replaced": events.Event("A card is void for ever, another one took its place.", _CARD),
}
"""The events of changes that move no money, beside those of `domain.events`."""


@dataclass(frozen=True, slots=True)
class Notice:
    """A change that moves no money, as the outbox row tells it."""

    member: str
    id: str
    name: str
    at_ms: int
    data: Mapping[str, Json] = field(default_factory=dict)


Change = Entry | Notice


@dataclass(frozen=True, slots=True)
class Event:
    """One event for the bus. `detail` is everything that a consumer is told."""

    name: str
    at: datetime
    detail: Mapping[str, Json]

    @property
    def id(self) -> str:
        """The identity by which consumers know an event that comes twice."""
        return str(self.detail["id"])
