"""Who asks, what identifies the request, and what is answered."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from tessera.domain.canonical import Json, canonical
from tessera.domain.errors import Forbidden, InvalidInput, Refused

TRAINING_PREFIX = "trn_"
"""What the id of a member begins with who was enrolled at a till for training."""


HOUSEHOLD_PREFIX = "hh_"
"""What the id of a household begins with, that of one for training with both."""


def is_training(name: str) -> bool:
    """Whether a member or a household is made up, for people who learn."""
    return name.removeprefix(HOUSEHOLD_PREFIX).startswith(TRAINING_PREFIX)


@dataclass(frozen=True, slots=True)
class Caller:
    """An identified caller and what it may do.

    `kind` is `key` (web shop, partner), `till`, `member`, `staff` or `system`. `stores` limits a
    key to some stores; None is every store. `credential` names the key, never its secret. `till`
    and `clerk` say who stands where, at an enrolled till. `training` binds a till to members who
    are made up (True) or to real ones (False); None, as for keys, to neither. `name` is
    what a staff token calls its bearer, and often empty.
    """

    credential: str
    kind: str = "key"
    scopes: frozenset[str] = frozenset()
    stores: frozenset[str] | None = None
    member: str | None = None
    language: str = "en"
    till: str = ""
    clerk: str = ""
    training: bool | None = None
    name: str = ""

    @property
    def by(self) -> str:
        """Who asks, as entries name him: till and clerk, both pseudonyms; empty for others."""
        return f"{self.till}.{self.clerk}" if self.till else ""

    def require(self, scope: str) -> None:
        """Deny unless the scope was granted; deny is the default."""
        if scope not in self.scopes:
            raise Forbidden("scope_missing", params={"scope": scope})

    def require_store(self, store: str) -> None:
        """Deny a store that the key is not limited to."""
        if self.stores is not None and store not in self.stores:
            raise Forbidden("store_not_allowed", field="/store", params={"store": store})

    def require_member(self, member: str) -> None:
        """Deny a member who asks for somebody else, and keep training apart from real members."""
        if self.kind == "member" and self.member != member:
            raise Forbidden("member_not_allowed")
        self.require_kind(member)

    def require_kind(self, name: str) -> None:
        """Keep what is made up for training apart from real members and households."""
        if self.training is not None and self.training is not is_training(name):
            raise Refused("member_is_real" if self.training else "member_is_for_training")


@dataclass(frozen=True, slots=True)
class Identity:
    """What makes a writing request the same request when it comes again (X-01).

    For purchases and returns the scope is the store and the id the document's number: a key for
    ever, whatever the header says. For everything else the scope is the credential and the id
    the `Idempotency-Key` header. `request_hash` is SHA-256 of the request in canonical JSON.
    """

    scope: str
    id: str
    request_hash: bytes

    @property
    def cause(self) -> str:
        """A name for entries that does not show a document's number."""
        return hashlib.sha256(f"{self.scope}\x00{self.id}".encode()).hexdigest()[:32]


KEY_LENGTH_MAX = 255


def identity_by_key(caller: Caller, key: str | None, operation: str, body: Json) -> Identity:
    """The identity of a request under its `Idempotency-Key` header; 400 without one."""
    if not key:
        raise InvalidInput("idempotency_key_missing", field="Idempotency-Key")
    if len(key) > KEY_LENGTH_MAX or not key.isprintable():
        raise InvalidInput("idempotency_key_malformed", field="Idempotency-Key")
    return Identity(f"key:{caller.credential}", key, request_hash(operation, body))


def identity_by_document(store: str, number: str, operation: str, body: Json) -> Identity:
    """The identity of a sale or return: its store and number."""
    return Identity(f"{operation}:{store}", number, request_hash(operation, body))


def request_hash(operation: str, body: Json) -> bytes:
    """SHA-256 over the operation and the body in canonical JSON."""
    return hashlib.sha256(operation.encode() + b"\x00" + canonical(body)).digest()


@dataclass(frozen=True, slots=True)
class Answer:
    """What the caller is told: HTTP-like status and a JSON body without personal data.

    A replayed answer is the stored one, byte for byte.
    """

    status: int
    body: bytes
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class Writing:
    """A writing request as the entrypoint hands it in.

    `body` is the request as parsed JSON, for the hash; `deadline_ms` the instant (our clock)
    after which no further attempt is begun; `seed` the randomness for ids and codes.
    """

    caller: Caller
    body: Mapping[str, Json]
    key: str | None
    now_ms: int
    seed: bytes
    extras: Mapping[str, Json] = field(default_factory=dict)
