"""The names of the `passbook` package of 2012 to 2016, so that programs written for it run.

The same classes, constructors, attributes and methods as PyPI `passbook` 1.0.2 and its Python 3
fork `py-pkpass`, with none of their code: signing is this package's. New programs are better
served by `passbook.Template`, which prepares once what these objects make anew for each pass.

What differs, on purpose:

- empty members are left out (`changeMessage: ""`, `relevantText: ""`, `distance: null`), and so
  is the default alignment of primary and back fields, where Wallet allows none;
- `create` refuses, with findings, a pass that phones would refuse without a word (no icon, a
  certificate of another team, a date Wallet cannot read, a short token);
- a coordinate that is no number is refused; it used to become 0.0, in the Gulf of Guinea;
- `barcodes`, which was ignored, is honoured; Decimal amounts stay numbers;
- certificate, key and WWDR certificate may be paths or bytes, and are parsed once.
"""

# ruff: noqa: N802, N803  These are the names that existing programs use.

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from os import PathLike
from pathlib import Path
from typing import IO, Any, Protocol, cast

from passbook.archive import Spliced
from passbook.errors import Finding, InvalidPassError
from passbook.plain import plain, refuse
from passbook.signer import Signer
from passbook.template import identity_findings, validate

Source = str | PathLike[str] | bytes
"""A file, or what is in it."""

# Wallet shows fewer fields than are given and refuses nothing: old passes have always had this.
_TOLERATED = frozenset({"field-count"})


class Alignment:
    LEFT = "PKTextAlignmentLeft"
    CENTER = "PKTextAlignmentCenter"
    RIGHT = "PKTextAlignmentRight"
    JUSTIFIED = "PKTextAlignmentJustified"
    NATURAL = "PKTextAlignmentNatural"


class BarcodeFormat:
    PDF417 = "PKBarcodeFormatPDF417"
    QR = "PKBarcodeFormatQR"
    AZTEC = "PKBarcodeFormatAztec"
    CODE128 = "PKBarcodeFormatCode128"


class TransitType:
    AIR = "PKTransitTypeAir"
    TRAIN = "PKTransitTypeTrain"
    BUS = "PKTransitTypeBus"
    BOAT = "PKTransitTypeBoat"
    GENERIC = "PKTransitTypeGeneric"


class DateStyle:
    NONE = "PKDateStyleNone"
    SHORT = "PKDateStyleShort"
    MEDIUM = "PKDateStyleMedium"
    LONG = "PKDateStyleLong"
    FULL = "PKDateStyleFull"


class NumberStyle:
    DECIMAL = "PKNumberStyleDecimal"
    PERCENT = "PKNumberStylePercent"
    SCIENTIFIC = "PKNumberStyleScientific"
    SPELLOUT = "PKNumberStyleSpellOut"


class _Part:
    """Something whose attributes are its JSON, empty ones left out."""

    def json_dict(self) -> dict[str, Any]:
        return {
            name: value for name, value in vars(self).items() if value is not None and value != ""
        }


class Field(_Part):
    """A field of text; `label` and `value` may be empty and are kept."""

    def __init__(self, key: str, value: object, label: str = "") -> None:
        self.key = key
        self.value = value
        self.label = label
        self.changeMessage = ""
        self.textAlignment = Alignment.LEFT

    def json_dict(self) -> dict[str, Any]:
        return {**super().json_dict(), "value": self.value, "label": self.label}


class DateField(Field):
    def __init__(
        self,
        key: str,
        value: object,
        label: str = "",
        dateStyle: str = DateStyle.SHORT,
        timeStyle: str = DateStyle.SHORT,
        ignoresTimeZone: bool = False,
    ) -> None:
        super().__init__(key, value, label)
        self.dateStyle = dateStyle
        self.timeStyle = timeStyle
        self.isRelative = False
        if ignoresTimeZone:
            self.ignoresTimeZone = ignoresTimeZone


class NumberField(Field):
    def __init__(self, key: str, value: object, label: str = "") -> None:
        super().__init__(key, value, label)
        self.numberStyle = NumberStyle.DECIMAL


class CurrencyField(Field):
    """An amount of money. As in py-pkpass it has no number style, which would hide the currency."""

    def __init__(self, key: str, value: object, label: str = "", currencyCode: str = "") -> None:
        super().__init__(key, value, label)
        self.currencyCode = currencyCode


class Barcode(_Part):
    def __init__(
        self,
        message: str,
        format: str = BarcodeFormat.PDF417,  # noqa: A002 - its name in existing programs
        altText: str = "",
        messageEncoding: str = "iso-8859-1",
    ) -> None:
        self.format = format
        self.message = message
        self.messageEncoding = messageEncoding
        self.altText = altText


