"""How cards spread: given out, installed, removed, each by wallet and channel.

Every step is a notice written together with what it is about, so that the stream publishes it
like any other event and reports can count. A step says nothing of the member but his id.
"""

from __future__ import annotations

import hashlib
import re
from enum import StrEnum

from tessera.application.writes import IssuedCard, PutNotice

_CHANNEL = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")


class Step(StrEnum):
    """What happened to a card; the value is the event's name."""

    ISSUED = "card.issued"
    INSTALLED = "card.installed"
    REMOVED = "card.removed"
    UPDATED = "card.updated"
    """Something visible changed and wallets were told. Counted only: it is no event of its own,
    for the change that caused it is one."""


class Wallet(StrEnum):
    """Where a card is."""

    APPLE = "apple"
    GOOGLE = "google"
    OTHER = "other"


def channel_of(text: str | None) -> str:
    """A channel as a link names it (`?via=poster`); "link" where it names none that we take."""
    return text if text and _CHANNEL.fullmatch(text) else "link"


def step_notice(
    issued: IssuedCard, step: Step, wallet: Wallet, at_ms: int, subject: str
) -> PutNotice:
    """The notice of a step. `subject` tells it from every other step of the card."""
    unique = hashlib.sha256(f"{issued.card.id}\x00{subject}".encode()).hexdigest()
    return PutNotice(
        issued.card.member,
        f"{step}-{unique[:24]}",
        step,
        at_ms,
        {
            "card": issued.card.id,
            "programme": issued.card.programme,
            "wallet": str(wallet),
            "channel": issued.channel,
        },
    )
