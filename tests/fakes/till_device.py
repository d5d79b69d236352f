"""A browser that is a till: it signs what it sends as the till's page does (RFC 9421).

It shares no code with what judges it.
"""

from __future__ import annotations

import base64
import hashlib
import time
from dataclasses import dataclass, field
from itertools import count

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256


def _base64url(number: int) -> str:
    return base64.urlsafe_b64encode(number.to_bytes(32, "big")).decode().rstrip("=")


@dataclass
class TillDevice:
    """A key pair, and the id under which its public half is known."""

    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    till: str = ""
    session: str = ""

    def __post_init__(self) -> None:
        self._numbers = count(1_000_000)

    @property
    def jwk(self) -> dict[str, str]:
        """The public key, as the enrolment sends it."""
        numbers = self.key.public_key().public_numbers()
        return {
            "kty": "EC",
            "crv": "P-256",
            "x": _base64url(numbers.x),
            "y": _base64url(numbers.y),
        }

    def signed(
        self,
        method: str,
        path: str,
        body: str = "",
        *,
        query: str = "",
        key: str | None = None,
        created_s: int | None = None,
        number: int | None = None,
    ) -> dict[str, str]:
        """The headers of one request, its signature among them."""
        digest = base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()
        headers = {
            "authorization": f"Till {self.till}",
            "content-digest": f"sha-256=:{digest}:",
        }
        if key is not None:
            headers["idempotency-key"] = key
        if self.session:
            headers["tessera-clerk"] = self.session
        derived = {"@method": method, "@path": path, "@query": f"?{query}"}
        covered = {**derived, **headers}
        created_s = int(time.time()) if created_s is None else created_s
        number = next(self._numbers) if number is None else number
        names = " ".join(f'"{name}"' for name in covered)
        parameters = f'({names});created={created_s};nonce="{number}"'
        lines = [f'"{name}": {value}' for name, value in covered.items()]
        base = "\n".join([*lines, f'"@signature-params": {parameters}'])
        r, s = decode_dss_signature(self.key.sign(base.encode(), ec.ECDSA(SHA256())))
        raw = r.to_bytes(32, "big") + s.to_bytes(32, "big")
        headers["signature-input"] = f"till={parameters}"
        headers["signature"] = f"till=:{base64.b64encode(raw).decode()}:"
        return headers