class Location(_Part):
    def __init__(
        self,
        latitude: float | str,
        longitude: float | str,
        altitude: float | str = 0.0,
    ) -> None:
        self.latitude = _coordinate(latitude, "latitude")
        self.longitude = _coordinate(longitude, "longitude")
        self.altitude = _coordinate(altitude, "altitude")
        self.distance: float | None = None
        self.relevantText = ""


def _coordinate(value: object, name: str) -> float:
    try:
        return float(cast("str", value))
    except (TypeError, ValueError):
        message = f"{value!r} is not a number."
        raise refuse("value-type", name, message, "Give degrees or metres.") from None


class IBeacon(_Part):
    def __init__(self, proximityuuid: str, major: int, minor: int) -> None:
        self.proximityUUID = proximityuuid
        self.major = major
        self.minor = minor
        self.relevantText = ""


class PassInformation:
    """The fields of a style. Lists hold `Field` objects; use them or the `add` methods."""

    jsonname = ""

    def __init__(self) -> None:
        self.headerFields: list[Field] = []
        self.primaryFields: list[Field] = []
        self.secondaryFields: list[Field] = []
        self.backFields: list[Field] = []
        self.auxiliaryFields: list[Field] = []

    def addHeaderField(self, key: str, value: object, label: str) -> None:
        self.headerFields.append(Field(key, value, label))

    def addPrimaryField(self, key: str, value: object, label: str) -> None:
        self.primaryFields.append(Field(key, value, label))

    def addSecondaryField(self, key: str, value: object, label: str) -> None:
        self.secondaryFields.append(Field(key, value, label))

    def addBackField(self, key: str, value: object, label: str) -> None:
        self.backFields.append(Field(key, value, label))

    def addAuxiliaryField(self, key: str, value: object, label: str) -> None:
        self.auxiliaryFields.append(Field(key, value, label))

    def json_dict(self) -> dict[str, Any]:
        groups = ("header", "primary", "secondary", "back", "auxiliary")
        document: dict[str, Any] = {}
        for group in groups:
            fields = cast("list[Field]", getattr(self, f"{group}Fields"))
            if fields:
                document[f"{group}Fields"] = [_field_json(field, group) for field in fields]
        return document


def _field_json(field: Field, group: str) -> dict[str, Any]:
    document = field.json_dict()
    default = document.get("textAlignment") == Alignment.LEFT
    if group in {"primary", "back"} and default:
        del document["textAlignment"]
    return document


class BoardingPass(PassInformation):
    jsonname = "boardingPass"

    def __init__(self, transitType: str = TransitType.AIR) -> None:
        super().__init__()
        self.transitType = transitType

    def json_dict(self) -> dict[str, Any]:
        return {**super().json_dict(), "transitType": self.transitType}


class Coupon(PassInformation):
    jsonname = "coupon"


class EventTicket(PassInformation):
    jsonname = "eventTicket"


class Generic(PassInformation):
    jsonname = "generic"


class StoreCard(PassInformation):
    jsonname = "storeCard"


class _Readable(Protocol):
    def read(self) -> bytes: ...


_LEGACY = (BarcodeFormat.PDF417, BarcodeFormat.QR, BarcodeFormat.AZTEC)


