"""A vault and a key for the ledger's roots, without S3 and KMS."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass
class MemoryVault:
    """`verify_nightly.Vault`: what was kept first under a name stays, as under Object Lock."""

    objects: dict[str, bytes] = field(default_factory=dict)

    def keep(self, name: str, content: bytes) -> None:
        self.objects.setdefault(name, content)

    def load(self, name: str) -> bytes | None:
        return self.objects.get(name)

    def names(self, prefix: str) -> Sequence[str]:
        return sorted(name for name in self.objects if name.startswith(prefix))


@dataclass(frozen=True)
class SecretSigner:
    """`verify_nightly.Signer` whose key is known to the test alone."""

    secret: bytes = b"the key that nobody else has"
    key: str = "test"

    def sign(self, message: bytes) -> bytes:
        return hmac.new(self.secret, message, hashlib.sha256).digest()

    def verify(self, message: bytes, signature: bytes) -> bool:
        return hmac.compare_digest(self.sign(message), signature)
