"""Clerks: a manager adds them, gives them PINs and removes them; tills ask who there is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tessera.application.answers import answer, time_text
from tessera.application.clerks import (
    ACTIVE,
    REMOVED,
    SALT_BYTES,
    Clerk,
    hash_of_pin,
    is_simple,
)
from tessera.application.requests import Answer, Caller, Writing, identity_by_key
from tessera.application.services import Services
from tessera.application.tills import real_store
from tessera.domain.canonical import Json
from tessera.domain.errors import InvalidInput, KeyReused, NotFound, Unavailable

_RIGHT = "tills:write"
_ATTEMPTS_MAX = 3


def add_clerk(services: Services, writing: Writing, store: str) -> Answer:
    """Add a clerk to a store, with a first PIN. Answers 201; the same request adds one clerk.

    Raises InvalidInput for a PIN that anybody would try first.
    """
    caller = writing.caller
    caller.require(_RIGHT)
    caller.require_store(store)
    body: Mapping[str, Any] = writing.body
    _check(body["pin"])
    identity = identity_by_key(caller, writing.key, f"clerks:{store}", writing.body)
    salt = services.entropy.bytes(SALT_BYTES)
    clerk = Clerk(
        id="clk_" + identity.cause[:12],
        store=store,
        name=body["name"],
        status=ACTIVE,
        salt=salt,
        pin_hash=hash_of_pin(body["pin"], salt),
        created_at_ms=services.wall_clock.now_ms(),
        request_hash=identity.request_hash,
    )
    if services.clerks.add(clerk):
        return answer(201, clerk_view(clerk, 0))
    known = services.clerks.find(store, clerk.id)
    if known is None:
        raise Unavailable
    if known.request_hash != identity.request_hash:
        raise KeyReused("request_differs", field="Idempotency-Key")
    # The answer as it was given, whatever has become of the clerk since.
    return replace(answer(201, clerk_view(replace(known, status=ACTIVE), 0)), replayed=True)


def list_clerks(services: Services, caller: Caller, store: str) -> dict[str, Json]:
    """The clerks who may stand at the tills of a store, by name."""
    caller.require("tills:read")
    caller.require_store(store)
    now_ms = services.wall_clock.now_ms()
    found = [
        clerk for clerk in services.clerks.of_store(real_store(store)) if clerk.status == ACTIVE
    ]
    found.sort(key=lambda clerk: (clerk.name.casefold(), clerk.id))
    return {"clerks": [clerk_view(clerk, now_ms) for clerk in found]}


def change_pin(
    services: Services, caller: Caller, store: str, clerk_id: str, pin: str
) -> dict[str, Json]:
    """Give a clerk another PIN; it frees him where he was locked out."""
    caller.require(_RIGHT)
    caller.require_store(store)
    _check(pin)
    salt = services.entropy.bytes(SALT_BYTES)
    pin_hash = hash_of_pin(pin, salt)
    return _changed(services, store, clerk_id, salt=salt, pin_hash=pin_hash)


def remove_clerk(services: Services, caller: Caller, store: str, clerk_id: str) -> dict[str, Json]:
    """Remove a clerk: no till takes his PIN any more, and his sessions end now.

    His id stays in the ledger, where it means nobody; removing him again changes nothing.
    """
    caller.require(_RIGHT)
    caller.require_store(store)
    return _changed(
        services, store, clerk_id, status=REMOVED, removed_at_ms=services.clock.now_ms()
    )


def clerk_view(clerk: Clerk, now_ms: int) -> dict[str, Json]:
    """A clerk as tills and managers see him: nothing of his PIN."""
    locked = clerk.locked_until_ms > now_ms
    return {
        "id": clerk.id,
        "store": clerk.store,
        "name": clerk.name,
        "status": clerk.status,
        "locked_until": time_text(clerk.locked_until_ms) if locked else None,
    }


def _changed(services: Services, store: str, clerk_id: str, **changes: Any) -> dict[str, Json]:
    for _ in range(_ATTEMPTS_MAX):
        clerk = services.clerks.find(store, clerk_id)
        if clerk is None or (clerk.status == REMOVED and "status" not in changes):
            raise NotFound("clerk_unknown")
        if clerk.status == REMOVED:
            return clerk_view(clerk, 0)
        changed = replace(clerk.welcomed(), **changes)
        if services.clerks.change(changed):
            return clerk_view(changed, 0)
    raise Unavailable


def _check(pin: str) -> None:
    if is_simple(pin):
        raise InvalidInput("pin_too_simple", field="/pin")
