"""The typed model of pass.json: Apple's own key names, absent keys left out, `extra` for new ones.

Source of the names: Apple's "Wallet Passes" reference (objects Pass, PassFields,
PassFieldContent, Barcodes, Locations, Beacons, NFC, RelevantDates, FeaturedAction), as of iOS 27.
Every class is immutable; nothing here validates, `passbook.rules` does.
"""

# ruff: noqa: N815  The attributes are Apple's keys, so that one name serves document and code.

from __future__ import annotations

import types
import typing
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any, ClassVar, TypeVar, cast

from passbook.archive import MIME_TYPE
from passbook.names import BarcodeFormat
from passbook.plain import plain

Moment = datetime | str
"""An aware datetime, or the W3C text Apple reads (`2026-11-22T10:00+01:00`)."""
Value = str | int | float | Decimal | datetime

_NO_EXTRA: Mapping[str, object] = types.MappingProxyType({})


def _extra() -> Mapping[str, object]:
    return _NO_EXTRA


@dataclass(frozen=True, slots=True)
class Field:
    """One field. `key` names it for updates; a `changeMessage` with `%@` announces a change."""

    key: str
    value: Value
    label: str | None = None
    changeMessage: str | None = None
    attributedValue: Value | None = None
    textAlignment: str | None = None
    dataDetectorTypes: Sequence[str] | None = None
    dateStyle: str | None = None
    timeStyle: str | None = None
    isRelative: bool | None = None
    ignoresTimeZone: bool | None = None
    numberStyle: str | None = None
    currencyCode: str | None = None
    row: int | None = None
    semantics: Mapping[str, object] | None = None
    extra: Mapping[str, object] = field(default_factory=_extra)


@dataclass(frozen=True, slots=True)
class Barcode:
    """One barcode; the phone shows the first of the list that it knows how to draw."""

    message: str
    format: str = BarcodeFormat.QR
    messageEncoding: str = "iso-8859-1"
    altText: str | None = None
    extra: Mapping[str, object] = field(default_factory=_extra)


@dataclass(frozen=True, slots=True)
class Location:
    """A place where the pass is offered on the lock screen. Degrees, and metres above sea."""

    latitude: float
    longitude: float
    altitude: float | None = None
    relevantText: str | None = None
    extra: Mapping[str, object] = field(default_factory=_extra)


@dataclass(frozen=True, slots=True)
class Beacon:
    """A Bluetooth beacon near which the pass is offered on the lock screen."""

    proximityUUID: str
    major: int | None = None
    minor: int | None = None
    relevantText: str | None = None
    extra: Mapping[str, object] = field(default_factory=_extra)


@dataclass(frozen=True, slots=True)
class RelevantDate:
    """A moment (`date`) or an interval (`startDate`, `endDate`) of relevance, since iOS 18."""

    date: Moment | None = None
    startDate: Moment | None = None
    endDate: Moment | None = None
    extra: Mapping[str, object] = field(default_factory=_extra)


@dataclass(frozen=True, slots=True)
class NFC:
    """What a reader receives by Apple's VAS protocol; needs Apple's NFC entitlement."""

    message: str
    encryptionPublicKey: str
    requiresAuthentication: bool | None = None
    extra: Mapping[str, object] = field(default_factory=_extra)


@dataclass(frozen=True, slots=True)
class FeaturedAction:
    """A button below the pass (iOS 27): a `url`, or a `placeIdentifier` for the type `place`."""

    identifier: str
    type: str
    url: str | None = None
    placeIdentifier: str | None = None
    extra: Mapping[str, object] = field(default_factory=_extra)


