"""What callers are shown of cards: their codes, their links, and how they spread."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from tessera.entrypoints.answer_views import Answer


class UsableCard(Answer):
    """A card: what its QR code says, whether it can be used, and the link that adds it."""

    id: str
    code: str
    status: Literal["active", "blocked", "replaced"]
    url: str


class ManagedCard(Answer):
    """The card as it is now; after a replacement the one that took its place."""

    member_id: str
    programme: str
    card: UsableCard


class CardStepCounts(Answer):
    """How many cards were given out, came onto a phone, and were taken off it again."""

    issued: int
    installed: int
    removed: int


class WalletSteps(CardStepCounts):
    """The steps in one wallet: `apple`, `google`, or another reader of Apple's cards."""

    wallet: str


class CardSteps(CardStepCounts):
    """The steps of all wallets, and how often wallets were told that something visible changed."""

    updated: int


class ChannelSteps(CardSteps):
    """By what people came: `poster`, `counter`, a store, a mail; `link` where nothing was said."""

    channel: str
    wallets: list[WalletSteps]


class CardReport(Answer):
    """How a programme's cards spread over some days (UTC)."""

    programme: str
    since: str = Field(alias="from")
    to: str
    total: CardSteps
    channels: list[ChannelSteps]


class PrintLink(Answer):
    """Where a printed thing is fetched from, by whoever has the link."""

    url: str


class JoinLink(Answer):
    """Print it as a QR code: whoever scans it can join, and has his card within a minute."""

    url: str
