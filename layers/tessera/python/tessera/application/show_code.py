"""The code on the page of a card, for who has no wallet that shows a changing one (X-10, Z-09)."""

from __future__ import annotations

from dataclasses import dataclass

from tessera.application.card_ports import CardServices
from tessera.application.card_state import look
from tessera.application.card_text import code_text
from tessera.application.shown_code import fresh_code
from tessera.domain.errors import NotFound


@dataclass(frozen=True, slots=True)
class CodeOnPage:
    """What the page shows: the text of its QR, the code in fours, and for how long it holds."""

    name: str
    qr: str
    spaced: str
    left_ms: int | None = None


def show_code(services: CardServices, link: str) -> CodeOnPage:
    """The code of a link's card as it is to be scanned now.

    It changes where the programme may ask for a changing one. Raises NotFound for a link that
    we did not sign, and for a card that is blocked.
    """
    issued = services.store.find(services.core.links.card_of(link))
    if issued is None:
        raise NotFound("card_unknown")
    if issued.card.status != "active":
        raise NotFound("card_blocked")
    view = look(services, issued.card).view
    spaced = code_text(issued.card.code)
    if not view.shown.page:
        return CodeOnPage(view.name, view.qr, spaced)
    wall_ms = services.core.wall_clock.now_ms()
    text, left_ms = fresh_code(services.core.codes, issued.card, wall_ms)
    return CodeOnPage(view.name, text, spaced, left_ms)
