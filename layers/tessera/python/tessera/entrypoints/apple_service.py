"""Apple's web service for cards: five calls, answered as Apple documents them.

Source: Apple, "Adding a Web Service to Update Passes". Answers without a body are empty, because
devices read statuses only; what went wrong is said in our log.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from email.utils import formatdate, parsedate_to_datetime

from tessera.application.card_ports import CardServices, ClientKind
from tessera.application.download_card import SignedCard
from tessera.application.fetch_card import fetch_card
from tessera.application.register_device import DeviceRequest, register_device
from tessera.application.store_phone_log import phone_log_lines
from tessera.application.unregister_device import unregister_device
from tessera.application.updated_cards import updated_cards
from tessera.domain.canonical import Json
from tessera.domain.errors import InvalidInput

CARD_MEDIA_TYPE = "application/vnd.apple.pkpass"
PUSH_TOKEN_LENGTH_MAX = 512
_HEXADECIMAL = re.compile(r"[0-9a-fA-F]{16,200}")
_SHOWN = re.compile(r"[\x21-\x7e]+")
_NAME = r"([A-Za-z0-9._~-]{1,128})"
_REGISTRATION = re.compile(rf"/apple/v1/devices/{_NAME}/registrations/{_NAME}/{_NAME}/?")
_UPDATED = re.compile(rf"/apple/v1/devices/{_NAME}/registrations/{_NAME}/?")
_PASS = re.compile(rf"/apple/v1/passes/{_NAME}/{_NAME}/?")
_LOG = re.compile(r"/apple/v1/log/?")


@dataclass(frozen=True, slots=True)
class WalletRequest:
    """A request as the wallet's handlers see it: names of headers in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    query: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class WalletReply:
    """A reply: bytes of some media type, or nothing."""

    status: int
    media_type: str = ""
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    log_lines: Sequence[str] = ()


Operation = Callable[[CardServices, WalletRequest, Sequence[str]], WalletReply]


def single_slashes(path: str) -> str:
    """The path as we know it: a base address that ends in a slash makes phones double it."""
    return re.sub(r"/{2,}", "/", path)


def operation_of(request: WalletRequest) -> tuple[str, Operation, Sequence[str]] | None:
    """The call that a request makes: its name, what serves it, and what the path names."""
    for method, pattern, name, operation in _OPERATIONS:
        found = pattern.fullmatch(request.path)
        if found and request.method == method:
            return name, operation, found.groups()
    return None


def card_reply(card: SignedCard) -> WalletReply:
    """A signed card, with the date that the device will ask with the next time."""
    headers = {
        "Last-Modified": formatdate(card.modified_s, usegmt=True),
        "Content-Disposition": 'attachment; filename="card.pkpass"',
        "Cache-Control": "private, no-cache",
    }
    return WalletReply(200, CARD_MEDIA_TYPE, card.archive, headers)


def _register(services: CardServices, request: WalletRequest, names: Sequence[str]) -> WalletReply:
    who = _device_request(request, names)
    push_token = _push_token(request.body, who.kind)
    created = register_device(services, who, push_token)
    return WalletReply(201 if created else 200)


def _unregister(
    services: CardServices, request: WalletRequest, names: Sequence[str]
) -> WalletReply:
    unregister_device(services, _device_request(request, names))
    return WalletReply(200)


def _updated(services: CardServices, request: WalletRequest, names: Sequence[str]) -> WalletReply:
    device, pass_type = names
    found = updated_cards(services, device, pass_type, request.query.get("passesUpdatedSince"))
    if found is None:
        return WalletReply(204)
    content = {"serialNumbers": list(found.cards), "lastUpdated": found.tag}
    return WalletReply(200, "application/json", json.dumps(content).encode())


def _fetch(services: CardServices, request: WalletRequest, names: Sequence[str]) -> WalletReply:
    pass_type, card = names
    _, token = _credential(request)
    since_s = _seconds(request.headers.get("if-modified-since"))
    found = fetch_card(services, pass_type, card, token, since_s)
    return WalletReply(304) if found is None else card_reply(found)


def _log(_: CardServices, request: WalletRequest, __: Sequence[str]) -> WalletReply:
    return WalletReply(200, log_lines=phone_log_lines(_json(request.body)))


_OPERATIONS: Sequence[tuple[str, re.Pattern[str], str, Operation]] = (
    ("POST", _REGISTRATION, "register_device", _register),
    ("DELETE", _REGISTRATION, "unregister_device", _unregister),
    ("GET", _UPDATED, "updated_cards", _updated),
    ("GET", _PASS, "fetch_card", _fetch),
    ("POST", _LOG, "store_phone_log", _log),
)


def _device_request(request: WalletRequest, names: Sequence[str]) -> DeviceRequest:
    device, pass_type, card = names
    kind, token = _credential(request)
    return DeviceRequest(device, pass_type, card, token, kind)


def _credential(request: WalletRequest) -> tuple[ClientKind, str]:
    """Who speaks, and the card's token that it shows; an empty one where it shows none.

    Readers on Android say so by their scheme (WalletPasses) or by a header (Pass2U): their push
    tokens belong to services of their own.
    """
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "androidpass":
        return ClientKind.OTHER, token.strip()
    if scheme.lower() != "applepass":
        return ClientKind.APPLE, ""
    foreign = "x-pass-client" in request.headers
    return (ClientKind.OTHER if foreign else ClientKind.APPLE), token.strip()


def _push_token(body: bytes, kind: ClientKind) -> str:
    content = _json(body)
    token = content.get("pushToken") if isinstance(content, dict) else None
    form = _HEXADECIMAL if kind is ClientKind.APPLE else _SHOWN
    if (
        not isinstance(token, str)
        or len(token) > PUSH_TOKEN_LENGTH_MAX
        or not form.fullmatch(token)
    ):
        raise InvalidInput("value_malformed", field="/pushToken")
    return token


def _json(body: bytes) -> Json:
    try:
        content: Json = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise InvalidInput("json_malformed") from error
    return content


def _seconds(header: str | None) -> int | None:
    """An HTTP date in seconds since the epoch; None for none, and for one that can't be read."""
    if header is None:
        return None
    try:
        return int(parsedate_to_datetime(header).timestamp())
    except (ValueError, OverflowError):
        return None
