"""Apple's rules for pass.json: what Wallet refuses, and what it takes but shows wrongly.

Source: Apple's "Wallet Passes" reference (Pass, PassFields, PassFieldContent) and the threads in
which its unwritten parts were found out, such as dates with milliseconds.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final
from urllib.parse import urlsplit

from tools.phone.refusal import Blemish, Refused

STYLES: Final = ("boardingPass", "coupon", "eventTicket", "generic", "storeCard")
GROUPS: Final = (
    "headerFields",
    "primaryFields",
    "secondaryFields",
    "auxiliaryFields",
    "backFields",
)
TOKEN_CHARACTERS_MIN: Final = 16
BARCODE_FORMATS: Final = frozenset(
    {
        "PKBarcodeFormatQR",
        "PKBarcodeFormatPDF417",
        "PKBarcodeFormatAztec",
        "PKBarcodeFormatCode128",
    }
)
_REQUIRED: Final = (
    "passTypeIdentifier",
    "serialNumber",
    "teamIdentifier",
    "organizationName",
    "description",
)
_TOP_KEYS: Final = frozenset(
    {
        *_REQUIRED, *STYLES, "posterGeneric", "formatVersion", "accessibilityURL", "appLaunchURL",
        "associatedStoreIdentifiers", "authenticationToken", "backgroundColor", "barcode",
        "barcodes", "beacons", "expirationDate", "featuredActions", "foregroundColor",
        "groupingIdentifier", "labelColor", "locations", "logoText", "maxDistance", "nfc",
        "relevantDate", "relevantDates", "semantics", "sharingProhibited", "stripColor",
        "suppressStripShine", "userInfo", "voided", "webServiceURL",
    }
)  # fmt: skip
_FIELD_KEYS: Final = frozenset(
    {
        "key", "value", "label", "changeMessage", "attributedValue", "dataDetectorTypes",
        "textAlignment", "dateStyle", "timeStyle", "isRelative", "ignoresTimeZone",
        "numberStyle", "currencyCode", "semantics",
    }
)  # fmt: skip
_DATE_STYLES: Final = frozenset(
    f"PKDateStyle{name}" for name in ("None", "Short", "Medium", "Long", "Full")
)
_NUMBER_STYLES: Final = frozenset(
    f"PKNumberStyle{name}" for name in ("Decimal", "Percent", "Scientific", "SpellOut")
)
_ALIGNMENTS: Final = frozenset(
    f"PKTextAlignment{name}" for name in ("Left", "Center", "Right", "Natural")
)
_W3C_DATE: Final = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?(?:Z|[+-]\d\d:\d\d)$")
_COLOUR: Final = re.compile(r"^rgb\(\s*(\d{1,3})\s*,\s*(\d{1,3})\s*,\s*(\d{1,3})\s*\)$")
_CURRENCY: Final = re.compile(r"^[A-Z]{3}$")
_PASS_TYPE: Final = re.compile(r"^pass\.[A-Za-z0-9.-]+$")
_ALIGNMENT_FREE: Final = frozenset({"primaryFields", "backFields"})


def parse_date(text: object, where: str) -> dt.datetime:
    """A W3C date with minutes or seconds and a time zone; anything else is refused."""
    if not isinstance(text, str) or not _W3C_DATE.match(text):
        raise Refused("date-format", f"{where}: {text!r}")
    try:
        return dt.datetime.fromisoformat(text)
    except ValueError as error:
        raise Refused("date-format", f"{where}: {error}") from error


def parse_colour(text: object, where: str) -> tuple[int, int, int]:
    """`rgb(r, g, b)` with each part at most 255."""
    match = _COLOUR.match(text) if isinstance(text, str) else None
    if match is None or any(int(part) > 255 for part in match.groups()):
        raise Refused("colour-format", f"{where}: {text!r}")
    red, green, blue = (int(part) for part in match.groups())
    return red, green, blue


def check_pass(
    document: Mapping[str, Any],
    strings: Mapping[str, Mapping[str, str]],
    *,
    developer_mode: bool,
) -> Iterator[Blemish]:
    """Go through the whole document. Raises Refused, and yields what is merely wrong.

    `strings` are the card's texts by language, since a message may be a key into them.
    """
    _check_identity(document)
    _check_web_service(document, developer_mode=developer_mode)
    for name in ("backgroundColor", "foregroundColor", "labelColor", "stripColor"):
        if name in document:
            parse_colour(document[name], name)
    _check_dates(document)
    yield from _check_barcodes(document)
    yield from _check_places(document)
    for name in sorted(document.keys() - _TOP_KEYS):
        yield Blemish("unknown-key", f"Wallet does not know {name}")
    if "logoText" in document and not isinstance(document["logoText"], str):
        raise Refused("key-type", "logoText must be text")
    for name in ("voided", "sharingProhibited"):
        if not isinstance(document.get(name, False), bool):
            raise Refused("key-type", f"{name} must be true or false")
    yield from _check_style(document, strings)


def _check_identity(document: Mapping[str, Any]) -> None:
    version = document.get("formatVersion")
    if version != 1 or isinstance(version, bool):
        raise Refused("format-version", f"formatVersion is {version!r} and not 1")
    for name in _REQUIRED:
        if not isinstance(document.get(name), str) or not document[name]:
            raise Refused("required-key", f"{name} is missing or empty")
    if not _PASS_TYPE.match(document["passTypeIdentifier"]):
        raise Refused("pass-type", document["passTypeIdentifier"])


def _check_web_service(document: Mapping[str, Any], *, developer_mode: bool) -> None:
    url, token = document.get("webServiceURL"), document.get("authenticationToken")
    if url is None and token is None:
        return
    if url is None or token is None:
        raise Refused("web-service-pair", "webServiceURL and authenticationToken go together")
    if not isinstance(token, str) or len(token) < TOKEN_CHARACTERS_MIN:
        raise Refused("token-too-short", f"authenticationToken needs {TOKEN_CHARACTERS_MIN}")
    target = urlsplit(url) if isinstance(url, str) else None
    if target is None or not target.hostname or target.query or target.fragment:
        raise Refused("web-service-url", f"{url!r}")
    if target.scheme != "https" and not (developer_mode and target.scheme == "http"):
        raise Refused("web-service-not-https", f"{url!r}")


def _check_dates(document: Mapping[str, Any]) -> None:
    for name in ("expirationDate", "relevantDate"):
        if name in document:
            parse_date(document[name], name)
    for index, entry in enumerate(_objects(document, "relevantDates")):
        for name in ("date", "startDate", "endDate"):
            if name in entry:
                parse_date(entry[name], f"relevantDates[{index}].{name}")


def _objects(document: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    items = document.get(name, [])
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise Refused("key-type", f"{name} must be a list of objects")
    return items


def _check_barcodes(document: Mapping[str, Any]) -> Iterator[Blemish]:
    codes = _objects(document, "barcodes")
    if "barcode" in document:
        if not isinstance(document["barcode"], dict):
            raise Refused("key-type", "barcode must be an object")
        codes = [*codes, document["barcode"]]
    for code in codes:
        if code.get("format") not in BARCODE_FORMATS:
            raise Refused("barcode-format", f"{code.get('format')!r}")
        message, encoding = code.get("message"), code.get("messageEncoding")
        if not isinstance(message, str) or not message:
            raise Refused("barcode-message", "a barcode needs a message")
        if not isinstance(encoding, str):
            raise Refused("barcode-encoding", "a barcode needs a messageEncoding")
        try:
            message.encode(encoding)
        except (LookupError, UnicodeEncodeError) as error:
            raise Refused("barcode-encoding", str(error)) from error
        if encoding.lower() != "iso-8859-1":
            yield Blemish("barcode-encoding", f"many scanners do not read {encoding}")
        if not code.get("altText"):
            yield Blemish("barcode-alt-text", "without altText nobody can type the code")
    if not codes:
        yield Blemish("barcode-missing", "the card cannot be scanned")


def _check_places(document: Mapping[str, Any]) -> Iterator[Blemish]:
    for name in ("locations", "beacons"):
        items = _objects(document, name)
        if len(items) > 10:
            yield Blemish("too-many-places", f"{name} holds {len(items)}, ten are used")
    for place in _objects(document, "locations"):
        for name, bound in (("latitude", 90), ("longitude", 180)):
            degrees = place.get(name)
            if not isinstance(degrees, int | Decimal) or not -bound <= degrees <= bound:
                raise Refused("location", f"{name} is {degrees!r}")


def _check_style(
    document: Mapping[str, Any], strings: Mapping[str, Mapping[str, str]]
) -> Iterator[Blemish]:
    styles = [name for name in STYLES if name in document]
    if len(styles) != 1:
        raise Refused("style", f"a card has one style, this one has {len(styles)}")
    content = document[styles[0]]
    if not isinstance(content, dict):
        raise Refused("style", f"{styles[0]} must be an object")
    for name in sorted(content.keys() - set(GROUPS) - {"transitType", "additionalInfoFields"}):
        yield Blemish("unknown-key", f"Wallet does not know {styles[0]}.{name}")
    seen: set[str] = set()
    for group in GROUPS:
        for field in _objects(content, group):
            yield from _check_field(field, group)
            yield from _check_change_message(field, strings)
            if field["key"] in seen:
                raise Refused("field-key-twice", field["key"])
            seen.add(field["key"])
    if styles[0] == "storeCard":
        yield from _check_counts(content)


def _check_counts(content: Mapping[str, Any]) -> Iterator[Blemish]:
    header, primary, secondary, auxiliary = (len(_objects(content, group)) for group in GROUPS[:4])
    if header > 3:
        yield Blemish("too-many-fields", f"{header} header fields, three are shown")
    if primary > 1:
        yield Blemish("too-many-fields", f"{primary} primary fields, one is shown")
    # On a store card both groups share one row.
    if secondary + auxiliary > 4:
        yield Blemish("too-many-fields", f"{secondary + auxiliary} fields in a row that shows four")


def _check_field(field: Mapping[str, Any], group: str) -> Iterator[Blemish]:
    key = field.get("key")
    if not isinstance(key, str) or not key:
        raise Refused("field-key", f"a field of {group} has no key")
    value = field.get("value")
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise Refused("field-value", f"{key}: {value!r}")
    for name in ("label", "changeMessage"):
        if not isinstance(field.get(name, ""), str):
            raise Refused("field-text", f"{key}.{name} must be text")
    _check_field_style(field, key, value)
    for name in sorted(field.keys() - _FIELD_KEYS):
        yield Blemish("unknown-key", f"Wallet does not know {key}.{name}")
    alignment = field.get("textAlignment")
    if alignment is not None and (group in _ALIGNMENT_FREE or alignment not in _ALIGNMENTS):
        yield Blemish("text-alignment", f"{key} in {group}: {alignment!r}")


def _check_change_message(
    field: Mapping[str, Any], strings: Mapping[str, Mapping[str, str]]
) -> Iterator[Blemish]:
    message = field.get("changeMessage")
    if message is None:
        return
    for language, texts in (strings or {"": {}}).items():
        if "%@" not in texts.get(message, message):
            yield Blemish(
                "change-message",
                f"{field['key']} {language}: without %@ the banner does not tell the value",
            )


def _check_field_style(field: Mapping[str, Any], key: str, value: str | int | Decimal) -> None:
    styles = [field[name] for name in ("dateStyle", "timeStyle") if name in field]
    if any(style not in _DATE_STYLES for style in styles):
        raise Refused("field-style", f"{key}: {styles}")
    if styles:
        parse_date(value, key)
    if "currencyCode" in field:
        if not _CURRENCY.match(str(field["currencyCode"])):
            raise Refused("field-style", f"{key}: currencyCode {field['currencyCode']!r}")
        if isinstance(value, str):
            raise Refused("field-style", f"{key}: a currency needs a number")
    if "numberStyle" in field:
        if field["numberStyle"] not in _NUMBER_STYLES:
            raise Refused("field-style", f"{key}: numberStyle {field['numberStyle']!r}")
        if isinstance(value, str):
            raise Refused("field-style", f"{key}: a number style needs a number")
