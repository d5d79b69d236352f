"""Tokens signed with the service account's key (RS256)."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key


@dataclass(frozen=True)
class GoogleAccount:
    """What the secret says of Google: the issuer and its service account."""

    issuer_id: str
    client_email: str
    private_key_pem: str
    token_uri: str

    @classmethod
    def of(cls, text: str) -> GoogleAccount | None:
        """The account of the secret's JSON; None where none was filled in yet."""
        content = json.loads(text or "{}")
        if not content.get("private_key_pem"):
            return None
        return cls(
            content["issuer_id"],
            content["client_email"],
            content["private_key_pem"],
            content.get("token_uri") or "https://oauth2.googleapis.com/token",
        )

    @cached_property
    def _key(self) -> rsa.RSAPrivateKey:
        # The key was checked where it entered; its check costs a hundred signatures.
        key = load_pem_private_key(
            self.private_key_pem.encode(), None, unsafe_skip_rsa_key_validation=True
        )
        if not isinstance(key, rsa.RSAPrivateKey):
            raise TypeError("the key of a service account is an RSA key")
        return key

    def signed(self, claims: Mapping[str, Any]) -> str:
        """The claims as a JWT, signed by the service account."""
        head = _encoded({"alg": "RS256", "typ": "JWT"})
        message = f"{head}.{_encoded(claims)}"
        signature = self._key.sign(message.encode(), padding.PKCS1v15(), SHA256())
        return f"{message}.{_base64(signature)}"


def _encoded(content: Mapping[str, Any]) -> str:
    return _base64(json.dumps(content, separators=(",", ":")).encode())


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
