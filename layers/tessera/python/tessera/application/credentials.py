"""API keys: what they may do, how they are stored, and who is behind one that is shown.

A key is 256 random bits, shown once and stored as its SHA-256, which needs no salt: nobody can
guess 256 bits. Its expiry runs on wall time, whatever the business clock says.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

SCOPES = (
    "members:write",
    "members:read",
    "members:merge",
    "members:erase",
    "cards:write",
    "scans",
    "purchases:write",
    "purchases:move",
    "redemptions:write",
    "transfers:write",
    "events:write",
    "adjustments:write",
    "adjustments:unlimited",
    "import",
    "programmes:read",
    "programmes:draft",
    "programmes:approve",
    "programmes:write",
    "reports:read",
    "keys:write",
    "tills:read",
    "tills:write",
)
"""Every scope that a key can be granted. `import` allows dates long past, decided in silence."""

SECRET_BYTES = 32
ACTIVE = "active"
REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key as the stack remembers it. `stores` None: every store; `expires_at_ms` None: never."""

    id: str
    label: str
    scopes: tuple[str, ...]
    stores: tuple[str, ...] | None
    status: str
    created_at_ms: int
    created_by: str
    expires_at_ms: int | None
    secret_hash: str
    request_hash: bytes


@dataclass(frozen=True, slots=True)
class Grant:
    """What a key that was shown entitles to."""

    credential: str
    scopes: tuple[str, ...]
    stores: tuple[str, ...] | None
    status: str
    expires_at_ms: int | None
    secret_hash: str


class ApiKeys(Protocol):
    """The keys of the stack."""

    @property
    def prefix(self) -> str:
        """What every key of this stack begins with: `tk_live_` in production, else `tk_test_`."""
        ...

    def issue(self, key: ApiKey) -> bool:
        """Store a new key; False where one with this id exists."""
        ...

    def find(self, credential: str) -> ApiKey | None:
        """The key with that id."""
        ...

    def listed(self, limit: int, after: str | None = None) -> Sequence[ApiKey]:
        """At most `limit` keys in the order of their ids, behind the id `after`."""
        ...

    def revoke(self, key: ApiKey) -> ApiKey:
        """The key, revoked; one that is revoked already stays as it is."""
        ...

    def grant(self, secret_hash: str) -> Grant | None:
        """What the key whose secret has this hash entitles to."""
        ...


def new_secret(prefix: str, random: bytes) -> str:
    """A key's secret from 32 random bytes."""
    if len(random) != SECRET_BYTES:
        raise ValueError("a secret is made of 32 bytes")
    return prefix + base64.urlsafe_b64encode(random).rstrip(b"=").decode()


def hash_of(secret: str) -> str:
    """What is stored in the secret's place."""
    return hashlib.sha256(secret.encode()).hexdigest()


_BEARER = re.compile(r"(?i:bearer) +(tk_(?:test|live)_[A-Za-z0-9_-]{43})", re.ASCII)


def identify(keys: ApiKeys, authorization: str | None, now_ms: int) -> Grant | None:
    """Who shows this `Authorization` header; None for nobody, which is the default.

    What is no key of this stack is turned away without a read.
    """
    found = _BEARER.fullmatch((authorization or "").strip())
    if not found or not found[1].startswith(keys.prefix):
        return None
    secret_hash = hash_of(found[1])
    grant = keys.grant(secret_hash)
    if grant is None or not hmac.compare_digest(grant.secret_hash, secret_hash):
        return None
    expired = grant.expires_at_ms is not None and grant.expires_at_ms <= now_ms
    return None if expired or grant.status != ACTIVE else grant
