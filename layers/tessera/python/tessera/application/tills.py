"""Enrolled tills: what is known of one, the codes that enrol it, and what it has sent already.

A till is a browser with a P-256 key that can't leave it. It signs each request; a row of its own
remembers the numbers that it has used, so that a request which comes again is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

INVITED = "invited"
ACTIVE = "active"
REVOKED = "revoked"

SCOPES = (
    "members:read",
    "members:write",
    "purchases:write",
    "redemptions:write",
    "scans",
    "tills:read",
)
"""What every enrolled till may do, in its one store."""

TRAINING_STORE = "training-"
"""Before the store of a till on which people learn: its sales are another store's."""

WINDOW_SIZE = 32
"""How many requests of one till may overtake each other."""


@dataclass(frozen=True, slots=True)
class Window:
    """The numbers of a till's requests that were seen, as IPsec keeps them (RFC 4303, 3.4.3).

    `seen` are the highest ones in ascending order; what is at or below `floor` counts as seen.
    """

    floor: int = 0
    seen: tuple[int, ...] = ()

    def admit(self, number: int) -> Window | None:
        """The window with that number in it; None where it was seen, or may have been."""
        if number <= self.floor or number in self.seen:
            return None
        seen = tuple(sorted((*self.seen, number)))
        if len(seen) <= WINDOW_SIZE:
            return Window(self.floor, seen)
        return Window(seen[0], seen[1:])


@dataclass(frozen=True, slots=True)
class Till:
    """A till as the stack remembers it.

    `version` guards each write of its row. `public_key` is the uncompressed point (65 bytes),
    empty until the till was enrolled with the code whose hash is `code_hash`.
    """

    id: str
    name: str
    store: str
    training: bool
    status: str
    created_at_ms: int
    created_by: str
    code_hash: str
    code_expires_at_ms: int
    request_hash: bytes
    version: int = 1
    enrolled_at_ms: int | None = None
    public_key: bytes = b""
    window: Window = field(default_factory=Window)

    @property
    def selling_store(self) -> str:
        """The store of which its documents and movements are."""
        return TRAINING_STORE + self.store if self.training else self.store


@dataclass(frozen=True, slots=True)
class ClerkSession:
    """A clerk at a till, from his PIN until he leaves or his time is up (business time)."""

    id: str
    till: str
    clerk: str
    store: str
    opened_at_ms: int
    ends_at_ms: int


class Tills(Protocol):
    """The tills of the stack, and who stands at them."""

    def invite(self, till: Till) -> bool:
        """Store a new till with its code; False where one with this id exists."""
        ...

    def find(self, till: str) -> Till | None:
        """The till with that id."""
        ...

    def invited_by(self, code_hash: str) -> Till | None:
        """The till for which the code of that hash was made."""
        ...

    def change(self, till: Till) -> bool:
        """Store the till, one version on; False where its row is not at `till.version`."""
        ...

    def admit(self, till: Till, window: Window) -> bool:
        """Store the window alone, under the same condition as `change`."""
        ...

    def listed(self, limit: int, after: str | None = None) -> Sequence[Till]:
        """At most `limit` tills in the order of their ids, behind the id `after`."""
        ...

    def put_session(self, session: ClerkSession) -> None:
        """Store a session; one of its id is replaced."""
        ...

    def session(self, till: str, session: str) -> ClerkSession | None:
        """A session of that till."""
        ...


class Signatures(Protocol):
    """What can be said of a signature without a secret."""

    def is_key(self, public_key: bytes) -> bool:
        """Whether the bytes are a point of the curve P-256, uncompressed."""
        ...

    def holds(self, public_key: bytes, message: bytes, signature: bytes) -> bool:
        """Whether it is an ECDSA signature with SHA-256, as `r` and `s` of 32 bytes each."""
        ...


def selling_stores(store: str) -> tuple[str, str]:
    """A store, and the one in which its training sales lie."""
    return store, TRAINING_STORE + store


def real_store(store: str) -> str:
    """The store whose clerks stand at a till that sells in `store`."""
    return store.removeprefix(TRAINING_STORE)
