"""Google's signed callback to the issuer when a pass is saved or deleted (ECv2SigningOnly).

A root key, published at `/gp/m/issuer/keys`, signs an intermediate key, which signs the message.
What is signed is a run of length-prefixed strings: four bytes, little endian, of UTF-8 length.
"""

from __future__ import annotations

import base64
import json
import secrets
import struct
import threading
import time
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tools.http_client import send

PROTOCOL: Final = "ECv2SigningOnly"
SENDER_ID: Final = "GooglePayPasses"
_KEY_LIFE_MS: Final = 90 * 24 * 3600 * 1000
_MESSAGE_LIFE_MS: Final = 3600 * 1000


def _framed(*parts: str) -> bytes:
    encoded = [part.encode("utf-8") for part in parts]
    return b"".join(struct.pack("<I", len(part)) + part for part in encoded)


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")


def _public(key: ec.EllipticCurvePrivateKey) -> str:
    return _text(
        key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
    )


class CallbackSender:
    """Signs and sends callbacks for one issuer. `sent` lists what was sent and the answers."""

    def __init__(self, issuer_id: str, directory: Path) -> None:
        self._issuer_id = issuer_id
        self._root = self._load_root(directory)
        self._root_expires_ms = int(time.time() * 1000) + _KEY_LIFE_MS
        self._intermediate = ec.generate_private_key(ec.SECP256R1())
        self._lock = threading.Lock()
        self.sent: list[dict[str, Any]] = []

    @staticmethod
    def _load_root(directory: Path) -> ec.EllipticCurvePrivateKey:
        path = directory / "callback-root.key.pem"
        if not path.exists():
            directory.mkdir(parents=True, exist_ok=True, mode=0o700)
            key = ec.generate_private_key(ec.SECP256R1())
            path.touch(mode=0o600)
            path.write_bytes(
                key.private_bytes(
                    serialization.Encoding.PEM,
                    serialization.PrivateFormat.PKCS8,
                    serialization.NoEncryption(),
                )
            )
        loaded = serialization.load_pem_private_key(path.read_bytes(), None)
        if not isinstance(loaded, ec.EllipticCurvePrivateKey):
            raise TypeError(f"{path} does not hold an elliptic curve key")
        return loaded

    def root_keys(self) -> dict[str, Any]:
        """The document at `/gp/m/issuer/keys`."""
        return {
            "keys": [
                {
                    "keyValue": _public(self._root),
                    "protocolVersion": PROTOCOL,
                    "keyExpiration": str(self._root_expires_ms),
                }
            ]
        }

    def sign(self, event: str, class_id: str, object_id: str) -> dict[str, Any]:
        """A signed callback: event is `save` or `del`."""
        now_ms = int(time.time() * 1000)
        signed_key = json.dumps(
            {
                "keyValue": _public(self._intermediate),
                "keyExpiration": str(now_ms + _KEY_LIFE_MS),
            }
        )
        message = json.dumps(
            {
                "classId": class_id,
                "objectId": object_id,
                "eventType": event,
                "expTimeMillis": now_ms + _MESSAGE_LIFE_MS,
                "count": 1,
                "nonce": secrets.token_hex(16),
            }
        )
        algorithm = ec.ECDSA(hashes.SHA256())
        return {
            "protocolVersion": PROTOCOL,
            "signature": _text(
                self._intermediate.sign(
                    _framed(SENDER_ID, self._issuer_id, PROTOCOL, message), algorithm
                )
            ),
            "intermediateSigningKey": {
                "signedKey": signed_key,
                "signatures": [
                    _text(self._root.sign(_framed(SENDER_ID, PROTOCOL, signed_key), algorithm))
                ],
            },
            "signedMessage": message,
        }

    def send(self, url: str, event: str, class_id: str, object_id: str) -> dict[str, Any]:
        """Sign and post one callback; the answer's status is None when nobody listened."""
        content = self.sign(event, class_id, object_id)
        status: int | None = None
        try:
            status = send(
                "POST",
                url,
                headers={"Content-Type": "application/json", "User-Agent": "Googlebot"},
                body=json.dumps(content).encode("utf-8"),
                timeout_s=10,
            ).status
        except (OSError, ValueError) as error:
            content["failure"] = str(error)
        line = {"url": url, "event": event, "object_id": object_id, "status": status}
        with self._lock:
            self.sent.append(line)
        return line

    def send_later(self, url: str, event: str, class_id: str, object_id: str) -> None:
        """Send in the background, as Google does: the person does not wait for the issuer."""
        threading.Thread(
            target=self.send, args=(url, event, class_id, object_id), daemon=True
        ).start()
