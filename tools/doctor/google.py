"""Three separate questions to Google: the key, the user, the class."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from tessera.adapters.google.jwt import GoogleAccount
from tools.http_client import Response

API = "https://walletobjects.googleapis.com"
SCOPE = "https://www.googleapis.com/auth/wallet_object.issuer"
GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
APPROVED = frozenset({"APPROVED", "approved"})

Fault = tuple[int, str, str, Mapping[str, object]]
"""The number of the check, the code of its remedy, how bad it is, and the values in it."""


@dataclass(frozen=True, slots=True)
class GoogleProbe:
    """Asks with the stack's own service account; it reads, and writes nothing."""

    account: GoogleAccount
    programme: str
    api_url: str = API

    def look(self, send: Callable[..., Response]) -> tuple[list[Fault], dict[str, Any]]:
        """What is wrong, and the class as Google has it (empty where it has none).

        Raises OSError where Google can't be reached.
        """
        token = self._token(send)
        if token.status != 200:
            return [(18, "google_token", "error", {"status": token.status})], {}
        headers = {"Authorization": f"Bearer {token.json()['access_token']}"}
        base = f"{self.api_url}/walletobjects/v1/loyaltyClass"
        listed = send("GET", f"{base}?issuerId={self.account.issuer_id}", headers=headers)
        if listed.status != 200:
            values = {"status": listed.status, "email": self.account.client_email}
            return [(18, "google_user", "error", values)], {}
        name = f"{self.account.issuer_id}.{self.programme}"
        answer = send("GET", f"{base}/{name}", headers=headers)
        if answer.status != 200:
            return [(20, "google_class", "error", {"name": name, "status": answer.status})], {}
        found: dict[str, Any] = answer.json()
        state = str(found.get("reviewStatus", ""))
        faults: list[Fault] = []
        if state not in APPROVED:
            faults.append((20, "google_review", "warning", {"state": state}))
        return faults, found

    def _token(self, send: Callable[..., Response]) -> Response:
        now_s = int(time.time())
        claims = {
            "iss": self.account.client_email,
            "scope": SCOPE,
            "aud": self.account.token_uri,
            "iat": now_s,
            "exp": now_s + 600,
        }
        form = urlencode({"grant_type": GRANT, "assertion": self.account.signed(claims)})
        kinds = {"Content-Type": "application/x-www-form-urlencoded"}
        return send("POST", self.account.token_uri, headers=kinds, body=form.encode())


def image_addresses(node: object) -> Iterator[str]:
    """Every address in a class from which Google fetches an image."""
    if isinstance(node, dict):
        source = node.get("sourceUri")
        if isinstance(source, dict) and source.get("uri"):
            yield str(source["uri"])
        for inner in node.values():
            yield from image_addresses(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from image_addresses(inner)


def account_of(text: str) -> GoogleAccount | None:
    """The account of the stack's secret, or of a key file with `issuer_id` added to it.

    Raises ValueError, with the remedy, for a file that is neither.
    """
    content = json.loads(text)
    if not isinstance(content, dict):
        raise ValueError("it is no service account: give the JSON file that Google gave")
    missing = [name for name in ("issuer_id", "client_email") if not content.get(name)]
    if missing:
        raise ValueError(
            f"the Google account lacks {' and '.join(missing)}: take the JSON key of the service "
            'account and add "issuer_id", the number that the Google Pay & Wallet console shows'
        )
    if "private_key" in content and "private_key_pem" not in content:
        content["private_key_pem"] = content["private_key"]
    return GoogleAccount.of(json.dumps(content))
