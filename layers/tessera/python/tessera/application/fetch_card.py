"""A device fetches a card that changed (K-04)."""

from __future__ import annotations

from tessera.application.card_ports import CardServices
from tessera.application.card_state import look
from tessera.application.download_card import SignedCard, sign
from tessera.application.register_device import authenticate
from tessera.domain.errors import NotFound


def fetch_card(
    services: CardServices, pass_type: str, card: str, token: str, modified_since_s: int | None
) -> SignedCard | None:
    """The card as it stands; None where the device has this version already.

    The row alone answers that, before anything is read or signed. A card that was blocked or
    replaced is still given, marked void, so that phones grey it out. Raises Unauthenticated for a
    wrong token, NotFound for a card that is no more.
    """
    authenticate(services, pass_type, card, token)
    issued = services.store.find(card)
    if issued is None or not issued.visible_version:
        raise NotFound("card_unknown")
    if modified_since_s is not None and modified_since_s >= issued.modified_s:
        return None
    return sign(services, issued, look(services, issued.card).view)
