"""Codes that are signed as the stack signs them, for browsers to judge."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from tessera.adapters.code_keys import DerivedCodeKeys
from tessera.domain.codes import ALPHABET, is_card_code
from tessera.domain.signed_codes import HOUR_MS, SignedCode, programme_mark

CODE = next(f"7Q4K9M2XRT7Q4K9{last}" for last in ALPHABET if is_card_code(f"7Q4K9M2XRT7Q4K9{last}"))
DAYS_2_H = 48


@dataclass(frozen=True)
class Signer:
    """Whoever holds the keys: the stack, or somebody who would like to."""

    keys: DerivedCodeKeys
    programme: str
    now_ms: int

    def sealed(self, code: str = CODE, *, key_id: int = 1, **other: Any) -> str:
        """What a card's QR says; `other` is said instead of the truth, and signed for."""
        said: dict[str, Any] = {
            "programme": programme_mark(self.programme),
            "expires_h": self.now_ms // HOUR_MS + DAYS_2_H,
            "allowance": 2_000_000_000,
        }
        signed = SignedCode(code, key_id, **{**said, **other})
        return f"{code}-{signed.seal(self.keys.sign(key_id, signed.message))}"

    def bad(self, code: str = CODE) -> Mapping[str, str]:
        """A text for each way in which a signed code can be wrong, by the name of the refusal."""
        text = self.sealed(code)
        slip = ("2" if code[0] == "1" else "1") + code[1:]
        return {
            "code_slip": slip + text[16:],
            "code_cut": text[:-9],
            "code_signature_wrong": self._other("1").sealed(code),
            "code_expired": self.sealed(code, expires_h=self.now_ms // HOUR_MS),
            "code_foreign": self.sealed(code, programme=programme_mark("another-shop")),
            "code_key_unknown": self._other("9").sealed(code, key_id=9),
        }

    def _other(self, version: str) -> Signer:
        """Somebody whose secret is not the shop's."""
        return replace(self, keys=DerivedCodeKeys({version: b"guessed"}))

    def setup(self, *key_ids: int) -> dict[str, Any]:
        """What `GET /v1/setup` says of codes."""
        return {
            "code_keys": [
                {"id": one, "public_key": base64.urlsafe_b64encode(key).decode().rstrip("=")}
                for one, key in self.keys.public_keys().items()
                if one in key_ids
            ],
            "programmes": [
                {
                    "programme": self.programme,
                    "codes": {"mark": programme_mark(self.programme).hex()},
                }
            ],
        }
