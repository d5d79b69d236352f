"""What a till sends is let in: signed by its key, once, of now, with a clerk before it.

The gateway keeps the authorizer's word for a minute, so nothing that must hold at once may rest
on it. This is asked with each request, of the till's own row.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from tessera.application import clerks, tills
from tessera.application.requests import Caller
from tessera.application.services import Services
from tessera.domain.errors import Forbidden, Unauthenticated, Unavailable

SKEW_S_MAX = 300
"""How far a till's clock may be off when it signs; a till whose clock is worse corrects itself."""

_ATTEMPTS_MAX = 8


@dataclass(frozen=True, slots=True)
class Signed:
    """What a request says of its own signature: `base` is what was signed, `number` is used once.

    `session` names the clerk's session, empty where no clerk stands there.
    """

    till: str
    base: bytes
    signature: bytes
    created_s: int
    number: int
    session: str = ""


def admit_till(services: Services, caller: Caller, signed: Signed) -> Caller:
    """The caller as the till that he is, with its rights of now.

    Raises Unauthenticated for a till that was revoked, a wrong signature, one of another time,
    and a request that came before. In that order: what is not signed learns nothing more.
    """
    now_s = services.wall_clock.now_ms() // 1000
    for _ in range(_ATTEMPTS_MAX):
        till = services.tills.find(signed.till)
        if till is None or till.status != tills.ACTIVE:
            raise Unauthenticated("till_revoked")
        if not services.signatures.holds(till.public_key, signed.base, signed.signature):
            raise Unauthenticated("signature_wrong")
        if abs(now_s - signed.created_s) > SKEW_S_MAX:
            raise Unauthenticated("signature_time", params={"seconds_max": SKEW_S_MAX})
        window = till.window.admit(signed.number)
        if window is None:
            raise Unauthenticated("request_replayed")
        # Two requests of one till side by side write one row: the second looks again.
        if services.tills.admit(till, window):
            return replace(
                caller,
                kind="till",
                credential=till.id,
                scopes=frozenset(tills.SCOPES),
                stores=frozenset({till.selling_store}),
                till=till.id,
                training=till.training,
            )
    raise Unavailable


def with_clerk(services: Services, caller: Caller, session_id: str, at_ms: int) -> Caller:
    """The caller with the clerk who stood at the till at that instant (business time).

    Raises Forbidden where nobody did: no session, one that had ended, a clerk who was removed.
    """
    session = services.tills.session(caller.till, session_id) if session_id else None
    if session is None:
        raise Forbidden("clerk_missing")
    clerk = services.clerks.find(session.store, session.clerk)
    if clerk is None:
        raise Forbidden("clerk_missing")
    ends_at_ms = session.ends_at_ms
    if clerk.status != clerks.ACTIVE:
        ends_at_ms = min(ends_at_ms, clerk.removed_at_ms)
    slack_ms = SKEW_S_MAX * 1000
    if not session.opened_at_ms - slack_ms <= at_ms < ends_at_ms:
        raise Forbidden("clerk_session_ended")
    return replace(caller, clerk=clerk.id)
