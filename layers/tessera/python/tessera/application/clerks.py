"""Clerks: who may stand at the tills of a store, and the PIN by which he says so.

A PIN has few digits, so that three things protect it: it is only taken at an enrolled till, it is
stored under scrypt with a salt of its own, and after a few wrong ones the clerk is locked out.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Protocol

ACTIVE = "active"
REMOVED = "removed"

SALT_BYTES = 16
_COST, _BLOCK_SIZE, _PARALLEL, _HASH_BYTES = 2**14, 8, 1, 32
"""scrypt with 16 MB: some 50 ms of a processor, which a till does not notice and a thief does."""

FAILURES_MAX = 5
LOCK_MS_FIRST = 5 * 60_000
LOCK_MS_MAX = 60 * 60_000


@dataclass(frozen=True, slots=True)
class Clerk:
    """A clerk of a store. `id` is a pseudonym: it stands in the ledger, the name does not.

    `version` guards each write. `failures` counts wrong PINs since the last right one.
    """

    id: str
    store: str
    name: str
    status: str
    salt: bytes
    pin_hash: bytes
    created_at_ms: int
    request_hash: bytes
    version: int = 1
    failures: int = 0
    locked_until_ms: int = 0
    removed_at_ms: int = 0

    def tried(self, now_ms: int) -> Clerk:
        """The clerk with one more wrong PIN, locked out where it was one too many.

        Each failure beyond the limit doubles the time, up to an hour.
        """
        failures = self.failures + 1
        locked_until_ms = self.locked_until_ms
        if failures >= FAILURES_MAX:
            doubled = LOCK_MS_FIRST << min(failures - FAILURES_MAX, 8)
            locked_until_ms = now_ms + min(doubled, LOCK_MS_MAX)
        return replace(self, failures=failures, locked_until_ms=locked_until_ms)

    def welcomed(self) -> Clerk:
        """The clerk after a right PIN."""
        return replace(self, failures=0, locked_until_ms=0)


class Clerks(Protocol):
    """The clerks of every store."""

    def add(self, clerk: Clerk) -> bool:
        """Store a new clerk; False where one with this id exists."""
        ...

    def find(self, store: str, clerk: str) -> Clerk | None:
        """The clerk of that store."""
        ...

    def change(self, clerk: Clerk) -> bool:
        """Store the clerk, one version on; False where his row is not at `clerk.version`."""
        ...

    def of_store(self, store: str) -> Sequence[Clerk]:
        """Every clerk of a store, in the order of their ids."""
        ...


def hash_of_pin(pin: str, salt: bytes) -> bytes:
    """What is stored in the PIN's place."""
    return hashlib.scrypt(
        pin.encode(), salt=salt, n=_COST, r=_BLOCK_SIZE, p=_PARALLEL, dklen=_HASH_BYTES
    )


def is_pin_of(clerk: Clerk, pin: str) -> bool:
    """Whether it is his PIN, in a time that does not depend on the answer."""
    return hmac.compare_digest(hash_of_pin(pin, clerk.salt), clerk.pin_hash)


def is_simple(pin: str) -> bool:
    """Whether it is among the first that anybody would try: one digit, or a run of them."""
    steps = {ord(after) - ord(before) for before, after in pairwise(pin)}
    return steps <= {0} or steps in ({1}, {-1})
