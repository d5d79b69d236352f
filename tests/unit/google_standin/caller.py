"""A caller of the Google stand-in, written for its tests."""

from __future__ import annotations

import base64
import json
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from tools import testpki
from tools.google_standin.credentials import GRANT_TYPE, SCOPE
from tools.google_standin.server import GoogleStandin
from tools.http_client import Response, send, send_json

ISSUER = testpki.GOOGLE_ISSUER_ID
CLASS_ID = f"{ISSUER}.club"
OBJECT_ID = f"{ISSUER}.member-1"
LOGO = {"sourceUri": {"uri": "https://cards.example/logo.png"}}
CLASS: dict[str, Any] = {
    "id": CLASS_ID,
    "issuerName": "Boulangerie",
    "programName": "Le Club",
    "programLogo": LOGO,
    "reviewStatus": "UNDER_REVIEW",
    "hexBackgroundColor": "#204060",
}
OBJECT: dict[str, Any] = {
    "id": OBJECT_ID,
    "classId": CLASS_ID,
    "state": "ACTIVE",
    "loyaltyPoints": {"label": "Points", "balance": {"int": 42}},
    "barcode": {"type": "QR_CODE", "value": "7ZQK1M4T9W2XBD5C"},
}


def encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode("ascii").rstrip("=")


class Caller:
    """A caller written for these tests: signs with the service account's key, sends JSON."""

    def __init__(self, google: GoogleStandin, state_dir: Path) -> None:
        self.google = google
        account = json.loads(testpki.ensure(state_dir).service_account.read_text("utf-8"))
        self.email: str = account["client_email"]
        key = serialization.load_pem_private_key(account["private_key"].encode(), None)
        assert isinstance(key, rsa.RSAPrivateKey)
        self.key = key
        self.bearer = self.token().json()["access_token"]

    def sign(self, claims: dict[str, Any], alg: str = "RS256") -> str:
        head = encode(json.dumps({"alg": alg, "typ": "JWT"}).encode())
        body = encode(json.dumps(claims).encode())
        signature = self.key.sign(f"{head}.{body}".encode(), padding.PKCS1v15(), hashes.SHA256())
        return f"{head}.{body}.{encode(signature)}"

    def token(self, **changes: Any) -> Response:
        now = int(time.time())
        claims = {
            "iss": self.email,
            "scope": SCOPE,
            "aud": f"{self.google.url}/token",
            "iat": now,
            "exp": now + 3600,
            **changes,
        }
        form = {"grant_type": GRANT_TYPE, "assertion": self.sign(claims)}
        return send(
            "POST",
            f"{self.google.url}/token",
            headers={"Content-Type": "application/x-www-form-urlencoded"},
            body=urlencode(form).encode(),
        )

    def call(self, method: str, path: str, body: object = None) -> Response:
        return send(
            method,
            f"{self.google.url}/walletobjects/v1/{path}",
            headers={
                "Authorization": f"Bearer {self.bearer}",
                "Content-Type": "application/json",
            },
            body=None if body is None else json.dumps(body).encode(),
        )

    def link(self, **changes: Any) -> str:
        claims = {
            "iss": self.email,
            "aud": "google",
            "typ": "savetowallet",
            "iat": int(time.time()),
            "origins": [],
            "payload": {"loyaltyObjects": [{"id": OBJECT_ID, "classId": CLASS_ID}]},
            **changes,
        }
        return self.sign(claims)

    def save(self, token: str, user: str = "a@example.test") -> Response:
        headers = {"Accept": "application/json", "X-Wallet-User": user}
        return send("GET", f"{self.google.url}/save/{token}", headers=headers)

    def control(self, **switches: Any) -> None:
        assert send_json("POST", f"{self.google.url}/control", switches).status == 200

    def read(self, path: str) -> Any:
        return send_json("GET", self.google.url + path).json()
