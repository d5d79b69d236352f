"""The keys behind codes, derived from one versioned secret: nothing is stored for a card."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from tessera.domain.codes import base32

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (
        Ed25519PrivateKey,
        Ed25519PublicKey,
    )

_ROTATION = b"card-rotation"
_SCAN = b"card-scan"
_SIGNING = b"card-signing"
KEY_ID_MAX = 255


@dataclass(frozen=True)
class DerivedCodeKeys:
    """`card_codes.CodeKeys`. A version is a number from 1 to 255; adding one rotates the keys.

    Signed codes name their version, rotating ones are tried under every version. Taking one away
    ends what was made under it. `cryptography` is imported by whoever meets a signature first:
    most tills never do.
    """

    secrets: Mapping[str, bytes]

    def __post_init__(self) -> None:
        if any(not 0 < int(version) <= KEY_ID_MAX for version in self.secrets):
            raise ValueError("a version of the card codes' secret is not a number up to 255")

    def rotation_secrets(self, card: str, code: str) -> Sequence[bytes]:
        versions = sorted(self.secrets, key=int, reverse=True)
        return [self._derived(one, _ROTATION, card, code)[:20] for one in versions]

    def scan_id(self, card: str, code: str, counter: int) -> str:
        oldest = min(self.secrets, key=int)
        digest = self._derived(oldest, _SCAN, card, code, str(counter))
        return "scan_" + base32(digest[:15])

    @property
    def newest(self) -> int:
        return max(map(int, self.secrets))

    def public_keys(self) -> Mapping[int, bytes]:
        return {key_id: key.public_bytes_raw() for key_id, key in self._public.items()}

    def sign(self, key_id: int, message: bytes) -> bytes:
        return self._private[key_id].sign(message)

    def verify(self, key_id: int, message: bytes, signature: bytes) -> bool:
        from cryptography.exceptions import InvalidSignature

        key = self._public.get(key_id)
        if key is None:
            return False
        try:
            key.verify(signature, message)
        except InvalidSignature:
            return False
        return True

    @cached_property
    def _private(self) -> Mapping[int, Ed25519PrivateKey]:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        return {
            int(version): Ed25519PrivateKey.from_private_bytes(self._derived(version, _SIGNING))
            for version in self.secrets
        }

    @cached_property
    def _public(self) -> Mapping[int, Ed25519PublicKey]:
        return {key_id: key.public_key() for key_id, key in self._private.items()}

    def _derived(self, version: str, *names: str | bytes) -> bytes:
        parts = [name if isinstance(name, bytes) else name.encode() for name in names]
        return hmac.new(self.secrets[version], b"\x00".join(parts), hashlib.sha256).digest()
