"""Who may call: the service account's signed assertions, and the access tokens given for them."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

SCOPE: Final = "https://www.googleapis.com/auth/wallet_object.issuer"
GRANT_TYPE: Final = "urn:ietf:params:oauth:grant-type:jwt-bearer"
PUBLIC_TOKEN_URI: Final = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address
TOKEN_LIFE_S: Final = 3599
_SKEW_S: Final = 300


class JwtError(Exception):
    """A JSON Web Token that cannot be trusted; the text says why."""


class OAuthError(Exception):
    """A refused request for an access token, in OAuth's terms (RFC 6749 5.2)."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(description)
        self.error = error
        self.description = description


def _decode(part: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except (ValueError, binascii.Error) as error:
        raise JwtError("a part is not base64url") from error


def _decode_object(part: str) -> dict[str, Any]:
    try:
        content = json.loads(_decode(part))
    except ValueError as error:
        raise JwtError("a part is not JSON") from error
    if not isinstance(content, dict):
        raise JwtError("a part is not a JSON object")
    return content


@dataclass(frozen=True, slots=True)
class ServiceAccount:
    """The one caller that this pretended Google knows."""

    email: str
    issuer_id: str
    public_key: rsa.RSAPublicKey
    seal: bytes

    @classmethod
    def read(cls, path: Path, issuer_id: str) -> ServiceAccount:
        """Read a service account file; only its public half is used to check signatures."""
        content = json.loads(path.read_text("utf-8"))
        private = serialization.load_pem_private_key(content["private_key"].encode(), None)
        if not isinstance(private, rsa.RSAPrivateKey):
            raise TypeError("the service account's key is not RSA")
        # Access tokens are sealed with a secret that outlives a restart, as Google's would.
        seal = hashlib.sha256(b"access-token" + content["private_key"].encode()).digest()
        return cls(content["client_email"], issuer_id, private.public_key(), seal)

    def read_jwt(self, token: str) -> dict[str, Any]:
        """The claims of a token signed by this account with RS256. Raises JwtError."""
        parts = token.split(".")
        if len(parts) != 3:
            raise JwtError("not a JSON Web Token of three parts")
        header = _decode_object(parts[0])
        if header.get("alg") != "RS256":
            raise JwtError("the algorithm must be RS256")
        claims = _decode_object(parts[1])
        if claims.get("iss") != self.email:
            raise JwtError("iss is not a service account of this issuer")
        try:
            self.public_key.verify(
                _decode(parts[2]),
                f"{parts[0]}.{parts[1]}".encode("ascii"),
                padding.PKCS1v15(),
                hashes.SHA256(),
            )
        except InvalidSignature as error:
            raise JwtError("the signature does not verify") from error
        return claims

    def grant(self, form: dict[str, str], own_token_uris: frozenset[str]) -> dict[str, Any]:
        """Exchange a signed assertion for an access token, as Google's token endpoint does."""
        if form.get("grant_type") != GRANT_TYPE:
            raise OAuthError("unsupported_grant_type", f"Invalid grant_type: {GRANT_TYPE} expected")
        try:
            claims = self.read_jwt(form.get("assertion", ""))
        except JwtError as error:
            raise OAuthError("invalid_grant", f"Invalid JWT: {error}") from error
        if claims.get("aud") not in own_token_uris | {PUBLIC_TOKEN_URI}:
            raise OAuthError("invalid_grant", "Invalid JWT: aud must be the token endpoint")
        now = time.time()
        issued, expires = claims.get("iat"), claims.get("exp")
        if not isinstance(issued, int) or not isinstance(expires, int):
            raise OAuthError("invalid_grant", "Invalid JWT: iat and exp must be whole seconds")
        if not issued <= now + _SKEW_S or not now - _SKEW_S < expires or expires - issued > 3600:
            raise OAuthError(
                "invalid_grant",
                "Invalid JWT: Token must be a short-lived token (60 minutes) "
                "and in a reasonable timeframe.",
            )
        scopes = str(claims.get("scope", "")).split()
        if not scopes:
            raise OAuthError("invalid_scope", "Empty or missing scope not allowed.")
        return {
            "access_token": self._issue(scopes, int(now) + TOKEN_LIFE_S),
            "expires_in": TOKEN_LIFE_S,
            "token_type": "Bearer",
        }

    def _issue(self, scopes: list[str], expires: int) -> str:
        content = json.dumps({"scopes": scopes, "exp": expires}).encode("ascii")
        body = base64.urlsafe_b64encode(content).decode("ascii").rstrip("=")
        return f"ya29.{body}.{self._sign(body)}"

    def _sign(self, body: str) -> str:
        return hmac.new(self.seal, body.encode(), hashlib.sha256).hexdigest()

    def scopes_of(self, authorization: str | None) -> list[str] | None:
        """The scopes of a Bearer header's token, or None when it is missing, false or expired."""
        kind, _, token = (authorization or "").partition(" ")
        parts = token.split(".")
        if kind != "Bearer" or len(parts) != 3 or parts[0] != "ya29":
            return None
        if not hmac.compare_digest(self._sign(parts[1]).encode(), parts[2].encode()):
            return None
        content = _decode_object(parts[1])
        if content["exp"] < time.time():
            return None
        scopes: list[str] = content["scopes"]
        return scopes
