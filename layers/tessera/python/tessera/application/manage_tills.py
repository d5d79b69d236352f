"""Tills: a manager invites one, a browser enrols with the code, a manager revokes it."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tessera.application.answers import answer, time_text
from tessera.application.requests import Answer, Caller, Identity, Writing, identity_by_key
from tessera.application.services import Services
from tessera.application.tills import ACTIVE, INVITED, REVOKED, TRAINING_STORE, Till
from tessera.domain.canonical import Json
from tessera.domain.codes import card_code, normalise_card_code
from tessera.domain.errors import InvalidInput, KeyReused, NotFound, Unavailable

_RIGHT = "tills:write"
MINUTES_DEFAULT = 15
"""Long enough to walk to the counter; a till that is sent by post may be given a day."""

_CODE_RANDOM_BYTES = 160
_ATTEMPTS_MAX = 3
_STORE_LENGTH_MAX = 64 - len(TRAINING_STORE)


def invite_till(services: Services, writing: Writing) -> Answer:
    """Make a till and the code that enrols it. Answers 201 with the code, this once.

    The body names the till, its `store`, whether it is for `training`, and for how many `minutes`
    the code holds. It holds for one browser. The till's id follows from the request's identity: the
    same request makes one till however often it comes, and a replay tells all but the code.
    """
    caller = writing.caller
    caller.require(_RIGHT)
    body: Mapping[str, Any] = writing.body
    caller.require_store(body["store"])
    if len(body["store"]) > _STORE_LENGTH_MAX:
        raise InvalidInput("text_too_long", field="/store", params={"most": _STORE_LENGTH_MAX})
    identity = identity_by_key(caller, writing.key, "tills", writing.body)
    known = services.tills.find(_id_of(identity))
    if known is None:
        code = card_code(services.entropy.bytes(_CODE_RANDOM_BYTES))
        till = _wanted(services, writing, identity, code)
        if services.tills.invite(till):
            return answer(201, {**till_view(till), "enrolment": _enrolment(services, till, code)})
        known = services.tills.find(till.id)
        if known is None:
            raise Unavailable
    if known.request_hash != identity.request_hash:
        raise KeyReused("request_differs", field="Idempotency-Key")
    # The answer as it was given, whatever has become of the till since.
    given = replace(known, status=INVITED, enrolled_at_ms=None)
    return replace(answer(201, {**till_view(given), "enrolment": None}), replayed=True)


def enrol_till(services: Services, body: Mapping[str, Any]) -> Answer:
    """A browser shows the code and its public key, and is the till from now on.

    Whoever has the code may enrol, once: that is what the code is for. The same code with the
    same key is told the same, for an answer may be lost. Raises NotFound for a code that is
    unknown, used or expired, and tells them apart for nobody.
    """
    public_key = point_of(body["public_key"])
    if not services.signatures.is_key(public_key):
        raise InvalidInput("public_key_malformed", field="/public_key")
    now_ms = services.wall_clock.now_ms()
    code_hash = hash_of_code(body["code"])
    for _ in range(_ATTEMPTS_MAX):
        till = services.tills.invited_by(code_hash)
        if till is not None and till.status == ACTIVE and till.public_key == public_key:
            return replace(answer(201, till_view(till)), replayed=True)
        if till is None or till.status != INVITED or till.code_expires_at_ms <= now_ms:
            raise NotFound("enrolment_code_unknown", field="/code")
        enrolled = replace(till, status=ACTIVE, public_key=public_key, enrolled_at_ms=now_ms)
        if services.tills.change(enrolled):
            return answer(201, till_view(enrolled))
    raise Unavailable


def list_tills(
    services: Services, caller: Caller, limit: int, after: str | None = None
) -> dict[str, Json]:
    """At most `limit` tills behind the id `after`; `next` is the id to go on from, or None."""
    caller.require(_RIGHT)
    found = services.tills.listed(limit, after)
    return {
        "tills": [
            till_view(till)
            for till in found
            if caller.stores is None or till.store in caller.stores
        ],
        "next": found[-1].id if len(found) == limit else None,
    }


def revoke_till(services: Services, caller: Caller, till_id: str) -> dict[str, Json]:
    """Revoke a till for ever: its next request is refused. Again, it changes nothing."""
    caller.require(_RIGHT)
    for _ in range(_ATTEMPTS_MAX * 3):
        till = services.tills.find(till_id)
        if till is None:
            raise NotFound("till_unknown")
        caller.require_store(till.store)
        if till.status == REVOKED:
            return till_view(till)
        revoked = replace(till, status=REVOKED)
        # A till that is at work writes its row too: then once more.
        if services.tills.change(revoked):
            return till_view(revoked)
    raise Unavailable


def till_view(till: Till) -> dict[str, Json]:
    """A till as managers see it."""
    enrolled = till.enrolled_at_ms
    return {
        "id": till.id,
        "name": till.name,
        "store": till.store,
        "training": till.training,
        "status": till.status,
        "created_at": time_text(till.created_at_ms),
        "created_by": till.created_by,
        "enrolled_at": None if enrolled is None else time_text(enrolled),
    }


def point_of(jwk: Mapping[str, str]) -> bytes:
    """The uncompressed point of a public key in JSON (RFC 7518, 6.2.1), unchecked."""

    def coordinate(name: str) -> bytes:
        return base64.urlsafe_b64decode(jwk[name] + "=" * (-len(jwk[name]) % 4))

    return b"\x04" + coordinate("x") + coordinate("y")


def hash_of_code(code: str) -> str:
    """What is stored in the code's place: its 75 random bits need no salt."""
    return hashlib.sha256(normalise_card_code(code).encode()).hexdigest()


def _id_of(identity: Identity) -> str:
    return "till_" + identity.cause[:12]


def _wanted(services: Services, writing: Writing, identity: Identity, code: str) -> Till:
    body: Mapping[str, Any] = writing.body
    now_ms = services.wall_clock.now_ms()
    return Till(
        id=_id_of(identity),
        name=body["name"],
        store=body["store"],
        training=body.get("training") or False,
        status=INVITED,
        created_at_ms=now_ms,
        created_by=writing.caller.credential,
        code_hash=hash_of_code(code),
        code_expires_at_ms=now_ms + int(body.get("minutes") or MINUTES_DEFAULT) * 60_000,
        request_hash=identity.request_hash,
    )


def _enrolment(services: Services, till: Till, code: str) -> dict[str, Json]:
    return {
        "code": code,
        "url": services.links.till_url(code),
        "expires_at": time_text(till.code_expires_at_ms),
    }
