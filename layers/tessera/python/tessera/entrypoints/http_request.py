"""From the gateway's event to a `Call`: who calls, with which right, saying what.

Each step refuses on its own and in this order: credential, right, address, key, body. A caller
without rights thus learns nothing of what a body should hold.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Any

from tessera.application.requests import KEY_LENGTH_MAX, Caller
from tessera.domain.canonical import Json
from tessera.domain.errors import InvalidInput, NotFound, Unauthenticated
from tessera.entrypoints import requests, validation
from tessera.entrypoints.faults import BodyTooLarge, NotJson
from tessera.entrypoints.json_text import read
from tessera.entrypoints.routes import Auth, Keyed, Route

BODY_BYTES_MAX = 256 * 1024
PARAMETER_BYTES_MAX = 256
"""Of a parameter, in the path or in the query. Keys of the table are made of them, and DynamoDB
takes 2,048 bytes of a partition's and 1,024 of a sort key; the longest text of ours is 64 long."""

Event = Mapping[str, Any]
"""An HTTP API event, payload format 2.0. Its headers' names are lower case."""


def caller_of(route: Route, event: Event, language: str) -> Caller:
    """The caller that the authorizer vouches for; Unauthenticated where it vouches for none.

    The gateway calls nobody without the authorizer's consent. That it did so is checked here
    again, so that a route deployed without an authorizer answers 401 and not the world.
    """
    if route.auth is not Auth.KEY:
        return Caller("", kind="nobody", language=language)
    found = (event["requestContext"].get("authorizer") or {}).get("lambda") or {}
    credential, scopes = found.get("credential"), found.get("scopes")
    kind = found.get("kind")
    if not credential or kind not in {"key", "staff", "till"} or not isinstance(scopes, str):
        raise Unauthenticated("credential_missing")
    stores = json.loads(found.get("stores") or "[]")
    return Caller(
        credential=credential,
        kind=kind,
        scopes=frozenset(scopes.split()),
        stores=None if stores is None else frozenset(stores),
        language=language,
        name=str(found.get("name") or ""),
    )


def path_of(path: Mapping[str, str]) -> Mapping[str, str]:
    """The path's parameters; an address that is longer than any of ours leads nowhere."""
    if any(len(value.encode()) > PARAMETER_BYTES_MAX for value in path.values()):
        raise NotFound("path_unknown")
    return path


def query_of(route: Route, event: Event) -> Mapping[str, str]:
    """The query's parameters; one that the route does not know is refused, not overlooked."""
    found: Mapping[str, str] = event.get("queryStringParameters") or {}
    for name, value in found.items():
        if name not in route.query:
            shown = name[:40].encode("ascii", "backslashreplace").decode()
            raise InvalidInput("parameter_unknown", field=shown, params={"name": shown})
        if not (value.isprintable() and 0 < len(value.encode()) <= PARAMETER_BYTES_MAX):
            raise InvalidInput("parameter_malformed", field=name, params={"name": name})
    for name in route.query_required:
        if name not in found:
            raise InvalidInput("parameter_missing", field=name, params={"name": name})
    return found


def key_of(route: Route, event: Event) -> str | None:
    """The `Idempotency-Key`, which a route keyed by header can't do without."""
    key: str | None = event["headers"].get("idempotency-key")
    if not key:
        if route.keyed is Keyed.HEADER:
            raise InvalidInput("idempotency_key_missing", field="Idempotency-Key")
        return None
    if len(key) > KEY_LENGTH_MAX or not (key.isascii() and key.isprintable()):
        raise InvalidInput("idempotency_key_malformed", field="Idempotency-Key")
    return key


def body_of(route: Route, event: Event) -> Mapping[str, Json]:
    """The body, checked by the route's model; nothing where the route takes no body."""
    if not route.request:
        if (event.get("body") or "").strip() not in {"", "{}"}:
            raise InvalidInput("body_unexpected")
        return {}
    _require_json(event["headers"].get("content-type"))
    text = _text(event)
    if not text.strip():
        raise InvalidInput("body_missing")
    return validation.check(requests.model(route.request), read(text))


def _require_json(content_type: str | None) -> None:
    media_type, _, parameters = (content_type or "").lower().partition(";")
    charset = parameters.replace(" ", "").replace('"', "")
    if media_type.strip() != "application/json" or charset not in {"", "charset=utf-8"}:
        raise NotJson("media_type_unsupported", field="Content-Type")


def _text(event: Event) -> str:
    """The body's text. The gateway sends bytes that it takes for binary in base64."""
    body: str = event.get("body") or ""
    if len(body) > BODY_BYTES_MAX * 4 // 3 + 4:
        raise BodyTooLarge("body_too_large", params={"bytes_max": BODY_BYTES_MAX})
    try:
        octets = base64.b64decode(body) if event.get("isBase64Encoded") else body.encode()
        text = octets.decode()
    except (binascii.Error, UnicodeError):
        raise InvalidInput("body_not_utf8") from None
    if len(octets) > BODY_BYTES_MAX:
        raise BodyTooLarge("body_too_large", params={"bytes_max": BODY_BYTES_MAX})
    return text
