"""A member adds his card to a phone, from the link that he was given (K-03, K-05)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from tessera.application.card_funnel import Wallet
from tessera.application.card_ports import CardServices
from tessera.application.card_state import ATTEMPTS_MAX, give_out, look
from tessera.application.card_view import CardView
from tessera.application.forget_card import forget_card
from tessera.application.google_telling import ROUNDS_MAX
from tessera.application.writes import IssuedCard
from tessera.domain.errors import NotFound, Unavailable


@dataclass(frozen=True, slots=True)
class SignedCard:
    """A .pkpass and the `Last-Modified` to send with it, in seconds since the epoch."""

    archive: bytes
    modified_s: int


@dataclass(frozen=True, slots=True)
class CardOffer:
    """What a page says of a card before it is added: no more than its programme's name."""

    name: str
    language: str
    apple: bool
    google: bool


def offer_card(services: CardServices, link: str) -> CardOffer:
    """What the link offers; nothing is given out yet. NotFound for a link that we did not sign."""
    issued = services.store.find(services.core.links.card_of(link))
    if issued is None:
        raise NotFound("card_unknown")
    _require_active(issued)
    view = look(services, issued.card).view
    return CardOffer(view.name, view.language, services.apple.available, services.google.available)


def download_apple_card(services: CardServices, link: str, channel: str) -> SignedCard:
    """The card for Apple Wallet. Raises NotFound for a link that we did not sign."""
    card = services.core.links.card_of(link)
    issued, view = give_out(services, card, Wallet.APPLE, channel)
    _require_active(issued)
    if not services.apple.available:
        raise NotFound("wallet_not_offered")
    return sign(services, issued, view)


def google_save_url(services: CardServices, link: str, channel: str) -> str:
    """Where Google saves the card. Its object is inserted first, so that the link stays short.

    The card may change while Google is told of it, and the word of it overtake ours. So whoever
    has spoken looks whether the card moved on, and then speaks again; nobody gets the link of a
    card that did not stand still. Raises NotFound for a link that we did not sign, GoogleFailure
    where Google refuses the card, Unavailable where it keeps changing.
    """
    card = services.core.links.card_of(link)
    for _ in range(ROUNDS_MAX):
        issued, view = give_out(services, card, Wallet.GOOGLE, channel)
        _require_active(issued)
        if not services.google.available:
            raise NotFound("wallet_not_offered")
        issued = _googles(services, issued)
        services.google.put(view)
        found = services.store.find(card)
        if found is None:
            forget_card(services, card)
        elif found.visible_version == issued.visible_version:
            return services.google.save_url(view)
    raise Unavailable


def sign(services: CardServices, issued: IssuedCard, view: CardView) -> SignedCard:
    """The card as an archive that carries its own token."""
    token = services.tokens.token(issued.card.id, issued.token_version)
    archive = services.apple.sign(view, token, issued.announced)
    return SignedCard(archive, issued.modified_s)


def _googles(services: CardServices, issued: IssuedCard) -> IssuedCard:
    """The card's row once it says that Google may show the card.

    It is written before Google is told: whoever changes or erases the card from then on tells
    Google too. Its view may be newer than the row, never older.
    """
    found: IssuedCard | None = issued
    for _ in range(ATTEMPTS_MAX):
        if found is None:
            raise NotFound("card_unknown")
        if found.on_google:
            return issued
        if services.store.change(replace(found, on_google=True)) is not None:
            return issued
        found = services.store.find(issued.card.id)
    raise Unavailable


def _require_active(issued: IssuedCard) -> None:
    if issued.card.status != "active":
        raise NotFound("card_blocked")
