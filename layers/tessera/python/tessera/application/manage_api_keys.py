"""Issuing, listing and revoking API keys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from tessera.application.answers import answer, time_text
from tessera.application.credentials import (
    ACTIVE,
    SCOPES,
    SECRET_BYTES,
    ApiKey,
    hash_of,
    new_secret,
)
from tessera.application.moments import instant_of
from tessera.application.requests import Answer, Caller, Identity, Writing, identity_by_key
from tessera.application.services import Services
from tessera.domain.canonical import Json
from tessera.domain.errors import Forbidden, InvalidInput, KeyReused, NotFound, Unavailable

_RIGHT = "keys:write"


def issue_api_key(services: Services, writing: Writing) -> Answer:
    """Issue a key with rights that its issuer has. Answers 201 with the secret, this once.

    The key's id follows from the request's identity, so the same request makes one key however
    often it comes; a replay tells everything but the secret, which is stored nowhere. Raises
    InvalidInput for an unknown scope or a past expiry, Forbidden for rights that the caller
    lacks, KeyReused for the same idempotency key with another body.
    """
    caller = writing.caller
    caller.require(_RIGHT)
    identity = identity_by_key(caller, writing.key, "api-keys", writing.body)
    key = _wanted(services, writing, identity)
    stored = services.api_keys.find(key.id)
    if stored is None:
        secret = new_secret(services.api_keys.prefix, services.entropy.bytes(SECRET_BYTES))
        key = replace(key, secret_hash=hash_of(secret))
        if services.api_keys.issue(key):
            return answer(201, {**key_view(key), "secret": secret})
        stored = services.api_keys.find(key.id)
        if stored is None:
            raise Unavailable
    if stored.request_hash != identity.request_hash:
        raise KeyReused("request_differs", field="Idempotency-Key")
    # The answer as it was given, whatever has become of the key since.
    told = answer(201, key_view(replace(stored, status=ACTIVE)))
    return replace(told, replayed=True)


def list_api_keys(
    services: Services, caller: Caller, limit: int, after: str | None = None
) -> dict[str, Json]:
    """At most `limit` keys behind the id `after`; `next` is the id to go on from, or None.

    A caller of some stores sees the keys of those stores; a page may then hold fewer of them.
    """
    caller.require(_RIGHT)
    found = services.api_keys.listed(limit, after)
    return {
        "api_keys": [key_view(key) for key in found if _reaches(caller, key.stores)],
        "next": found[-1].id if len(found) == limit else None,
    }


def revoke_api_key(services: Services, caller: Caller, credential: str) -> dict[str, Json]:
    """Revoke a key for ever; revoking it again changes nothing.

    Raises NotFound for an unknown id, Forbidden for a key of stores that the caller has not.
    """
    caller.require(_RIGHT)
    key = services.api_keys.find(credential)
    if key is None:
        raise NotFound("api_key_unknown")
    if not _reaches(caller, key.stores):
        raise Forbidden("rights_exceeded")
    return key_view(services.api_keys.revoke(key))


def _reaches(caller: Caller, stores: Sequence[str] | None) -> bool:
    """Whether the caller has every store that a key has; None is every store there is."""
    if caller.stores is None:
        return True
    return stores is not None and caller.stores.issuperset(stores)


def key_view(key: ApiKey) -> dict[str, Json]:
    """A key as its administrators see it."""
    return {
        "id": key.id,
        "label": key.label,
        "scopes": list(key.scopes),
        "stores": None if key.stores is None else list(key.stores),
        "status": key.status,
        "created_at": time_text(key.created_at_ms),
        "created_by": key.created_by,
        "expires_at": None if key.expires_at_ms is None else time_text(key.expires_at_ms),
    }


def _wanted(services: Services, writing: Writing, identity: Identity) -> ApiKey:
    """The key that the request describes, without a secret."""
    body: Mapping[str, Any] = writing.body
    caller = writing.caller
    for index, scope in enumerate(body["scopes"]):
        if scope not in SCOPES:
            raise InvalidInput("scope_unknown", field=f"/scopes/{index}")
        if scope not in caller.scopes:
            raise Forbidden("rights_exceeded", field=f"/scopes/{index}")
    stores = body.get("stores")
    if not _reaches(caller, stores):
        raise Forbidden("rights_exceeded", field="/stores")
    now_ms = services.wall_clock.now_ms()
    expires_at_ms = None
    if body.get("expires_at") is not None:
        expires_at_ms = instant_of(body["expires_at"], "/expires_at")
        if expires_at_ms <= now_ms:
            raise InvalidInput("expiry_passed", field="/expires_at")
    return ApiKey(
        id="key_" + identity.cause[:20],
        label=body["label"],
        scopes=tuple(sorted(set(body["scopes"]))),
        stores=None if stores is None else tuple(sorted(set(stores))),
        status=ACTIVE,
        created_at_ms=now_ms,
        created_by=caller.credential,
        expires_at_ms=expires_at_ms,
        secret_hash="",
        request_hash=identity.request_hash,
    )
