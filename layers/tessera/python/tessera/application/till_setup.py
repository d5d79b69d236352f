"""What a till must know before its first customer: its own rights, and the programmes."""

from __future__ import annotations

from tessera.application.requests import Caller
from tessera.application.services import Services
from tessera.domain.canonical import Json
from tessera.domain.programme.model import text_in

LIVE_PREFIX = "tk_live_"


def till_setup(services: Services, caller: Caller) -> dict[str, Json]:
    """The caller's rights and stores, whether this is a trial, and the programmes in force."""
    caller.require("scans")
    now_ms = services.clock.now_ms()
    programmes: list[Json] = []
    for name in services.programmes.ids():
        programme = services.programmes.at(name, now_ms)
        if programme is not None:
            programmes.append(
                {
                    "programme": programme.id,
                    "name": text_in(programme.names, caller.language, programme.id),
                    "currency": programme.currency,
                    "zone": programme.zone,
                }
            )
    return {
        "live": services.api_keys.prefix == LIVE_PREFIX,
        "scopes": sorted(caller.scopes),
        "stores": None if caller.stores is None else sorted(caller.stores),
        "programmes": programmes,
    }