class Pass:
    """A pass to be filled in attribute by attribute and signed by `create`."""

    def __init__(
        self,
        passInformation: PassInformation,
        json: str = "",
        passTypeIdentifier: str = "",
        organizationName: str = "",
        teamIdentifier: str = "",
    ) -> None:
        del json  # It has never had an effect.
        self._files: dict[str, bytes] = {}
        self.passInformation = passInformation
        self.teamIdentifier = teamIdentifier
        self.passTypeIdentifier = passTypeIdentifier
        self.organizationName = organizationName
        self.serialNumber = ""
        self.description = ""
        self.formatVersion = 1
        self.backgroundColor: str | None = None
        self.foregroundColor: str | None = None
        self.labelColor: str | None = None
        self.logoText: str | None = None
        self.barcode: Barcode | None = None
        self.barcodes: Sequence[Barcode] | None = None
        self.suppressStripShine = False
        self.webServiceURL: str | None = None
        self.authenticationToken: str | None = None
        self.locations: Sequence[Location | Mapping[str, Any]] | None = None
        self.ibeacons: Sequence[IBeacon | Mapping[str, Any]] | None = None
        self.relevantDate: object = None
        self.associatedStoreIdentifiers: Sequence[int] | None = None
        self.appLaunchURL: str | None = None
        self.userInfo: object = None
        self.expirationDate: object = None
        self.voided: bool | None = None
        self.nfc_message: str | None = None
        self.encryption_public_key: str | None = None
        self.requiresAuthentication: bool | None = None
        self.sharingProhibited: bool | None = None

    def addFile(self, name: str, fd: _Readable) -> None:
        """Adds a file under its name in the pass: `icon.png`, `fr.lproj/pass.strings`."""
        self._files[name] = fd.read()

    def json_dict(self) -> dict[str, Any]:
        """pass.json as far as it has been filled in, not validated."""
        document: dict[str, Any] = {
            "description": self.description,
            "formatVersion": self.formatVersion,
            "organizationName": self.organizationName,
            "passTypeIdentifier": self.passTypeIdentifier,
            "serialNumber": self.serialNumber,
            "teamIdentifier": self.teamIdentifier,
            "suppressStripShine": self.suppressStripShine,
            self.passInformation.jsonname: self.passInformation.json_dict(),
        }
        document |= self._barcodes()
        if self.nfc_message:
            nfc = {
                "message": self.nfc_message,
                "encryptionPublicKey": self.encryption_public_key or None,
                "requiresAuthentication": self.requiresAuthentication,
            }
            document["nfc"] = {key: value for key, value in nfc.items() if value is not None}
        optional = (
            "relevantDate backgroundColor foregroundColor labelColor logoText locations userInfo"
            " associatedStoreIdentifiers appLaunchURL expirationDate"
        )
        for name in optional.split():
            value = getattr(self, name)
            if value:
                document[name] = _parts(value) if name == "locations" else value
        if self.ibeacons:
            document["beacons"] = _parts(self.ibeacons)
        for name in ("voided", "sharingProhibited"):
            if getattr(self, name):
                document[name] = True
        if self.webServiceURL:
            document["webServiceURL"] = self.webServiceURL
            document["authenticationToken"] = self.authenticationToken
        return document

    def _barcodes(self) -> dict[str, Any]:
        """`barcodes`, and for iOS 8 `barcode`, which knows three formats only."""
        every = list(self.barcodes or ([self.barcode] if self.barcode is not None else ()))
        if not every:
            return {}
        first = self.barcode or every[0]
        if first.format not in _LEGACY:
            first = Barcode(first.message, BarcodeFormat.PDF417, first.altText)
        return {"barcodes": _parts(every), "barcode": first.json_dict()}

    def create(
        self,
        certificate: Source,
        key: Source,
        wwdr_certificate: Source,
        password: str | bytes | None = None,
        zip_file: str | PathLike[str] | IO[bytes] | None = None,
    ) -> str | PathLike[str] | IO[bytes]:
        """Signs the pass into `zip_file`, by default a new BytesIO, and gives it back.

        Raises InvalidPassError when phones would refuse the pass, InvalidCertificateError when
        the key material does not fit together.
        """
        signer = _signer(
            _bytes_of(certificate), _bytes_of(key), _bytes_of(wwdr_certificate), _secret(password)
        )
        document = cast("dict[str, object]", plain(self.json_dict()))
        self._refuse_what_phones_refuse(document, signer)
        pass_json = json.dumps(document)
        manifest = self._createManifest(pass_json)
        members = {
            **self._files,
            "pass.json": pass_json.encode(),
            "manifest.json": manifest.encode(),
            "signature": signer.sign(manifest.encode()),
        }
        archive = Spliced().with_members(members.items())
        target = io.BytesIO() if zip_file is None else zip_file
        if isinstance(target, str | PathLike):
            Path(target).write_bytes(archive)
        else:
            target.write(archive)
        return target

    def _refuse_what_phones_refuse(self, document: dict[str, object], signer: Signer) -> None:
        found: list[Finding] = validate(document, self._files)
        found += identity_findings(document, signer)
        errors = [one for one in found if one.severity == "error" and one.rule not in _TOLERATED]
        if errors:
            raise InvalidPassError(errors)

    def _createPassJson(self) -> str:
        return json.dumps(plain(self.json_dict()))

    def _createManifest(self, pass_json: str) -> str:
        files = {**self._files, "pass.json": pass_json.encode()}
        return json.dumps(
            {
                name: hashlib.sha1(data, usedforsecurity=False).hexdigest()
                for name, data in files.items()
            }
        )


def _parts(values: Sequence[Any]) -> list[Any]:
    return [value.json_dict() if isinstance(value, _Part) else value for value in values]


def _secret(password: str | bytes | None) -> bytes | None:
    if not password:
        return None
    return password.encode() if isinstance(password, str) else password


def _bytes_of(source: Source) -> bytes:
    return source if isinstance(source, bytes) else Path(source).read_bytes()


@lru_cache(maxsize=8)
def _signer(certificate: bytes, key: bytes, wwdr: bytes, password: bytes | None) -> Signer:
    # The password of a key that has none was always ignored, and programs pass one by habit.
    encrypted = b"ENCRYPTED" in key or not key.lstrip().startswith(b"-----")
    return Signer.from_pem(certificate, key, wwdr, password=password if encrypted else None)
