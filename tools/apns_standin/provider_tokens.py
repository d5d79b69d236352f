"""Provider tokens: the other way to say who sends, without a certificate (RFC 7515, ES256).

A team's public keys lie in `<state dir>/apns/keys/<key id>.pem`. Apple's rules: `alg` ES256, `kid`
one of the team's keys, `iss` the team, `iat` within the last hour.
"""

from __future__ import annotations

import base64
import json
import time
from pathlib import Path
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import load_pem_public_key

LIFE_S: Final = 3600
_HALF: Final = 32


def refusal_of(authorization: str, directory: Path, team: str) -> str | None:
    """Apple's reason to refuse an `authorization` header; None for a good one."""
    scheme, _, token = authorization.partition(" ")
    parts = token.split(".")
    if scheme.lower() != "bearer" or len(parts) != 3:
        return "InvalidProviderToken"
    try:
        head, claims = (json.loads(_decode(part)) for part in parts[:2])
        _verify(head, parts, directory)
        issued = int(claims["iat"])
    except (KeyError, TypeError, ValueError, OSError, InvalidSignature):
        return "InvalidProviderToken"
    if claims.get("iss") != team or issued > time.time() + 60:
        return "InvalidProviderToken"
    return "ExpiredProviderToken" if time.time() - issued > LIFE_S else None


def _verify(head: dict[str, Any], parts: list[str], directory: Path) -> None:
    name = str(head["kid"])
    if head["alg"] != "ES256" or not name.isalnum():
        raise ValueError("another algorithm, or no key id")
    key = load_pem_public_key((directory / "keys" / f"{name}.pem").read_bytes())
    raw = _decode(parts[2])
    if not isinstance(key, ec.EllipticCurvePublicKey) or len(raw) != 2 * _HALF:
        raise ValueError("no signature of ES256")
    halves = (int.from_bytes(raw[:_HALF], "big"), int.from_bytes(raw[_HALF:], "big"))
    signed = f"{parts[0]}.{parts[1]}".encode("ascii")
    key.verify(encode_dss_signature(*halves), signed, ec.ECDSA(hashes.SHA256()))


def _decode(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
