"""What the codes of cards rest on: keys that are derived, scans that are burnt, and their pace."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

SCAN_LIFE_MS = 600_000
"""How long a fresh scan may be cited: a checkout with a queue, and no more."""


class CodeKeys(Protocol):
    """The keys behind codes, each derived from the stack's versioned secret."""

    def rotation_secrets(self, card: str, code: str) -> Sequence[bytes]:
        """The 20-byte secrets from which a card's values may be made, the newest first."""
        ...

    def scan_id(self, card: str, code: str, counter: int) -> str:
        """The one name that a value of a card has once it was scanned; nobody can guess it."""
        ...

    @property
    def newest(self) -> int:
        """The key that signs."""
        ...

    def public_keys(self) -> Mapping[int, bytes]:
        """Every key that a signature may be by, as raw Ed25519 public keys."""
        ...

    def sign(self, key_id: int, message: bytes) -> bytes:
        """An Ed25519 signature of 64 bytes."""
        ...

    def verify(self, key_id: int, message: bytes, signature: bytes) -> bool:
        """Whether that key made the signature; False for a key that is not ours any more."""
        ...


@dataclass(frozen=True, slots=True)
class FreshScan:
    """A value that was scanned: by which till, of whose card, when (wall milliseconds)."""

    id: str
    card: str
    member: str
    credential: str
    at_ms: int

    @property
    def expires_at_ms(self) -> int:
        """Until when it can be cited."""
        return self.at_ms + SCAN_LIFE_MS


class Scans(Protocol):
    """Scans, each burnt once."""

    def burn(self, scan: FreshScan) -> FreshScan:
        """Keep the scan; gives the one that holds its place, which is another's if it came
        first."""
        ...

    def find(self, scan_id: str) -> FreshScan | None:
        """The scan of that id; None for one that never was or is forgotten."""
        ...


class Paces(Protocol):
    """How often things happen, counted over all machines."""

    def wait_ms(self, what: str, at_once: int, interval_ms: int) -> int:
        """Count one more and give 0; where it comes too soon, count nothing and give how long
        to wait."""
        ...
