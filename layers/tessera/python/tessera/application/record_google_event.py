"""Somebody saved a card to Google Wallet, or took it off."""

from __future__ import annotations

from tessera.application.card_funnel import Step, Wallet, step_notice
from tessera.application.card_ports import CardServices


def record_google_event(services: CardServices, callback: bytes) -> bool:
    """Note what Google's callback says; False for one that was noted before.

    Google sends a callback until it is answered, and may send it twice: its nonce tells.
    Raises Unauthenticated for a callback that Google did not sign.
    """
    event = services.google_callbacks.verified(callback)
    issued = services.store.find(event.card)
    if issued is None:
        return False
    step = Step.INSTALLED if event.saved else Step.REMOVED
    now_ms = services.core.wall_clock.now_ms()
    notice = step_notice(issued, step, Wallet.GOOGLE, now_ms, f"google {event.nonce}")
    return services.store.note(notice)
