"""Google forgets the cards of whom we forgot (X-14).

An object holds the first name, the code and the balance of its member, and stays with Google until
it is told otherwise: the merchant could go on reading there what he erased here.
"""

from __future__ import annotations

from contextlib import suppress

from tessera.application.card_ports import CardServices, GoogleFailure, Haste
from tessera.application.erase_member import finish_erasure
from tessera.domain.errors import Unavailable

PATIENCE_MS = 1_000


def finish_erasure_of_cards(services: CardServices, member: str) -> None:
    """Delete what an erasure left, and let Google forget the cards that it showed.

    Raises Unavailable where table or Google don't answer: whoever brought the notice brings it
    again, for until then the cards stay written down.
    """
    finish_erasure(services.core, member)
    erasures = services.core.erasures
    cards = erasures.at_google(member)
    for card in cards:
        if services.google.available:
            try:
                services.google.forget(card, Haste.CAMPAIGN, PATIENCE_MS)
            except GoogleFailure as failure:
                raise Unavailable(f"google_{failure.code}") from failure
        erasures.forgotten(member, card)
    if cards:
        finish_erasure(services.core, member)


def forget_card(services: CardServices, card: str) -> None:
    """A card that was erased while Google was told of it: what we said last must not stay."""
    with suppress(GoogleFailure):
        services.google.forget(card, Haste.TILL, PATIENCE_MS)
