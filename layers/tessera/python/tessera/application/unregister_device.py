"""A member took the card off a device (K-04)."""

from __future__ import annotations

from tessera.application.card_ports import CardServices
from tessera.application.register_device import DeviceRequest, authenticate, forget


def unregister_device(services: CardServices, request: DeviceRequest) -> None:
    """Forget the registration; saying it twice is no error.

    Raises Unauthenticated for a wrong token.
    """
    authenticate(services, request.pass_type, request.card, request.token)
    found = services.store.registration(request.card, request.device)
    issued = services.store.find(request.card) if found else None
    if found is not None and issued is not None:
        forget(services, issued, found)
