"""A device asks which of its cards changed since it last asked (K-04)."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tessera.application.card_ports import CardServices
from tessera.application.writes import IssuedCard

_TAG = re.compile(r"1(?:\.[A-Z2-7]{8}-[0-9a-f]{1,12})*")
_TAG_LENGTH_MAX = 8192


@dataclass(frozen=True, slots=True)
class UpdatedCards:
    """The cards that changed, and the tag to ask with the next time."""

    cards: tuple[str, ...]
    tag: str


def updated_cards(
    services: CardServices, device: str, pass_type: str, tag: str | None
) -> UpdatedCards | None:
    """The cards whose visible version is another than the tag says; None where there is none.

    Apple's protocol asks for no token here. The tag holds the visible version of each card of
    the device. A time would not do: cards change on several machines, whose clocks differ, so a
    change could be stamped before the tag that was given out before it.
    """
    if pass_type != services.apple.pass_type:
        return None
    found = [services.store.find(card) for card in services.store.cards_of(device)]
    cards = [issued for issued in found if issued is not None]
    told = _versions(tag)
    changed = [
        issued.card.id
        for issued in cards
        if told.get(_short(issued.card.id)) != issued.visible_version
    ]
    return UpdatedCards(tuple(changed), tag_of(cards)) if changed else None


def tag_of(cards: Iterable[IssuedCard]) -> str:
    """The visible versions of these cards as one opaque text."""
    parts = sorted(f"{_short(issued.card.id)}-{issued.visible_version:x}" for issued in cards)
    return ".".join(["1", *parts])


def _versions(tag: str | None) -> Mapping[str, int]:
    """What a tag says; one that we did not make says nothing, so that every card is told."""
    if tag is None or len(tag) > _TAG_LENGTH_MAX or not _TAG.fullmatch(tag):
        return {}
    pairs = (part.split("-") for part in tag.split(".")[1:])
    return {name: int(version, 16) for name, version in pairs}


def _short(card: str) -> str:
    """Forty bits of the card's name: enough to tell the cards of one device apart."""
    return base64.b32encode(hashlib.sha256(card.encode()).digest()[:5]).decode()
