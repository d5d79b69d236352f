"""Signed codes: what a till can check while its network is gone.

Behind the card's code stand 75 bytes in base32: which form, which key, which programme, until
when, how much may be spent unseen, and an Ed25519 signature (RFC 8032) over all of it with the
code. Together 137 characters of a QR's alphanumeric mode: version 5 at level L, 6 at level M.

The same bytes are read by `functions/web/static/ui/signed-code.js` in a browser and by
`tools/verify_code.py` on a command line.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from tessera.domain.codes import base32, from_base32

FORM = 1
HEADER_BYTES = 11
SIGNATURE_BYTES = 64
HOUR_MS = 3_600_000
ALLOWANCE_MAX = 2**32 - 1
CONTEXT = b"tessera card code 1\x00"
"""Ties a signature to this use of the key (and nothing else is ever signed with it)."""


@dataclass(frozen=True, slots=True)
class SignedCode:
    """What a signature covers.

    `expires_h` counts hours since the epoch. `allowance` is what the member had, at most, of the
    balance that may be spent without a network, in its smallest unit.
    """

    code: str
    key_id: int
    programme: bytes
    expires_h: int
    allowance: int = 0

    @property
    def header(self) -> bytes:
        """The eleven bytes before the signature."""
        return (
            bytes([FORM, self.key_id])
            + self.programme
            + self.expires_h.to_bytes(3, "big")
            + min(self.allowance, ALLOWANCE_MAX).to_bytes(4, "big")
        )

    @property
    def message(self) -> bytes:
        """What is signed."""
        return CONTEXT + self.code.encode() + self.header

    def expired(self, at_ms: int) -> bool:
        """Whether it was over at an instant."""
        return at_ms >= self.expires_h * HOUR_MS

    def seal(self, signature: bytes) -> str:
        """What stands behind the code in the QR."""
        return base32(self.header + signature)


def programme_mark(programme: str) -> bytes:
    """Two bytes by which a till tells its programmes apart."""
    return hashlib.sha256(programme.encode()).digest()[:2]


def unsealed(code: str, tail: str) -> tuple[SignedCode, bytes] | None:
    """What a signed code says, and its signature, not checked; None for a form not ours."""
    content = from_base32(tail)
    if len(content) != HEADER_BYTES + SIGNATURE_BYTES or content[0] != FORM:
        return None
    signed = SignedCode(
        code,
        key_id=content[1],
        programme=content[2:4],
        expires_h=int.from_bytes(content[4:7], "big"),
        allowance=int.from_bytes(content[7:11], "big"),
    )
    return signed, content[HEADER_BYTES:]
