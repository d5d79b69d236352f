"""Telling Google what cards show, so that what it was told last is what is true."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from tessera.application.card_ports import (
    CardServices,
    GoogleChange,
    GoogleErrand,
    GoogleFailure,
    Haste,
)
from tessera.application.card_state import look
from tessera.application.card_view import CardView
from tessera.application.forget_card import forget_card
from tessera.application.writes import IssuedCard
from tessera.domain.errors import NotFound

ROUNDS_MAX = 3


@dataclass(frozen=True, slots=True)
class Telling:
    """A card as it is about to be told; `view` was taken at `issued`'s version or later."""

    issued: IssuedCard
    view: CardView


@dataclass(slots=True)
class Told:
    """How many objects were brought up to date, which were not, and what is to be told later."""

    updates: int = 0
    failures: dict[str, GoogleFailure] = field(default_factory=dict)
    later: dict[str, GoogleErrand] = field(default_factory=dict)


def tell_google(
    services: CardServices, tellings: Sequence[Telling], haste: Haste, patience_ms: int
) -> Told:
    """Bring the objects of these cards up to date.

    Two machines may tell of one card at once, and the older word may arrive last. So whoever has
    spoken looks whether the card has moved on meanwhile, and then speaks again. Where he can't,
    and where Google did not answer, which may hear the word yet, an errand is left that nothing
    overtakes.
    """
    result = Told()
    waiting = list(tellings)
    for number in range(ROUNDS_MAX):
        if not waiting:
            break
        changes = [GoogleChange(one.view, one.issued.notifies) for one in waiting]
        failures = services.google.update(changes, haste, patience_ms)
        result.failures |= failures
        told = [one for one in waiting if one.issued.card.id not in failures]
        result.updates += len(told)
        for one in waiting:
            card = one.issued.card.id
            if card in failures and failures[card].retry:
                version = 0 if number or failures[card].unanswered else one.issued.visible_version
                result.later[card] = GoogleErrand(card, version)
        waiting = [newer for one in told if (newer := _newer(services, one))]
    result.later |= {one.issued.card.id: GoogleErrand(one.issued.card.id, 0) for one in waiting}
    return result


def _newer(services: CardServices, told: Telling) -> Telling | None:
    """The card at a later version than the one that was told; None where there is none."""
    issued = services.store.find(told.issued.card.id)
    if issued is None:
        forget_card(services, told.issued.card.id)
        return None
    if issued.visible_version <= told.issued.visible_version:
        return None
    try:
        return Telling(issued, look(services, issued.card).view)
    except NotFound:
        return None
