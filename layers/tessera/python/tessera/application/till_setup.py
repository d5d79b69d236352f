"""What a till must know before its first customer: its own rights, and the programmes."""

from __future__ import annotations

import base64

from tessera.application.answers import time_text
from tessera.application.requests import Caller
from tessera.application.services import Services
from tessera.domain.canonical import Json
from tessera.domain.codes import CodeForm
from tessera.domain.programme import Programme
from tessera.domain.signed_codes import programme_mark

LIVE_PREFIX = "tk_live_"


def till_setup(services: Services, caller: Caller) -> dict[str, Json]:
    """The caller's rights and stores, which till it is, the time, and the programmes in force.

    `live` is false where clocks can be moved and keys are test keys. `now` is business time, by
    which a till dates its sales; `wall_now` is the time by which signatures expire.
    """
    caller.require("scans")
    now_ms = services.clock.now_ms()
    programmes: list[Json] = []
    signs = False
    for name in services.programmes.ids():
        programme = services.programmes.at(name, now_ms)
        if programme is not None:
            signs = signs or programme.codes.form is CodeForm.SIGNED
            programmes.append(
                {
                    "programme": programme.id,
                    "name": programme.name_in(caller.language),
                    "currency": programme.currency,
                    "zone": programme.zone,
                    "codes": _codes(programme),
                }
            )
    till = services.tills.find(caller.till) if caller.till else None
    return {
        "code_keys": _keys(services) if signs else [],
        "now": time_text(now_ms),
        "wall_now": time_text(services.wall_clock.now_ms()),
        "till": {"id": till.id, "name": till.name, "training": till.training} if till else None,
        "live": services.api_keys.prefix == LIVE_PREFIX,
        "scopes": sorted(caller.scopes),
        "stores": None if caller.stores is None else sorted(caller.stores),
        "programmes": programmes,
    }


def _codes(programme: Programme) -> Json:
    """What a till must know of a programme's codes, with or without a network."""
    offline = programme.codes.offline
    return {
        "form": programme.codes.form,
        "mark": programme_mark(programme.id).hex(),
        "step_up": [
            {"balance": balance, "above": above}
            for balance, above in programme.codes.step_up.items()
        ],
        "offline": {"balance": offline.balance, "amount": offline.amount} if offline else None,
    }


def _keys(services: Services) -> list[Json]:
    """The keys by which a till checks a signature itself."""
    return [
        {"id": key_id, "public_key": base64.urlsafe_b64encode(key).decode().rstrip("=")}
        for key_id, key in sorted(services.codes.public_keys().items())
    ]
