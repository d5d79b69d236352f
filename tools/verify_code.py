"""Verifies a signed card code without a network: what a till does during an outage.

    python -m tools.verify_code CODE --setup setup.json

`setup.json` is the answer of GET /v1/setup, kept from before the outage. Prints what the code
says; exit status 1 where it does not hold. The browser's twin is
functions/web/static/ui/signed-code.js.
"""

from __future__ import annotations

import argparse
import base64
import json
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from tessera.domain.codes import CodeForm, read_code
from tessera.domain.signed_codes import HOUR_MS, unsealed


class CodeRefused(ValueError):
    """The code does not hold; the text is the problem's code."""


@dataclass(frozen=True, slots=True)
class Verified:
    """What a signed code says, once it holds."""

    code: str
    programme: str
    expires_at_ms: int
    allowance: int


def verified(text: str, setup: Mapping[str, Any], now_ms: int) -> Verified:
    """What the code says. Raises CodeRefused for one that is malformed, forged, of another
    programme, over, or by a key that the setup does not name."""
    read = read_code(text)
    if read is None or read.form is not CodeForm.SIGNED:
        raise CodeRefused("card_code_malformed")
    found = unsealed(read.code, read.tail)
    if found is None:
        raise CodeRefused("code_signature_wrong")
    signed, signature = found
    keys = {key["id"]: _bytes(key["public_key"]) for key in setup["code_keys"]}
    if signed.key_id not in keys:
        raise CodeRefused("code_key_unknown")
    try:
        Ed25519PublicKey.from_public_bytes(keys[signed.key_id]).verify(signature, signed.message)
    except InvalidSignature as error:
        raise CodeRefused("code_signature_wrong") from error
    marks = {one["codes"]["mark"]: one["programme"] for one in setup["programmes"]}
    if signed.programme.hex() not in marks:
        raise CodeRefused("code_foreign")
    if signed.expired(now_ms):
        raise CodeRefused("code_expired")
    programme = marks[signed.programme.hex()]
    return Verified(signed.code, programme, signed.expires_h * HOUR_MS, signed.allowance)


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="verify_code", description=__doc__)
    parser.add_argument("code", help="what the reader read")
    parser.add_argument("--setup", type=Path, required=True, help="the answer of GET /v1/setup")
    options = parser.parse_args(arguments)
    try:
        found = verified(options.code, json.loads(options.setup.read_text()), _now_ms())
    except CodeRefused as refusal:
        print(f"refused: {refusal}", file=sys.stderr)
        return 1
    print(f"card {found.code} of {found.programme}: up to {found.allowance} may be spent unseen")
    return 0


def _now_ms() -> int:
    return int(time.time() * 1000)


if __name__ == "__main__":
    sys.exit(main())
