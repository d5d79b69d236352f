"""A member took the card off a device (K-04)."""

from __future__ import annotations

from tessera.application.card_funnel import Step, step_notice
from tessera.application.card_ports import CardServices, Registration
from tessera.application.register_device import DeviceRequest, authenticate, wallet_of
from tessera.application.writes import IssuedCard


def unregister_device(services: CardServices, request: DeviceRequest) -> None:
    """Forget the registration; saying it twice is no error.

    Raises Unauthenticated for a wrong token.
    """
    authenticate(services, request.pass_type, request.card, request.token)
    found = services.store.registration(request.card, request.device)
    issued = services.store.find(request.card) if found else None
    if found is not None and issued is not None:
        forget(services, issued, found)


def forget(services: CardServices, issued: IssuedCard, registration: Registration) -> bool:
    """Remove a registration; False where the device registered anew meanwhile."""
    now_ms = services.core.wall_clock.now_ms()
    wallet = wallet_of(registration.kind)
    subject = f"{registration.device} {registration.registered_at_ms}"
    notice = step_notice(issued, Step.REMOVED, wallet, now_ms, subject)
    return services.store.unregister(registration, notice)
