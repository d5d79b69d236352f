"""A device says that it holds a card and wants to know when it changes (K-04)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from tessera.application.card_funnel import Step, Wallet, step_notice
from tessera.application.card_ports import CardChange, CardServices, ClientKind, Registration
from tessera.application.card_state import ATTEMPTS_MAX
from tessera.application.writes import IssuedCard, PutNotice
from tessera.domain.errors import NotFound, Unauthenticated, Unavailable

DEVICES_MAX = 32
"""Telephones, tablets and watches of a family, and then some."""

SETTLED_MS = 60_000
"""A device that repeats itself within a minute costs two reads and no write."""


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
    is silent. Raises Unauthenticated for a wrong token, NotFound for a card that is no more,
    Unavailable where the device had better say it again. Where the card is on as many devices as
    a card may be, the one that has been silent for longest is forgotten.
    """
    authenticate(services, request.pass_type, request.card, request.token)
    now_ms = services.core.wall_clock.now_ms()
    before = services.store.registration(request.card, request.device)
    notice = None if before else _welcomed(services, request, now_ms)
    settled = (
        before is not None
        and (before.push_token, before.kind) == (push_token, request.kind)
        and now_ms - before.registered_at_ms < SETTLED_MS
    )
    if not settled:
        services.store.register(
            Registration(request.card, request.device, push_token, request.kind, now_ms), notice
        )
    if request.kind is ClientKind.APPLE:
        _catch_up(services, request.card, new=before is None)
    return before is None


def _catch_up(services: CardServices, card: str, *, new: bool) -> None:
    """Let the device be told of what changed between its download and its registration.

    Whoever changes a card writes the row first and reads the registrations after it; here it is
    the other way about. So one of the two sees the other. That the card's other wallets were told
    says nothing of a new device, whose copy may be of any version but the first: there it is
    marked once more.
    """
    for _ in range(ATTEMPTS_MAX):
        issued = services.store.find(card)
        if issued is None or not (issued.untold or (new and issued.visible_version > 1)):
            return
        if issued.untold or services.store.change(replace(issued, untold=True)) is not None:
            look = CardChange("", issued.card.member, issued.card.programme)
            services.queues.look_again([look], 0)
            return
    raise Unavailable


def wallet_of(kind: ClientKind) -> Wallet:
    """The wallet that a client is."""
    return Wallet.APPLE if kind is ClientKind.APPLE else Wallet.OTHER


def _welcomed(services: CardServices, request: DeviceRequest, now_ms: int) -> PutNotice:
    """Room for a new device, and the notice of its step."""
    issued = services.store.find(request.card)
    if issued is None:
        raise NotFound("card_unknown")
    crowd = sorted(services.store.registrations(request.card), key=lambda one: one.registered_at_ms)
    for one in crowd[: max(0, len(crowd) - DEVICES_MAX + 1)]:
        forget(services, issued, one)
    wallet = wallet_of(request.kind)
    subject = f"{request.device} {now_ms}"
    return step_notice(issued, Step.INSTALLED, wallet, now_ms, subject)


def forget(services: CardServices, issued: IssuedCard, registration: Registration) -> bool:
    """Remove a registration; False where the device registered anew meanwhile."""
    now_ms = services.core.wall_clock.now_ms()
    wallet = wallet_of(registration.kind)
    subject = f"{registration.device} {registration.registered_at_ms}"
    notice = step_notice(issued, Step.REMOVED, wallet, now_ms, subject)
    return services.store.unregister(registration, notice)
