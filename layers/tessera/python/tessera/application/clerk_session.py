"""A clerk steps up to a till and says who he is, and leaves it."""

from __future__ import annotations

from dataclasses import replace

from tessera.application.answers import time_text
from tessera.application.clerks import ACTIVE, FAILURES_MAX, is_pin_of
from tessera.application.requests import Caller, Writing
from tessera.application.services import Services
from tessera.application.tills import ClerkSession, real_store
from tessera.domain.canonical import Json
from tessera.domain.errors import Forbidden, NotFound, Refused, Unavailable

SESSION_MS_MAX = 12 * 3600 * 1000
"""The longest shift: after it, the PIN is asked for again."""


def open_session(services: Services, writing: Writing) -> dict[str, Json]:
    """Open a session of the clerk whose PIN it is, at the till that asks.

    The attempt is counted before the PIN is looked at, so that guesses side by side are counted
    each. Raises Refused for a wrong PIN (with how many are `left`) and for a clerk who is locked
    out, NotFound for one who is not of this store, Forbidden for a caller that is no till.
    """
    caller, body = writing.caller, writing.body
    store = _store_of(caller)
    clerk = services.clerks.find(store, str(body["clerk"]))
    if clerk is None or clerk.status != ACTIVE:
        raise NotFound("clerk_unknown", field="/clerk")
    wall_ms = services.wall_clock.now_ms()
    if clerk.locked_until_ms > wall_ms:
        minutes = -(-(clerk.locked_until_ms - wall_ms) // 60_000)
        raise Refused("clerk_locked", field="/clerk", params={"minutes": minutes})
    counted = clerk.tried(wall_ms)
    if not services.clerks.change(counted):
        raise Unavailable
    if not is_pin_of(clerk, str(body["pin"])):
        left = max(0, FAILURES_MAX - counted.failures)
        raise Refused("pin_wrong", field="/pin", params={"left": left})
    if not services.clerks.change(replace(counted.welcomed(), version=counted.version + 1)):
        raise Unavailable
    now_ms = writing.now_ms
    session = ClerkSession(
        id="ses_" + writing.seed.hex()[:24],
        till=caller.till,
        clerk=clerk.id,
        store=store,
        opened_at_ms=now_ms,
        ends_at_ms=now_ms + SESSION_MS_MAX,
    )
    services.tills.put_session(session)
    return _view(session, clerk.name)


def close_session(
    services: Services, caller: Caller, session_id: str, now_ms: int
) -> dict[str, Json]:
    """End a session now. Sales that were made before may still be sent; again, nothing changes."""
    _store_of(caller)
    session = services.tills.session(caller.till, session_id)
    if session is None:
        raise NotFound("clerk_session_unknown")
    if now_ms < session.ends_at_ms:
        session = replace(session, ends_at_ms=max(now_ms, session.opened_at_ms))
        services.tills.put_session(session)
    clerk = services.clerks.find(session.store, session.clerk)
    return _view(session, clerk.name if clerk else "")


def _store_of(caller: Caller) -> str:
    """The store whose clerks stand at the till that calls."""
    caller.require("scans")
    if not caller.till or not caller.stores:
        raise Forbidden("till_only")
    (store,) = caller.stores
    return real_store(store)


def _view(session: ClerkSession, name: str) -> dict[str, Json]:
    return {
        "session": session.id,
        "clerk": session.clerk,
        "name": name,
        "opened_at": time_text(session.opened_at_ms),
        "ends_at": time_text(session.ends_at_ms),
    }
