"""What the discovery document only says in prose: required fields, formats, counts, lengths.

Sources: descriptions of LoyaltyClass and LoyaltyObject in the discovery document. A length that
Google recommends is a warning, since Google accepts more and cuts it on small screens; a test
may turn such warnings into refusals.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from tools.google_standin.discovery import Problem, check

_ID: Final = re.compile(r"^(\d+)\.([A-Za-z0-9._-]+)$")
_COLOUR: Final = re.compile(r"^#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})$")
_DATE_TIME: Final = re.compile(
    r"^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d)?$"
)
_BALANCE_KINDS: Final = ("string", "int", "double", "money")

CLASS_REQUIRED: Final = ("id", "issuerName", "programName", "programLogo", "reviewStatus")
OBJECT_REQUIRED: Final = ("id", "classId", "state")

_CLASS_LENGTHS: Final = {
    "issuerName": 20,
    "programName": 20,
    "rewardsTier": 7,
    "rewardsTierLabel": 9,
    "accountNameLabel": 15,
    "accountIdLabel": 15,
}
_OBJECT_LENGTHS: Final = {"accountId": 20, "accountName": 20}
_COUNTS: Final = {"messages": 10, "merchantLocations": 10, "valueAddedModuleData": 15}
_SHOWN_COUNTS: Final = {"textModulesData": 10, "imageModulesData": 1}
# Set by Google; a caller that sends them believes in something that does not happen.
_READ_ONLY: Final = frozenset({"hasUsers", "hasLinkedDevice", "classReference", "review"})


def issuer_of(identifier: object) -> str | None:
    """The issuer in an id `issuer.suffix`, or None when the id is not of that form."""
    match = _ID.match(identifier) if isinstance(identifier, str) else None
    return match.group(1) if match else None


def check_class(resource: Mapping[str, Any]) -> Iterator[Problem]:
    """Every problem of a whole loyalty class."""
    yield from check("LoyaltyClass", resource, "resource")
    yield from _check_required(resource, CLASS_REQUIRED)
    yield from _check_lengths(resource, _CLASS_LENGTHS, "resource")
    yield from _check_common(resource)
    colour = resource.get("hexBackgroundColor")
    if isinstance(colour, str) and not _COLOUR.match(colour):
        yield Problem("resource.hexBackgroundColor", f"Invalid hex colour: {colour}")
    options = resource.get("callbackOptions")
    if isinstance(options, dict) and isinstance(options.get("url"), str):
        yield from _check_callback(options["url"])


def check_object(resource: Mapping[str, Any]) -> Iterator[Problem]:
    """Every problem of a whole loyalty object; whether its class exists is the caller's to ask."""
    yield from check("LoyaltyObject", resource, "resource")
    yield from _check_required(resource, OBJECT_REQUIRED)
    yield from _check_lengths(resource, _OBJECT_LENGTHS, "resource")
    yield from _check_common(resource)
    if "classId" in resource and issuer_of(resource["classId"]) is None:
        yield Problem("resource.classId", f"Invalid resource ID: {resource['classId']}")
    for name in ("loyaltyPoints", "secondaryLoyaltyPoints"):
        points = resource.get(name)
        if isinstance(points, dict):
            yield from _check_points(points, f"resource.{name}")
    barcode = resource.get("barcode")
    if isinstance(barcode, dict):
        for name in ("type", "value"):
            if not barcode.get(name):
                yield Problem(f"resource.barcode.{name}", f"barcode.{name} is required")
    rotating = resource.get("rotatingBarcode")
    if isinstance(rotating, dict):
        yield from _check_rotating(rotating)


def check_message(message: object) -> Iterator[Problem]:
    """Every problem of a message to add."""
    if not isinstance(message, dict):
        yield Problem("message", "message is required")
        return
    yield from check("Message", message, "message")
    if not any(message.get(name) for name in ("body", "localizedBody")):
        yield Problem("message.body", "message.body is required")
    yield from _check_dates(message, "message")


def _check_required(resource: Mapping[str, Any], names: tuple[str, ...]) -> Iterator[Problem]:
    for name in names:
        if resource.get(name) in (None, "", {}):
            yield Problem(f"resource.{name}", f"resource.{name} is required")
    if "id" in resource and issuer_of(resource["id"]) is None:
        yield Problem("resource.id", f"Invalid resource ID: {resource['id']}")


def _check_lengths(
    resource: Mapping[str, Any], limits: Mapping[str, int], path: str
) -> Iterator[Problem]:
    for name, limit in limits.items():
        text = resource.get(name)
        if isinstance(text, str) and len(text) > limit:
            yield Problem(
                f"{path}.{name}",
                f"{path}.{name} has {len(text)} characters, more than the {limit} shown",
                severity="length",
            )


