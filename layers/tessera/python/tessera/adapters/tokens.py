"""What a card carries to prove itself: an HMAC of its name, so that no token is ever stored."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SignedTokens:
    """`card_ports.CardTokens` under versioned secrets: `<version>.<32 characters>`.

    A card keeps the version that it was first given out under, because Apple forbids a token to
    change. Taking a version away cuts off every card that carries one of its tokens.
    """

    secrets: Mapping[str, bytes]

    @property
    def newest(self) -> str:
        return max(self.secrets, key=int)

    def token(self, card: str, version: str) -> str:
        digest = hmac.new(self.secrets[version], b"card-token\x00" + card.encode(), hashlib.sha256)
        return f"{version}.{base64.urlsafe_b64encode(digest.digest()[:24]).decode()}"

    def fits(self, card: str, token: str) -> bool:
        version = token.partition(".")[0]
        known = version in self.secrets
        # An unknown version is compared too, with a token that nobody has.
        expected = self.token(card, version if known else self.newest)
        same = hmac.compare_digest(expected.encode(), token.encode())
        return known and same
