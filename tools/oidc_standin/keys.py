"""The provider's signing keys, kept so that tokens survive a restart, and the tokens themselves."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import threading
import time
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from tools.oidc_standin.people import AUDIENCE, ROLES_CLAIM, Person

TOKEN_LIFE_S: Final = 3600
Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


class SigningKeys:
    """The keys of one provider in a directory. The newest one signs; all of them are published."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._lock = threading.Lock()
        directory.mkdir(parents=True, exist_ok=True)
        self._keys: list[Key] = [_read(path) for path in sorted(directory.glob("*.pem"))]
        if not self._keys:
            self.rotate()

    def rotate(self, kind: str = "RSA") -> str:
        """Sign with a new key from now on; gives its id."""
        key: Key = (
            ec.generate_private_key(ec.SECP256R1())
            if kind == "EC"
            else rsa.generate_private_key(public_exponent=65537, key_size=2048)
        )
        content = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        with self._lock:
            path = self._directory / f"{len(self._keys):04d}.pem"
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as file:
                file.write(content)
            self._keys.append(key)
        return str(jwk_of(key)["kid"])

    def published(self) -> dict[str, Any]:
        """The public halves as a JSON Web Key Set."""
        with self._lock:
            return {"keys": [jwk_of(key) for key in self._keys]}

    def sign(self, claims: Mapping[str, Any]) -> str:
        """A token with these claims, signed by the newest key."""
        with self._lock:
            key = self._keys[-1]
        jwk = jwk_of(key)
        header = {"alg": jwk["alg"], "kid": jwk["kid"], "typ": "JWT"}
        signed = f"{_encoded(header)}.{_encoded(claims)}"
        return f"{signed}.{_base64(_signature(key, signed.encode()))}"


def claims_of(person: Person, issuer: str, now_s: int | None = None) -> dict[str, Any]:
    """What a person's token says."""
    issued = int(time.time()) if now_s is None else now_s
    return {
        "iss": issuer,
        "aud": AUDIENCE,
        "sub": f"standin-{person.id}",
        "name": person.name,
        ROLES_CLAIM: list(person.roles),
        "iat": issued,
        "nbf": issued,
        "exp": issued + TOKEN_LIFE_S,
        "jti": uuid.uuid4().hex,
    }


def jwk_of(key: Key) -> dict[str, str]:
    """The public half of a key as a JSON Web Key, named by its thumbprint (RFC 7638)."""
    public = key.public_key()
    if isinstance(public, rsa.RSAPublicKey):
        numbers = public.public_numbers()
        members = {"e": _number(numbers.e), "kty": "RSA", "n": _number(numbers.n)}
        algorithm = "RS256"
    else:
        point = public.public_numbers()
        members = {
            "crv": "P-256",
            "kty": "EC",
            "x": _number(point.x, 32),
            "y": _number(point.y, 32),
        }
        algorithm = "ES256"
    canonical = json.dumps(members, sort_keys=True, separators=(",", ":")).encode()
    kid = _base64(hashlib.sha256(canonical).digest())
    return {**members, "alg": algorithm, "use": "sig", "kid": kid}


def _signature(key: Key, signed: bytes) -> bytes:
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(signed, padding.PKCS1v15(), hashes.SHA256())
    first, second = decode_dss_signature(key.sign(signed, ec.ECDSA(hashes.SHA256())))
    return first.to_bytes(32, "big") + second.to_bytes(32, "big")


def _read(path: Path) -> Key:
    key = serialization.load_pem_private_key(path.read_bytes(), None)
    if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise TypeError(f"{path} holds another kind of key")
    return key


def _encoded(content: Mapping[str, Any]) -> str:
    return _base64(json.dumps(content, separators=(",", ":")).encode())


def _base64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def _number(value: int, length: int = 0) -> str:
    return _base64(value.to_bytes(max(length, (value.bit_length() + 7) // 8), "big"))