@dataclass(frozen=True, slots=True, kw_only=True)
class PassFields:
    """The groups of fields of one style."""

    headerFields: Sequence[Field] = ()
    primaryFields: Sequence[Field] = ()
    secondaryFields: Sequence[Field] = ()
    auxiliaryFields: Sequence[Field] = ()
    backFields: Sequence[Field] = ()
    extra: Mapping[str, object] = field(default_factory=_extra)


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardingPass(PassFields):
    """A ticket for a journey; `transitType` is required."""

    transitType: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Coupon(PassFields):
    """A coupon, an offer, a voucher."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventTicket(PassFields):
    """A ticket for an event; `additionalInfoFields` belong to the poster layout of iOS 18."""

    additionalInfoFields: Sequence[Field] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Generic(PassFields):
    """Whatever is none of the others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreCard(PassFields):
    """A loyalty, points, gift or stored-value card."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PosterGeneric(PassFields):
    """The poster layout of iOS 27, shipped beside a classic style that older phones show."""

    footerFields: Sequence[Field] = ()


STYLES: Mapping[str, type[PassFields]] = types.MappingProxyType(
    {
        "boardingPass": BoardingPass,
        "coupon": Coupon,
        "eventTicket": EventTicket,
        "generic": Generic,
        "storeCard": StoreCard,
        "posterGeneric": PosterGeneric,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pass:
    """A whole pass.json. `passTypeIdentifier` and `teamIdentifier` default to the certificate's."""

    MIME_TYPE: ClassVar[str] = MIME_TYPE

    serialNumber: str
    organizationName: str
    description: str
    formatVersion: int = 1
    passTypeIdentifier: str | None = None
    teamIdentifier: str | None = None

    boardingPass: BoardingPass | None = None
    coupon: Coupon | None = None
    eventTicket: EventTicket | None = None
    generic: Generic | None = None
    storeCard: StoreCard | None = None
    posterGeneric: PosterGeneric | None = None

    logoText: str | None = None
    foregroundColor: str | None = None
    backgroundColor: str | None = None
    labelColor: str | None = None
    footerBackgroundColor: str | None = None
    useAutomaticColors: bool | None = None
    suppressStripShine: bool | None = None
    suppressHeaderDarkening: bool | None = None
    preferredStyleSchemes: Sequence[str] | None = None
    groupingIdentifier: str | None = None

    barcodes: Sequence[Barcode] | None = None
    barcode: Barcode | None = None
    nfc: NFC | None = None
    featuredActions: Sequence[FeaturedAction] | None = None

    locations: Sequence[Location] | None = None
    beacons: Sequence[Beacon] | None = None
    maxDistance: float | None = None
    relevantDates: Sequence[RelevantDate] | None = None
    relevantDate: Moment | None = None

    expirationDate: Moment | None = None
    voided: bool | None = None
    sharingProhibited: bool | None = None

    webServiceURL: str | None = None
    authenticationToken: str | None = None

    associatedStoreIdentifiers: Sequence[int] | None = None
    auxiliaryStoreIdentifiers: Sequence[int] | None = None
    appLaunchURL: str | None = None
    userInfo: Mapping[str, object] | None = None
    semantics: Mapping[str, object] | None = None
    upcomingPassInformation: Sequence[Mapping[str, object]] | None = None
    eventLogoText: str | None = None

    accessibilityURL: str | None = None
    addOnURL: str | None = None
    bagPolicyURL: str | None = None
    changeSeatURL: str | None = None
    contactVenueEmail: str | None = None
    contactVenuePhoneNumber: str | None = None
    contactVenueWebsite: str | None = None
    directionsInformationURL: str | None = None
    entertainmentURL: str | None = None
    managementURL: str | None = None
    merchandiseURL: str | None = None
    orderFoodURL: str | None = None
    parkingInformationURL: str | None = None
    purchaseAdditionalBaggageURL: str | None = None
    purchaseLoungeAccessURL: str | None = None
    purchaseParkingURL: str | None = None
    purchaseWifiURL: str | None = None
    registerServiceAnimalURL: str | None = None
    reportLostBagURL: str | None = None
    requestWheelchairURL: str | None = None
    sellURL: str | None = None
    trackBagsURL: str | None = None
    transferURL: str | None = None
    transitInformationURL: str | None = None
    transitProviderEmail: str | None = None
    transitProviderPhoneNumber: str | None = None
    transitProviderWebsiteURL: str | None = None
    upgradeURL: str | None = None

    extra: Mapping[str, object] = field(default_factory=_extra)

    def to_dict(self) -> dict[str, object]:
        """The document as JSON values, in the order of this class.

        Raises InvalidPassError on a value that JSON cannot hold (a naive datetime, a float that
        is not finite).
        """
        return cast("dict[str, object]", plain(self))

    @classmethod
    def from_dict(cls, document: Mapping[str, object]) -> Pass:
        """The typed form of a parsed pass.json; keys this version does not know go to `extra`.

        Takes what it is given and judges nothing: a value of the wrong type is kept as it is, for
        `passbook.validate` to name.
        """
        return _typed(cls, document)

    def style(self) -> tuple[str, PassFields] | None:
        """The classic style of the pass and its fields, or the poster when it stands alone."""
        for name in STYLES:
            chosen = getattr(self, name)
            if chosen is not None:
                return name, chosen
        return None


_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class _Shape:
    """How a dataclass of this module is read back from JSON."""

    parts: Mapping[str, type[object] | None]
    """Each member, with the dataclass that it holds, alone or in a sequence."""
    required: tuple[str, ...]


@cache
def _shape(cls: Hashable) -> _Shape:
    hints = typing.get_type_hints(cls)
    members = [part for part in fields(cast("Any", cls)) if part.name != "extra"]
    return _Shape(
        {part.name: _dataclass_in(hints[part.name]) for part in members},
        tuple(
            part.name
            for part in members
            if part.default is MISSING and part.default_factory is MISSING
        ),
    )


def _dataclass_in(hint: object) -> type[object] | None:
    if isinstance(hint, type) and hasattr(hint, "__dataclass_fields__"):
        return hint
    for argument in typing.get_args(hint):
        found = _dataclass_in(argument)
        if found is not None:
            return found
    return None


def _typed(cls: type[_T], document: Mapping[str, object]) -> _T:
    shape = _shape(cast("Hashable", cls))
    # A pass read back may lack a required key: it becomes None, which validation then names.
    known: dict[str, object] = dict.fromkeys(shape.required)
    extra: dict[str, object] = {}
    for key, value in document.items():
        if key in shape.parts:
            known[key] = _member(shape.parts[key], value)
        else:
            extra[key] = value
    return cast("Any", cls)(**known, extra=extra)  # type: ignore[no-any-return]


def _member(part: type[object] | None, value: object) -> object:
    if part is None:
        return tuple(value) if isinstance(value, list) else value
    if isinstance(value, Mapping):
        return _typed(part, value)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return tuple(_typed(part, one) if isinstance(one, Mapping) else one for one in value)
    return value
