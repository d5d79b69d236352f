"""Signed links: `/cards/<card>.<version>.<signature>`. The card's id is opaque."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass

from tessera.domain.errors import NotFound


@dataclass(frozen=True, slots=True)
class SignedLinks:
    """`ports.Links` under versioned secrets: links signed under an older one stay valid."""

    public_url: str
    secrets: Mapping[str, bytes]

    def card_url(self, card: str) -> str:
        version = max(self.secrets, key=int)
        token = f"{card}.{version}.{self._sign(version, card)}"
        return f"{self.public_url}/cards/{token}"

    def card_of(self, token: str) -> str:
        card, version, signature = ([*token.split("."), "", "", ""])[:3]
        secret_known = version in self.secrets
        expected = self._sign(version, card) if secret_known else ""
        if not secret_known or not hmac.compare_digest(expected.encode(), signature.encode()):
            raise NotFound("card_link_unknown")
        return card

    def _sign(self, version: str, card: str) -> str:
        digest = hmac.new(self.secrets[version], b"card-link\x00" + card.encode(), hashlib.sha256)
        return base64.urlsafe_b64encode(digest.digest()[:18]).decode()
