"""Provider tokens: pushes signed for by a key of the team, without a client certificate.

Source: Apple, "Establishing a token-based connection to APNs": ES256, the key in the head, the team
and the time in the claims; a token lives an hour and is not renewed within twenty minutes.
"""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key

RENEW_S = 2_700
"""Three quarters of an hour."""


@dataclass
class ProviderTokens:
    """Tokens of one key (`.p8`) of one team."""

    key_p8: str
    key_id: str
    team: str
    wall_s: Callable[[], float] = time.time
    _made: tuple[str, float] = field(default=("", float("-inf")), init=False)

    @cached_property
    def _key(self) -> ec.EllipticCurvePrivateKey:
        key = load_pem_private_key(self.key_p8.encode(), None)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise TypeError("an APNs authentication key is an elliptic curve key")
        return key

    def token(self) -> str:
        """The token of the hour."""
        token, made_s = self._made
        now_s = self.wall_s()
        if now_s - made_s < RENEW_S:
            return token
        head = _encoded({"alg": "ES256", "kid": self.key_id})
        message = f"{head}.{_encoded({'iss': self.team, 'iat': int(now_s)})}"
        r, s = decode_dss_signature(self._key.sign(message.encode(), ec.ECDSA(SHA256())))
        signature = r.to_bytes(32, "big") + s.to_bytes(32, "big")
        self._made = (f"{message}.{_base64(signature)}", now_s)
        return self._made[0]


def _encoded(content: Mapping[str, str | int]) -> str:
    return _base64(json.dumps(content, separators=(",", ":")).encode())


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
