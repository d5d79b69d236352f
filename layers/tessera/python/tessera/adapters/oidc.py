"""Staff tokens, checked: OpenID Connect by the provider's published keys.

Accepted are RS256 and ES256 and nothing else. The key decides which of the two its tokens carry,
so that no token can choose how it is checked; `none` and HMAC are no choices at all. PyJWT does
the cryptography and the times; what it leaves to its callers is here: whose keys, how often they
are fetched, and what the audience is where a provider puts it elsewhere.
"""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from tessera.application.staff_access import Claims
from tessera.domain.errors import Unavailable

# PyJWT with cryptography takes a tenth of a second to import, and tills show keys, not tokens.
if TYPE_CHECKING:
    from jwt import PyJWK

ALGORITHMS: Mapping[str, str] = {"RS256": "RSA", "ES256": "EC"}
"""The signatures that are accepted, and the type of key that each needs (RFC 7518)."""

KEYS_LIFE_S = 600
UNKNOWN_KEY_PAUSE_S = 30
"""At most so often is a key looked for that the provider did not publish when it was last asked."""

KEYS_STALE_S_MAX = 24 * 3600
KEYS_MAX = 50
RSA_BITS_MIN = 2048
LEEWAY_S = 30
TIMEOUT_S = 2.0
ANSWER_BYTES_MAX = 256 * 1024
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})

Fetch = Callable[[str], Any]


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A provider that sends its readers elsewhere is not the one that was trusted."""

    def redirect_request(self, *_: Any) -> None:
        return None


def fetch_json(url: str) -> Any:
    """The JSON behind an address. Raises OSError or ValueError where there is none."""
    opener = urllib.request.build_opener(_NoRedirect, urllib.request.ProxyHandler({}))
    with opener.open(url, timeout=TIMEOUT_S) as answer:
        content = answer.read(ANSWER_BYTES_MAX + 1)
    if len(content) > ANSWER_BYTES_MAX:
        raise ValueError("more than a provider's description takes")
    return json.loads(content)


@dataclass(slots=True)
class OidcTokens:
    """`staff_access.StaffTokens` of one issuer for one audience.

    `roles_claim` names the claim that lists the roles. Keys are kept for the container's life
    and fetched anew every ten minutes, or when a token names one that is not there; where the
    provider can't be reached, those that are a day old at most serve on.
    """

    issuer: str
    audience: str
    roles_claim: str
    fetch: Fetch = fetch_json
    monotonic: Callable[[], float] = time.monotonic
    _keys: dict[str, PyJWK] = field(default_factory=dict)
    _read_at_s: float = float("-inf")
    _tried_at_s: float = float("-inf")

    def claims(self, token: str) -> Claims | None:
        """What a token says; see `staff_access.StaffTokens`."""
        import jwt

        if not self.audience:
            return None
        try:
            header = jwt.get_unverified_header(token)
            key = self._key(header)
            if key is None:
                return None
            content = jwt.decode(
                token,
                key,
                algorithms=[key.algorithm_name],
                issuer=self.issuer,
                leeway=LEEWAY_S,
                options={"require": ["exp", "iat", "iss", "sub"], "verify_aud": False},
            )
        except jwt.InvalidTokenError:
            return None
        if not self._is_for_us(content):
            return None
        name = content.get("name")
        return Claims(
            self.issuer, content["sub"], self._roles(content), name if isinstance(name, str) else ""
        )

    def _is_for_us(self, content: Mapping[str, Any]) -> bool:
        """Whether the token was issued to our own application.

        Cognito's access tokens have no audience: they name the application as `client_id`.
        """
        audience = content.get("aud")
        if audience is None:
            return (
                content.get("token_use") == "access" and content.get("client_id") == self.audience
            )
        return self.audience in (audience if isinstance(audience, list) else [audience])

    def _roles(self, content: Mapping[str, Any]) -> tuple[str, ...]:
        found = content.get(self.roles_claim)
        if isinstance(found, str):
            return tuple(found.split())
        if isinstance(found, Sequence):
            return tuple(role for role in found if isinstance(role, str))
        return ()

    def _key(self, header: Mapping[str, Any]) -> PyJWK | None:
        """The published key that a token names, where its signature is of the key's own kind."""
        kid, algorithm = header.get("kid"), header.get("alg")
        if not (isinstance(kid, str) and isinstance(algorithm, str)) or "crit" in header:
            return None
        if algorithm not in ALGORITHMS:
            return None
        now_s = self.monotonic()
        if now_s - self._read_at_s >= KEYS_LIFE_S or (
            kid not in self._keys and now_s - self._tried_at_s >= UNKNOWN_KEY_PAUSE_S
        ):
            self._refresh(now_s)
        key = self._keys.get(kid)
        return key if key is not None and key.algorithm_name == algorithm else None

    def _refresh(self, now_s: float) -> None:
        """Read the provider's keys. Raises Unavailable where neither they nor older ones are."""
        if now_s - self._tried_at_s < UNKNOWN_KEY_PAUSE_S and self._keys:
            return
        self._tried_at_s = now_s
        try:
            self._keys = self._published()
            self._read_at_s = now_s
        except (OSError, ValueError, KeyError, TypeError) as error:
            if not self._keys or now_s - self._read_at_s > KEYS_STALE_S_MAX:
                self._keys = {}
                raise Unavailable from error

    def _published(self) -> dict[str, PyJWK]:
        described = self.fetch(f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")
        if described["issuer"] != self.issuer:
            raise ValueError("the provider says that it is another one")
        address = str(described["jwks_uri"])
        if not _is_safe(address, self.issuer):
            raise ValueError("the provider's keys lie at an address that anybody could serve")
        found = {}
        for entry in self.fetch(address)["keys"][:KEYS_MAX]:
            key = _usable(entry)
            if key is not None and key.key_id is not None:
                found[key.key_id] = key
        return found


def _is_safe(address: str, issuer: str) -> bool:
    """Whether nobody on the way can put keys of his own there."""
    parts = urlsplit(address)
    if parts.scheme == "https":
        return True
    loopback = parts.hostname in _LOOPBACK and urlsplit(issuer).hostname in _LOOPBACK
    return parts.scheme == "http" and loopback


def _usable(entry: Mapping[str, Any]) -> PyJWK | None:
    """A published key that may sign tokens; None for every other one."""
    import jwt
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

    kinds = {kind: algorithm for algorithm, kind in ALGORITHMS.items()}
    algorithm = kinds.get(str(entry.get("kty")))
    other_use = entry.get("use", "sig") != "sig" or entry.get("alg", algorithm) != algorithm
    if algorithm is None or other_use or (algorithm == "ES256" and entry.get("crv") != "P-256"):
        return None
    try:
        key = jwt.PyJWK.from_dict(dict(entry), algorithm)
    except jwt.PyJWTError:
        return None
    if isinstance(key.key, RSAPublicKey) and key.key.key_size < RSA_BITS_MIN:
        return None
    return key
