"""Google's callbacks: somebody saved a card or took it off, signed by Google (ECv2SigningOnly).

A root key, published by Google, signs an intermediate key, which signs the message. What is signed
is a row of texts, each with its length in bytes before it (Google Pay, "Verify the signature").
"""

from __future__ import annotations

import base64
import binascii
import json
import struct
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from tessera.adapters.google.jwt import GoogleAccount
from tessera.application.card_ports import GoogleEvent
from tessera.domain.errors import Unauthenticated, Unavailable

PROTOCOL = "ECv2SigningOnly"
SENDER = "GooglePayPasses"
KEYS_LIFE_S = 3600.0
KEYS_TIMEOUT_S = 3.0


@dataclass
class GoogleCallbacks:
    """`card_ports.GoogleCallbacks`. Google's root keys are kept for an hour."""

    load_account: Callable[[], GoogleAccount | None]
    keys_url: str
    wall_s: Callable[[], float] = time.time
    sender: str = SENDER
    _roots: tuple[float, Sequence[Mapping[str, Any]]] = field(default=(0.0, ()), init=False)

    def verified(self, body: bytes) -> GoogleEvent:
        """The event of a callback. Raises Unauthenticated for one that Google did not sign."""
        account = self.load_account()
        try:
            content = json.loads(body)
            if account is None or content["protocolVersion"] != PROTOCOL:
                raise Unauthenticated("callback_not_signed")
            signing = content["intermediateSigningKey"]
            signed_key = str(signing["signedKey"])
            message = str(content["signedMessage"])
            self._check_intermediate(signed_key, signing["signatures"])
            key = json.loads(signed_key)
            self._check_time(key["keyExpiration"])
            signed = _framed(self.sender, account.issuer_id, PROTOCOL, message)
            _verify(key["keyValue"], content["signature"], signed)
            return self._event(account, json.loads(message))
        except (KeyError, TypeError, ValueError, RecursionError, InvalidSignature) as error:
            raise Unauthenticated("callback_not_signed") from error

    def _check_intermediate(self, signed_key: str, signatures: Sequence[str]) -> None:
        """One of Google's root keys that is still good must have signed the key."""
        signed = _framed(self.sender, PROTOCOL, signed_key)
        for root in self._root_keys():
            if root.get("protocolVersion") != PROTOCOL:
                continue
            for signature in signatures:
                try:
                    self._check_time(root.get("keyExpiration", "0"))
                    _verify(root["keyValue"], signature, signed)
                except (InvalidSignature, Unauthenticated):
                    continue
                return
        raise Unauthenticated("callback_not_signed")

    def _check_time(self, expiration_ms: str | int) -> None:
        if int(expiration_ms) <= self.wall_s() * 1000:
            raise Unauthenticated("callback_not_signed")

    def _event(self, account: GoogleAccount, message: Mapping[str, Any]) -> GoogleEvent:
        self._check_time(message["expTimeMillis"])
        issuer, _, card = str(message["objectId"]).partition(".")
        kind = message["eventType"]
        if issuer != account.issuer_id or kind not in {"save", "del"}:
            raise Unauthenticated("callback_not_signed")
        return GoogleEvent(card, saved=kind == "save", nonce=str(message["nonce"]))

    def _root_keys(self) -> Sequence[Mapping[str, Any]]:
        read_at_s, keys = self._roots
        now_s = self.wall_s()
        if not keys or now_s - read_at_s > KEYS_LIFE_S:
            keys = self._fetch()
            self._roots = (now_s, keys)
        return keys

    def _fetch(self) -> Sequence[Mapping[str, Any]]:
        import urllib3
        from urllib3.exceptions import HTTPError

        try:
            answer = urllib3.request("GET", self.keys_url, timeout=KEYS_TIMEOUT_S, retries=False)
            found: Sequence[Mapping[str, Any]] = json.loads(answer.data)["keys"]
        except (HTTPError, KeyError, ValueError) as error:
            raise Unavailable from error
        return found


def _framed(*parts: str) -> bytes:
    """Each text in UTF-8 behind its length in bytes (not in characters), little endian."""
    encoded = [part.encode() for part in parts]
    return b"".join(struct.pack("<I", len(part)) + part for part in encoded)


def _verify(key: str, signature: str, signed: bytes) -> None:
    """Raises InvalidSignature, or ValueError for what is no key or signature at all."""
    try:
        loaded = load_der_public_key(base64.b64decode(key))
        raw = base64.b64decode(signature)
    except binascii.Error as error:
        raise ValueError("not base64") from error
    if not isinstance(loaded, ec.EllipticCurvePublicKey):
        raise TypeError("Google signs with elliptic curves")
    loaded.verify(raw, signed, ec.ECDSA(SHA256()))
