"""A device says that it holds a card and wants to know when it changes (K-04)."""

from __future__ import annotations

from dataclasses import dataclass

from tessera.application.card_ports import CardServices, ClientKind, Registration
from tessera.domain.errors import NotFound, Unauthenticated

SETTLED_MS = 60_000
"""A device that repeats itself within a minute costs a read and no write."""


@dataclass(frozen=True, slots=True)
class DeviceRequest:
    """Who speaks of which card: the path of Apple's service, and the token of the header."""

    device: str
    pass_type: str
    card: str
    token: str
    kind: ClientKind = ClientKind.APPLE


def authenticate(services: CardServices, pass_type: str, card: str, token: str) -> None:
    """Raises Unauthenticated unless the token is the card's and the pass type is ours."""
    if not services.tokens.fits(card, token) or pass_type != services.apple.pass_type:
        raise Unauthenticated("card_token_wrong")


def register_device(services: CardServices, request: DeviceRequest, push_token: str) -> bool:
    """Remember where to push; True where the device was not registered for the card before.

    A device that is known gets its push token replaced: Apple issues new ones, and the old one
    is silent. Raises Unauthenticated for a wrong token, NotFound for a card that is no more.
    """
    authenticate(services, request.pass_type, request.card, request.token)
    now_ms = services.core.wall_clock.now_ms()
    before = services.store.registration(request.card, request.device)
    if before is None and services.store.find(request.card) is None:
        raise NotFound("card_unknown")
    if (
        before is not None
        and (before.push_token, before.kind) == (push_token, request.kind)
        and now_ms - before.registered_at_ms < SETTLED_MS
    ):
        return False
    services.store.register(
        Registration(request.card, request.device, push_token, request.kind, now_ms),
        known=before is not None,
    )
    return before is None
