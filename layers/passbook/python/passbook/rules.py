"""The rules of pass.json: which keys, which values, and what goes with what.

Sources: Apple's "Wallet Passes" reference and Human Interface Guidelines; where Apple is silent,
what issuers reported as refused by phones. Each rule has a stable name, given in the findings and
listed in this package's README. Rules that only warn are in `passbook.advice`.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from functools import lru_cache

from passbook.checks import (
    Anything,
    Check,
    Choice,
    Colour,
    Date,
    Fits,
    Flag,
    Items,
    Keys,
    Number,
    Pattern,
    Report,
    Text,
    Url,
    Where,
    add,
    date_problem,
    is_date,
    short,
    url_problem,
)
from passbook.names import (
    CLASSIC_STYLES,
    FIELD_GROUPS,
    BarcodeFormat,
    DataDetector,
    DateStyle,
    NumberStyle,
    TextAlignment,
    TransitType,
)
from passbook.plain import join
from passbook.rules_barcodes import LEGACY_BARCODES, barcode

_TEXT = Text()
_WORDS = Text(length_min=1)
_FLAG = Flag()
_DATE = Date()
_WEB = Url()


class _Scalar:
    """Text or a number: what a field may show."""

    any_text = True

    def check(self, value: object, parent: str, key: str | int, out: Report) -> None:
        if isinstance(value, str):
            if not value.isascii():
                _TEXT.check(value, parent, key, out)
        elif isinstance(value, bool) or not isinstance(value, int | float):
            message = f"{short(value)} is neither text nor a number."
            remedy = "Give text, a number or a date."
            add(out, "value-type", join(parent, key), message, remedy)
        else:
            Number().check(value, parent, key, out)


def _field_value_fits(field: Mapping[str, object], path: str, out: Report) -> None:
    """Date styles want a date in `value`, number styles and currencies want a number."""
    value = field["value"]
    if "dateStyle" in field or "timeStyle" in field:
        problem = date_problem(value)
        if problem is not None:
            remedy = "Give a W3C date, or remove dateStyle and timeStyle."
            add(out, "date-format", join(path, "value"), problem, remedy)
    for style in ("numberStyle", "currencyCode"):
        if style in field and isinstance(value, str):
            message = f"{style} formats numbers, {short(value)} is text."
            remedy = f"Give the number itself, or remove {style}."
            add(out, "field-value-number", join(path, "value"), message, remedy)


def _anything(_: str) -> bool:
    return True


def _field_text_fits(constant: Mapping[str, object], key: str) -> Fits | None:
    """Beside a date style the value must be a date; beside a style of numbers it is none."""
    if key != "value":
        return _anything
    if "numberStyle" in constant or "currencyCode" in constant:
        return None
    return is_date


_STYLE_NAMES = Choice(frozenset(DateStyle))
FIELD = Keys(
    known={
        "key": _WORDS,
        "value": _Scalar(),
        "label": _TEXT,
        "changeMessage": _TEXT,
        "attributedValue": _Scalar(),
        "textAlignment": Choice(frozenset(TextAlignment) | {"PKTextAlignmentJustified"}),
        "dataDetectorTypes": Items(Choice(frozenset(DataDetector))),
        "dateStyle": _STYLE_NAMES,
        "timeStyle": _STYLE_NAMES,
        "isRelative": _FLAG,
        "ignoresTimeZone": _FLAG,
        "numberStyle": Choice(frozenset(NumberStyle)),
        "currencyCode": Pattern(
            re.compile("[A-Z]{3}"), "currency-code", "Use an ISO 4217 code such as EUR."
        ),
        "row": Number(0, 1, whole=True),
        "semantics": Keys({}),
    },
    required=("key", "value"),
    cross=(
        Where(
            frozenset({"dateStyle", "timeStyle", "numberStyle", "currencyCode"}),
            _field_value_fits,
            fits=_field_text_fits,
        ),
    ),
)


def _field_keys_unique(style: Mapping[str, object], path: str, out: Report) -> None:
    groups = [(group, style[group]) for group in FIELD_GROUPS if group in style]
    places = [
        (str(field.get("key")), group, index)
        for group, members in groups
        if isinstance(members, list)
        for index, field in enumerate(members)
        if isinstance(field, dict)
    ]
    if len({key for key, _, _ in places}) == len(places):
        return
    seen: dict[str, str] = {}
    for key, group, index in places:
        place = join(join(path, group), index)
        if key in seen:
            message = f"The field key {short(key)} already names {seen[key]}."
            add(out, "field-key-unique", join(place, "key"), message, "Rename one of them.")
        seen.setdefault(key, place)


def _shared_line(style: Mapping[str, object], path: str, out: Report) -> None:
    """Store cards and coupons have one line for secondary and auxiliary fields together."""
    groups = {group: style.get(group) for group in ("secondaryFields", "auxiliaryFields")}
    counts = {group: len(one) if isinstance(one, list) else 0 for group, one in groups.items()}
    total = sum(counts.values())
    if total > 4:
        message = f"{total} secondary and auxiliary fields, there is room for 4 together."
        remedy = "Move some to backFields."
        add(out, "field-count", join(path, max(counts, key=counts.__getitem__)), message, remedy)


def _fields(count_max: int | None = None) -> Items:
    remedy = "Move some to backFields: Wallet does not show them."
    return Items(FIELD, count_max, "field-count", remedy)


def _style(
    *,
    primary: int = 1,
    auxiliary: int = 4,
    more: Mapping[str, Check] | None = None,
    shared_line: bool = False,
    required: tuple[str, ...] = (),
) -> Keys:
    known: dict[str, Check] = {
        "headerFields": _fields(3),
        "primaryFields": _fields(primary),
        "secondaryFields": _fields(None if shared_line else 4),
        "auxiliaryFields": _fields(None if shared_line else auxiliary),
        "backFields": _fields(),
        **(more or {}),
    }
    cross = (_field_keys_unique, _shared_line) if shared_line else (_field_keys_unique,)
    return Keys(known, required, cross, divisible=True)


STYLE_RULES: Mapping[str, Keys] = {
    "boardingPass": _style(
        primary=2,
        auxiliary=5,
        more={"transitType": Choice(frozenset(TransitType))},
        required=("transitType",),
    ),
    "coupon": _style(shared_line=True),
    "eventTicket": _style(auxiliary=8, more={"additionalInfoFields": _fields()}),
    "generic": _style(),
    "storeCard": _style(shared_line=True),
    "posterGeneric": _style(more={"footerFields": _fields(1)}),
}


class _PublicKey:
    """Base64 of an X.509 public key on P-256, as NFC readers give it (59 or 91 bytes)."""

    _P256 = bytes.fromhex("06082a8648ce3d030107")

    def check(self, value: object, parent: str, key: str | int, out: Report) -> None:
        try:
            der = base64.b64decode(value, validate=True) if isinstance(value, str) else b""
        except (binascii.Error, ValueError):
            der = b""
        if len(der) not in {59, 91} or self._P256 not in der[:32]:
            message = "It is not a public key on the curve P-256 in base64."
            remedy = "Give what `openssl ec -in key.pem -pubout -outform DER | base64 -w0` prints."
            add(out, "nfc-key", join(parent, key), message, remedy)


def _nfc_message(nfc: Mapping[str, object], path: str, out: Report) -> None:
    size = len(str(nfc["message"]).encode())
    if size > 64:
        message = f"{size} bytes, a reader takes 64."
        add(out, "nfc-message", join(path, "message"), message, "Send a shorter identifier.")


def _relevant_interval(entry: Mapping[str, object], path: str, out: Report) -> None:
    if "date" not in entry and not {"startDate", "endDate"} <= entry.keys():
        message = "There is neither a date nor an interval."
        remedy = "Give date, or startDate and endDate together."
        add(out, "relevant-date", path, message, remedy)


_ACTION_TYPES = frozenset(
    {"addToBalance", "bookAppointment", "bookCar", "bookFlight", "bookStay", "call"}
    | {"listenToMusic", "membershipBenefits", "order", "place", "shop", "viewOffersRewards"}
    | {"viewSchedule", "watchTrailer"}
)


def _action_target(action: Mapping[str, object], path: str, out: Report) -> None:
    wanted = "placeIdentifier" if action["type"] == "place" else "url"
    if wanted not in action:
        message = f"An action of type {action['type']} needs {wanted}."
        add(out, "key-required", join(path, wanted), message, f"Add {wanted}.")


_PLACE_TEXT: Mapping[str, Check] = {"relevantText": _TEXT}
_UUID = re.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_MOST_TEN = "Wallet takes ten: keep the nearest or the most used."


_LOOPBACK = re.compile(r"http://([a-z0-9.-]+\.)?(localhost|127\.0\.0\.1)(:\d+)?(/.*)?")


class _ServiceUrl:
    """Where phones ask for updates: https, no `/v1` (iOS adds it), no query.

    A server on the developer's own machine may speak http: a phone takes it once "Allow HTTP
    Services" is on in its developer settings.
    """

    @staticmethod
    def fits(value: str) -> bool:
        """Whether it is such an address."""
        return _service_url_problem(value) is None

    def check(self, value: object, parent: str, key: str | int, out: Report) -> None:
        if not isinstance(value, str):
            Url().check(value, parent, key, out)
            return
        problem = _service_url_problem(value)
        if problem is not None:
            rule, message, remedy = problem
            add(out, rule, join(parent, key), message, remedy)


@lru_cache(maxsize=64)
def _service_url_problem(value: str) -> tuple[str, str, str] | None:
    local = _LOOPBACK.fullmatch(value) is not None
    problem = url_problem(value, frozenset({"http" if local else "https"}))
    if problem is not None:
        return problem
    if "?" in value or "#" in value:
        message = "iOS appends its paths, so a query or fragment ends in the middle."
        return "web-service-url", message, "Remove what follows the path."
    if value.rstrip("/").endswith("/v1"):
        message = "iOS appends /v1 itself and would ask for /v1/v1."
        return "web-service-url", message, "Remove /v1 from the end."
    return None


def _one_style(document: Mapping[str, object], path: str, out: Report) -> None:
    present = [style for style in CLASSIC_STYLES if style in document]
    if len(present) > 1:
        message = f"The styles {', '.join(present)} exclude each other."
        add(out, "style-single", join(path, present[1]), message, "Keep one of them.")
    elif not present and "posterGeneric" not in document:
        message = "The pass has no style."
        remedy = "Add one of " + ", ".join(CLASSIC_STYLES) + "."
        add(out, "style-single", path or "pass.json", message, remedy)


def _service_pair(document: Mapping[str, object], path: str, out: Report) -> None:
    pair = ("webServiceURL", "authenticationToken")
    for have, lack in (pair, pair[::-1]):
        if have in document and lack not in document:
            message = f"{have} is there without {lack}, so the phone never registers."
            add(out, "web-service-pair", join(path, lack), message, "Give both or neither.")


def _app_pair(document: Mapping[str, object], path: str, out: Report) -> None:
    if "appLaunchURL" in document and "associatedStoreIdentifiers" not in document:
        message = "appLaunchURL names no app to launch."
        remedy = "Add associatedStoreIdentifiers, or remove appLaunchURL."
        add(out, "app-pair", join(path, "associatedStoreIdentifiers"), message, remedy)


_STORE_IDS = Items(Number(1, whole=True))
_URL_KEYS = (
    "accessibilityURL",
    "addOnURL",
    "bagPolicyURL",
    "changeSeatURL",
    "contactVenueWebsite",
    "directionsInformationURL",
    "entertainmentURL",
    "managementURL",
    "merchandiseURL",
    "orderFoodURL",
    "parkingInformationURL",
    "purchaseAdditionalBaggageURL",
    "purchaseLoungeAccessURL",
    "purchaseParkingURL",
    "purchaseWifiURL",
    "registerServiceAnimalURL",
    "reportLostBagURL",
    "requestWheelchairURL",
    "sellURL",
    "trackBagsURL",
    "transferURL",
    "transitInformationURL",
    "transitProviderWebsiteURL",
    "upgradeURL",
)

DOCUMENT = Keys(
    known={
        "formatVersion": Number(1, 1, whole=True),
        "passTypeIdentifier": Pattern(
            re.compile(r"pass\.[A-Za-z0-9.\-]+", re.ASCII),
            "pass-type-identifier",
            "Use the identifier of the certificate, which begins with pass. as in pass.com.shop.",
        ),
        "teamIdentifier": Pattern(
            re.compile("[A-Z0-9]{10}", re.ASCII),
            "team-identifier",
            "Use the ten capitals and digits of the Apple developer team (OU of the certificate).",
        ),
        "serialNumber": _WORDS,
        "organizationName": _WORDS,
        "description": _WORDS,
        **STYLE_RULES,
        "logoText": _TEXT,
        "eventLogoText": _TEXT,
        "groupingIdentifier": _WORDS,
        "foregroundColor": Colour(),
        "backgroundColor": Colour(),
        "labelColor": Colour(),
        "footerBackgroundColor": Colour(),
        "useAutomaticColors": _FLAG,
        "suppressStripShine": _FLAG,
        "suppressHeaderDarkening": _FLAG,
        "preferredStyleSchemes": Items(
            Choice(
                frozenset({"posterEventTicket", "eventTicket", "boardingPass"})
                | {"semanticBoardingPass", "posterGeneric", *CLASSIC_STYLES}
            )
        ),
        "barcodes": Items(barcode(frozenset(BarcodeFormat))),
        "barcode": barcode(LEGACY_BARCODES),
        "nfc": Keys(
            {
                "message": _WORDS,
                "encryptionPublicKey": _PublicKey(),
                "requiresAuthentication": _FLAG,
            },
            ("message", "encryptionPublicKey"),
            (_nfc_message,),
        ),
        "featuredActions": Items(
            Keys(
                {
                    "identifier": _WORDS,
                    "type": Choice(_ACTION_TYPES),
                    "url": Url(frozenset()),
                    "placeIdentifier": _WORDS,
                },
                ("identifier", "type"),
                (_action_target,),
            ),
            2,
            remedy="Wallet shows two: keep the most useful.",
        ),
        "locations": Items(
            Keys(
                {
                    "latitude": Number(-90, 90),
                    "longitude": Number(-180, 180),
                    "altitude": Number(),
                    **_PLACE_TEXT,
                },
                ("latitude", "longitude"),
            ),
            10,
            remedy=_MOST_TEN,
        ),
        "beacons": Items(
            Keys(
                {
                    "proximityUUID": Pattern(_UUID, "beacon-uuid", "Write its 36 characters."),
                    "major": Number(0, 65535, whole=True),
                    "minor": Number(0, 65535, whole=True),
                    **_PLACE_TEXT,
                },
                ("proximityUUID",),
            ),
            10,
            remedy=_MOST_TEN,
        ),
        "maxDistance": Number(0),
        "relevantDate": _DATE,
        "relevantDates": Items(
            Keys({"date": _DATE, "startDate": _DATE, "endDate": _DATE}, cross=(_relevant_interval,))
        ),
        "expirationDate": _DATE,
        "voided": _FLAG,
        "sharingProhibited": _FLAG,
        "webServiceURL": _ServiceUrl(),
        "authenticationToken": Pattern(
            re.compile(r"\S{16,}"),
            "token-length",
            "Use at least 16 characters without spaces; 32 random ones are right.",
        ),
        "associatedStoreIdentifiers": _STORE_IDS,
        "auxiliaryStoreIdentifiers": _STORE_IDS,
        "appLaunchURL": Url(frozenset()),
        "userInfo": Anything(),
        "semantics": Keys({}),
        "upcomingPassInformation": Items(
            Keys(
                {"identifier": _WORDS, "name": _WORDS, "type": Choice(frozenset({"event"}))},
                ("identifier", "name", "type"),
            )
        ),
        "contactVenueEmail": _WORDS,
        "contactVenuePhoneNumber": _WORDS,
        "transitProviderEmail": _WORDS,
        "transitProviderPhoneNumber": _WORDS,
        **dict.fromkeys(_URL_KEYS, _WEB),
    },
    required=(
        "formatVersion",
        "passTypeIdentifier",
        "teamIdentifier",
        "serialNumber",
        "organizationName",
        "description",
    ),
    cross=(
        Where(frozenset({*CLASSIC_STYLES, "posterGeneric"}), _one_style, always=True),
        Where(frozenset({"webServiceURL", "authenticationToken"}), _service_pair),
        Where(frozenset({"appLaunchURL", "associatedStoreIdentifiers"}), _app_pair),
    ),
    divisible=True,
)
