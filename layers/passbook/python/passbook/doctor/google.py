"""What can be said offline about a Google Wallet set-up: account file, class, save link.

Google judges the rest: whether the account was invited as a user, whether the issuer may publish.
Sources: walletobjects v1 discovery document; Google's guide "Issuing passes with web".
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from typing import cast
from urllib.parse import urlsplit

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from passbook.errors import Finding

SAVE_URL = "https://pay.google.com/gp/v/save/"
SAVE_URL_LENGTH_MAX = 1800
_CLASS_REQUIRED = ("id", "issuerName", "programName", "programLogo", "reviewStatus")


def examine_google_account(document: Mapping[str, object]) -> list[Finding]:
    """A service account's JSON key file."""
    out: list[Finding] = []
    remedy = "Create a key of type JSON for the service account and use that file unchanged."
    if document.get("type") != "service_account":
        message = "It is no service account, but perhaps a key for signing in."
        out.append(Finding("google-account", "type", message, remedy))
    out += [
        Finding("google-account", name, f"The key {name} is missing.", remedy)
        for name in ("client_email", "private_key", "token_uri")
        if not isinstance(document.get(name), str) or not document[name]
    ]
    key = document.get("private_key")
    if isinstance(key, str) and key and not _is_rsa(key):
        message = "It is no PEM of an RSA key; often its line breaks were lost on the way."
        out.append(Finding("google-key", "private_key", message, "Keep the \\n of the file."))
    email = document.get("client_email")
    if isinstance(email, str) and not email.endswith(".gserviceaccount.com"):
        message = f"{email} is not the address of a service account."
        out.append(Finding("google-account", "client_email", message, remedy))
    return out


def _is_rsa(pem: str) -> bool:
    try:
        return isinstance(load_pem_private_key(pem.encode(), None), rsa.RSAPrivateKey)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return False


def examine_google_class(document: Mapping[str, object]) -> list[Finding]:
    """A loyaltyClass as it is about to be written."""
    out: list[Finding] = []
    for key in _CLASS_REQUIRED:
        if key not in document:
            message = f"A loyalty class needs {key}."
            out.append(Finding("google-class", key, message, f"Add {key}."))
    status = document.get("reviewStatus")
    if status is not None and status not in {"UNDER_REVIEW", "underReview"}:
        message = f"Google refuses to write a class whose reviewStatus is {status}."
        remedy = "Send UNDER_REVIEW with every write; Google sets APPROVED itself."
        out.append(Finding("google-review-status", "reviewStatus", message, remedy))
    for path, address in _image_addresses(document, ""):
        parts = urlsplit(address)
        if parts.scheme != "https" or (parts.hostname or "").endswith(("localhost", ".local")):
            message = f"Google fetches images itself, and cannot fetch {address[:60]}."
            remedy = "Publish the image at a public https address."
            out.append(Finding("google-image", path, message, remedy))
    return out


def _image_addresses(node: object, path: str) -> list[tuple[str, str]]:
    if isinstance(node, dict):
        found: list[tuple[str, str]] = []
        for key, member in cast("dict[str, object]", node).items():
            where = f"{path}.{key}" if path else key
            if key == "sourceUri" and isinstance(member, dict):
                found.append((f"{where}.uri", str(member.get("uri"))))
            else:
                found += _image_addresses(member, where)
        return found
    if isinstance(node, list):
        return [
            pair
            for index, one in enumerate(node)
            for pair in _image_addresses(one, f"{path}[{index}]")
        ]
    return []


def examine_google_link(link: str) -> list[Finding]:
    """A save link; its signature is Google's to verify."""
    out: list[Finding] = []
    if not link.startswith(SAVE_URL):
        message = f"A save link begins with {SAVE_URL}."
        return [Finding("google-link", "link", message, "Append the signed JWT to it.")]
    if len(link) > SAVE_URL_LENGTH_MAX:
        message = f"{len(link)} characters, browsers and Google take {SAVE_URL_LENGTH_MAX}."
        remedy = "Insert the object by the API first, and name only id and classId in the JWT."
        out.append(Finding("google-link-length", "link", message, remedy))
    try:
        head, body, _ = link.removeprefix(SAVE_URL).split(".")
        header, claims = _part(head), _part(body)
    except (ValueError, binascii.Error):
        message = "What follows is not a JWT of three parts."
        return [*out, Finding("google-link", "link", message, "Sign a JWT and append it whole.")]
    for key, wanted in (("aud", "google"), ("typ", "savetowallet")):
        if claims.get(key) != wanted:
            message = f"The claim {key} is {claims.get(key)!r}, Google expects {wanted!r}."
            out.append(Finding("google-link-claim", key, message, f"Set {key} to {wanted}."))
    if header.get("alg") != "RS256":
        message = f"The JWT is signed with {header.get('alg')!r}."
        out.append(Finding("google-link-claim", "alg", message, "Sign with RS256."))
    return [*out, *_object_findings(claims)]


def _part(text: str) -> dict[str, object]:
    decoded = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    if not isinstance(decoded, dict):
        raise ValueError("not an object")
    return cast("dict[str, object]", decoded)


def _object_findings(claims: Mapping[str, object]) -> list[Finding]:
    payload = claims.get("payload")
    objects = payload.get("loyaltyObjects") if isinstance(payload, dict) else None
    if not isinstance(objects, list) or not objects:
        message = "The payload names no loyalty object."
        remedy = "Put {id, classId} into payload.loyaltyObjects."
        return [Finding("google-link-payload", "payload", message, remedy)]
    out: list[Finding] = []
    for index, one in enumerate(objects):
        issuer, _, suffix = str(one.get("id") if isinstance(one, dict) else "").partition(".")
        if not issuer.isdigit() or not suffix:
            message = "The id is not the issuer's number, a dot and a name."
            path = f"payload.loyaltyObjects[{index}].id"
            out.append(
                Finding("google-object-id", path, message, "Write it as 3388000000022222222.name.")
            )
    return out
