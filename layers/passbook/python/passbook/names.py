"""The names that Apple gives: styles, groups of fields, and the values of choices."""

from __future__ import annotations

from enum import StrEnum

CLASSIC_STYLES = ("boardingPass", "coupon", "eventTicket", "generic", "storeCard")
STYLE_NAMES = (*CLASSIC_STYLES, "posterGeneric")
FIELD_GROUPS = (
    "headerFields",
    "primaryFields",
    "secondaryFields",
    "auxiliaryFields",
    "backFields",
    "additionalInfoFields",
    "footerFields",
)


class BarcodeFormat(StrEnum):
    """Barcode symbologies. The last five need iOS 27: list an older format after them."""

    QR = "PKBarcodeFormatQR"
    PDF417 = "PKBarcodeFormatPDF417"
    AZTEC = "PKBarcodeFormatAztec"
    CODE128 = "PKBarcodeFormatCode128"
    EAN13 = "PKBarcodeFormatEAN13"
    CODE39 = "PKBarcodeFormatCode39"
    CODABAR = "PKBarcodeFormatCodabar"
    ITF = "PKBarcodeFormatITF"
    I2OF5 = "PKBarcodeFormatI2of5"


class TextAlignment(StrEnum):
    """Alignment of a field on the front, primary fields excepted."""

    LEFT = "PKTextAlignmentLeft"
    CENTER = "PKTextAlignmentCenter"
    RIGHT = "PKTextAlignmentRight"
    NATURAL = "PKTextAlignmentNatural"


class DateStyle(StrEnum):
    """How much of a date or of a time Wallet writes out."""

    NONE = "PKDateStyleNone"
    SHORT = "PKDateStyleShort"
    MEDIUM = "PKDateStyleMedium"
    LONG = "PKDateStyleLong"
    FULL = "PKDateStyleFull"


class NumberStyle(StrEnum):
    """How Wallet writes a number in the phone's language."""

    DECIMAL = "PKNumberStyleDecimal"
    PERCENT = "PKNumberStylePercent"
    SCIENTIFIC = "PKNumberStyleScientific"
    SPELL_OUT = "PKNumberStyleSpellOut"


class DataDetector(StrEnum):
    """What Wallet turns into a link on the back of a pass."""

    PHONE_NUMBER = "PKDataDetectorTypePhoneNumber"
    LINK = "PKDataDetectorTypeLink"
    ADDRESS = "PKDataDetectorTypeAddress"
    CALENDAR_EVENT = "PKDataDetectorTypeCalendarEvent"


class TransitType(StrEnum):
    """The vehicle of a boarding pass."""

    AIR = "PKTransitTypeAir"
    BOAT = "PKTransitTypeBoat"
    BUS = "PKTransitTypeBus"
    GENERIC = "PKTransitTypeGeneric"
    TRAIN = "PKTransitTypeTrain"
