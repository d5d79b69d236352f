"""Signed links: `/cards/<card>.<version>.<signature>`, and `/join/...` behind posters.

A card's id is opaque; a poster's link names a programme, a store and a channel, all public.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass

from tessera.application.ports import JoinPlace
from tessera.domain.errors import NotFound

_CARD = b"card-link"
_JOIN = b"join-link"


@dataclass(frozen=True, slots=True)
class SignedLinks:
    """`ports.Links` under versioned secrets: links signed under an older one stay valid."""

    public_url: str
    secrets: Mapping[str, bytes]

    def card_url(self, card: str) -> str:
        version = max(self.secrets, key=int)
        token = f"{card}.{version}.{self._sign(version, card, _CARD)}"
        return f"{self.public_url}/cards/{token}"

    def card_of(self, token: str) -> str:
        return self._subject(token, _CARD)

    def join_url(self, place: JoinPlace) -> str:
        content = json.dumps([place.programme, place.store, place.channel], separators=(",", ":"))
        subject = base64.urlsafe_b64encode(content.encode()).decode().rstrip("=")
        version = max(self.secrets, key=int)
        return f"{self.public_url}/join/{subject}.{version}.{self._sign(version, subject, _JOIN)}"

    def till_url(self, code: str) -> str:
        # Behind the sign that browsers keep to themselves: no log on the way sees the code.
        return f"{self.public_url}/till#{code}"

    def image_url(self, image: str) -> str | None:
        if not image or image.startswith("https://"):
            return image or None
        return f"{self.public_url}/images/{image}"

    def print_url(self, token: str, file: str) -> str:
        return f"{self.public_url}/print/{token}/{file}"

    def join_of(self, token: str) -> JoinPlace:
        subject = self._subject(token, _JOIN)
        padded = subject + "=" * (-len(subject) % 4)
        programme, store, channel = json.loads(base64.urlsafe_b64decode(padded))
        return JoinPlace(programme, store, channel)

    def _subject(self, token: str, purpose: bytes) -> str:
        """What a token is about. Raises NotFound unless we signed it for that purpose."""
        subject, version, signature, more = ([*token.split("."), "", "", ""])[:4]
        known = version in self.secrets and not more
        expected = self._sign(version, subject, purpose) if known else ""
        if not known or not hmac.compare_digest(expected.encode(), signature.encode()):
            raise NotFound("card_link_unknown")
        return subject

    def _sign(self, version: str, subject: str, purpose: bytes) -> str:
        message = purpose + b"\x00" + subject.encode()
        digest = hmac.new(self.secrets[version], message, hashlib.sha256)
        return base64.urlsafe_b64encode(digest.digest()[:18]).decode()
