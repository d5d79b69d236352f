"""Signed requests of tills: HTTP Message Signatures (RFC 9421), one profile of them.

    Authorization: Till till_1f0c9a...
    Content-Digest: sha-256=:<base64>:
    Signature-Input: till=("@method" "@path" "@query" "authorization" "content-digest"
        "idempotency-key" "tessera-clerk");created=1795336200;nonce="1795336200123456"
    Signature: till=:<base64 of r and s>:

The components are exactly these and in this order, the last two where the request has the
header: what a till does not sign, nobody may add. The algorithm is ECDSA on P-256 with SHA-256,
whatever a request says of itself. `nonce` is a whole number, higher with each request.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Mapping
from typing import Any

from tessera.application.admit_till import Signed
from tessera.domain.errors import Unauthenticated

CLERK_HEADER = "tessera-clerk"
LABEL = "till"
_OPTIONAL = ("idempotency-key", CLERK_HEADER)
_INPUT = re.compile(
    r'till=(?P<parameters>\((?P<names>"[a-z@" -]{1,200}")\)'
    r';created=(?P<created>[0-9]{1,12});nonce="(?P<nonce>[0-9]{1,18})")',
    re.ASCII,
)
_SESSION = re.compile(r"ses_[0-9a-f]{24}", re.ASCII)
_SIGNATURE = re.compile(r"till=:([A-Za-z0-9+/=]{88}):", re.ASCII)
_DIGEST = re.compile(r"sha-256=:([A-Za-z0-9+/=]{44}):", re.ASCII)


def signed_of(event: Mapping[str, Any], till: str) -> Signed:
    """The signature of a gateway's event (headers in lower case), and what it must cover.

    Raises Unauthenticated where there is none, where it covers other parts than the profile's,
    and where the body is not the one whose digest was signed.
    """
    headers: Mapping[str, str] = event["headers"]
    given = _INPUT.fullmatch(headers.get("signature-input", ""))
    signature = _SIGNATURE.fullmatch(headers.get("signature", ""))
    digest = _DIGEST.fullmatch(headers.get("content-digest", ""))
    if not given or not signature or not digest:
        raise Unauthenticated("signature_missing")
    names = covered_by(headers)
    if given["names"] != " ".join(f'"{name}"' for name in names):
        raise Unauthenticated("signature_missing")
    if not hmac.compare_digest(_bytes(digest[1]), hashlib.sha256(_body(event)).digest()):
        raise Unauthenticated("signature_wrong")
    session = headers.get(CLERK_HEADER, "")
    return Signed(
        till=till,
        base=_base(event, names, given["parameters"]),
        signature=_bytes(signature[1]),
        created_s=int(given["created"]),
        number=int(given["nonce"]),
        session=session if _SESSION.fullmatch(session) else "",
    )


def covered_by(headers: Mapping[str, str]) -> tuple[str, ...]:
    """The components of a request's signature, in their order."""
    optional = tuple(name for name in _OPTIONAL if name in headers)
    return ("@method", "@path", "@query", "authorization", "content-digest", *optional)


def _base(event: Mapping[str, Any], names: tuple[str, ...], parameters: str) -> bytes:
    """The signature base (RFC 9421, 2.5)."""
    derived = {
        "@method": event["requestContext"]["http"]["method"],
        "@path": event["rawPath"],
        "@query": f"?{event.get('rawQueryString') or ''}",
    }
    headers: Mapping[str, str] = event["headers"]
    lines = [f'"{name}": {derived.get(name) or headers[name].strip()}' for name in names]
    return "\n".join([*lines, f'"@signature-params": {parameters}']).encode()


def _body(event: Mapping[str, Any]) -> bytes:
    text: str = event.get("body") or ""
    return _bytes(text) if event.get("isBase64Encoded") else text.encode()


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        raise Unauthenticated("signature_wrong") from None