def _check_common(resource: Mapping[str, Any]) -> Iterator[Problem]:
    for name in sorted(_READ_ONLY & resource.keys()):
        yield Problem(f"resource.{name}", f"resource.{name} is set by Google", severity="note")
    for name, limit in _COUNTS.items():
        items = resource.get(name)
        if isinstance(items, list) and len(items) > limit:
            yield Problem(f"resource.{name}", f"resource.{name} holds more than {limit} items")
    for name, limit in _SHOWN_COUNTS.items():
        items = resource.get(name)
        if isinstance(items, list) and len(items) > limit:
            yield Problem(
                f"resource.{name}", f"only {limit} of resource.{name} are shown", severity="note"
            )
    yield from _check_nested(resource, "resource")
    yield from _check_dates(resource, "resource")


def _check_nested(value: object, path: str) -> Iterator[Problem]:
    """Images, links, places and value-added modules, wherever they lie."""
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _check_nested(item, f"{path}[{index}]")
    if not isinstance(value, dict):
        return
    last = path.rpartition(".")[2]
    if last in {"programLogo", "wideProgramLogo", "heroImage", "mainImage", "image"}:
        yield from _check_image(value, path)
    if isinstance(value.get("uri"), str) and not urlsplit(value["uri"]).scheme:
        yield Problem(f"{path}.uri", f"'{path}.uri' must have a scheme")
    if last.startswith("merchantLocations["):
        yield from _check_place(value, path)
    if last.startswith("valueAddedModuleData["):
        for name in ("header", "uri"):
            if not value.get(name):
                yield Problem(f"{path}.{name}", f"{path}.{name} is required")
    for name, inner in value.items():
        yield from _check_nested(inner, f"{path}.{name}")


def _check_place(place: Mapping[str, Any], path: str) -> Iterator[Problem]:
    for name, bound in (("latitude", 90), ("longitude", 180)):
        degrees = place.get(name)
        if not isinstance(degrees, int | float) or abs(degrees) > bound:
            yield Problem(f"{path}.{name}", f"{path}.{name} must lie within {bound} degrees")


def _check_image(image: Mapping[str, Any], path: str) -> Iterator[Problem]:
    if ("sourceUri" in image) == ("privateImageId" in image):
        yield Problem(path, f"'{path}' needs exactly one of sourceUri and privateImageId")
        return
    source = image.get("sourceUri")
    uri = source.get("uri") if isinstance(source, dict) else None
    if "sourceUri" in image and (
        not isinstance(uri, str) or urlsplit(uri).scheme not in {"http", "https"}
    ):
        yield Problem(f"{path}.sourceUri", f"'{path}.sourceUri.uri' must be a web address")


def _check_points(points: Mapping[str, Any], path: str) -> Iterator[Problem]:
    yield from _check_lengths(points, {"label": 9}, path)
    balance = points.get("balance")
    if not isinstance(balance, dict):
        yield Problem(f"{path}.balance", f"{path}.balance is required")
        return
    if sum(balance.get(kind) is not None for kind in _BALANCE_KINDS) != 1:
        yield Problem(
            f"{path}.balance", f"{path}.balance needs exactly one of string, int, double, money"
        )
    yield from _check_lengths(balance, {"string": 7}, f"{path}.balance")
    money = balance.get("money")
    if isinstance(money, dict) and not (money.get("micros") and money.get("currencyCode")):
        yield Problem(f"{path}.balance.money", "money needs micros and currencyCode")


def _check_rotating(rotating: Mapping[str, Any]) -> Iterator[Problem]:
    path = "resource.rotatingBarcode"
    for name in ("type", "valuePattern", "totpDetails"):
        if not rotating.get(name):
            yield Problem(f"{path}.{name}", f"{path}.{name} is required")
    details = rotating.get("totpDetails")
    if isinstance(details, dict):
        for name in ("algorithm", "periodMillis", "parameters"):
            if not details.get(name):
                yield Problem(f"{path}.totpDetails.{name}", f"totpDetails.{name} is required")


def _check_dates(value: object, path: str) -> Iterator[Problem]:
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _check_dates(item, f"{path}[{index}]")
    elif isinstance(value, dict):
        for name, inner in value.items():
            if name == "date" and isinstance(inner, str) and not _DATE_TIME.match(inner):
                yield Problem(f"{path}.date", f"Invalid date at '{path}.date': {inner}")
            yield from _check_dates(inner, f"{path}.{name}")


def _check_callback(url: str) -> Iterator[Problem]:
    target = urlsplit(url)
    if target.scheme == "https":
        return
    # Google refuses http. A laptop has no public name, so loopback passes, and is remarked on.
    host = target.hostname or ""
    local = host in {"127.0.0.1", "localhost"} or host.endswith(".localhost")
    yield Problem(
        "resource.callbackOptions.url",
        "callbackOptions.url must be https",
        severity="note" if target.scheme == "http" and local else "error",
    )
