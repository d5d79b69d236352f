"""The rules of barcodes: formats, encodings, and messages that a symbology can draw."""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping
from functools import lru_cache

from passbook.checks import Choice, Fits, Keys, Report, Text, Where, add, short
from passbook.names import BarcodeFormat
from passbook.plain import join

LEGACY_BARCODES = frozenset({BarcodeFormat.QR, BarcodeFormat.PDF417, BarcodeFormat.AZTEC})
CLASSIC_BARCODES = LEGACY_BARCODES | {BarcodeFormat.CODE128}


@lru_cache(maxsize=64)
def _codec(encoding: str) -> codecs.CodecInfo | None:
    try:
        return codecs.lookup(encoding)
    except LookupError:
        return None


def _ean13_problem(message: str) -> str | None:
    if not (message.isascii() and message.isdigit() and len(message) == 13):
        return f"{short(message)} is not 13 digits."
    total = sum(int(digit) * (3 if index % 2 else 1) for index, digit in enumerate(message))
    return None if total % 10 == 0 else f"The check digit of {message} is wrong."


_NARROW = {
    BarcodeFormat.CODE128: re.compile(r"[\x00-\x7f]+", re.ASCII),
    BarcodeFormat.CODE39: re.compile(r"[0-9A-Z \-.$/+%]+", re.ASCII),
    BarcodeFormat.CODABAR: re.compile(r"[A-D]?[0-9\-$:/.+]+[A-D]?", re.ASCII),
    BarcodeFormat.ITF: re.compile(r"(?:\d\d)+", re.ASCII),
    BarcodeFormat.I2OF5: re.compile(r"(?:\d\d)+", re.ASCII),
}
_NARROW_BY_NAME: Mapping[str, re.Pattern[str]] = {
    name.value: shape for name, shape in _NARROW.items()
}


def _barcode_message(barcode: Mapping[str, object], path: str, out: Report) -> None:
    message, encoding = str(barcode["message"]), str(barcode["messageEncoding"])
    form = str(barcode["format"])
    codec = _codec(encoding)
    if codec is None:
        problem = f"{short(encoding)} is not a text encoding."
        remedy = "Use iso-8859-1, or utf-8 if the scanners read it."
        add(out, "barcode-encoding", join(path, "messageEncoding"), problem, remedy)
        return
    if not message.isascii():
        try:
            codec.encode(message)
        except UnicodeError:
            problem = f"{short(message)} cannot be written in {encoding}."
            remedy = "Use characters of that encoding, or utf-8 if the scanners read it."
            add(out, "barcode-encoding", join(path, "message"), problem, remedy)
    shape = _NARROW_BY_NAME.get(form)
    unfit: str | None = None
    if shape is not None and shape.fullmatch(message) is None:
        unfit = f"{short(message)} has characters that {form} cannot draw."
    elif form == BarcodeFormat.EAN13.value:
        unfit = _ean13_problem(message)
    if unfit is not None:
        remedy = "Use a QR code, or a message of that symbology."
        add(out, "barcode-message", join(path, "message"), unfit, remedy)


def _message_fits(constant: Mapping[str, object], key: str) -> Fits | None:
    """ASCII is right in every encoding that has it, for symbologies that draw any text.

    What is said below the barcode is none of the rule's business, but a text that is not ASCII is
    rare there, and looking at the whole costs little.
    """
    form, encoding = constant.get("format"), constant.get("messageEncoding")
    if key not in {"message", "altText"} or form not in LEGACY_BARCODES:
        return None
    return str.isascii if encoding in {"iso-8859-1", "utf-8"} else None


_KIND = frozenset({"format", "messageEncoding"})
"""What must be known of a barcode before its message can be told to be right."""


def barcode(formats: frozenset[BarcodeFormat]) -> Keys:
    """The rules of one barcode that may be of any of `formats`."""
    return Keys(
        known={
            "format": Choice(frozenset(form.value for form in formats), "barcode-format"),
            "message": Text(length_min=1),
            "messageEncoding": Text(length_min=1),
            "altText": Text(),
        },
        required=("format", "message", "messageEncoding"),
        cross=(Where(_KIND, _barcode_message, always=True, fits=_message_fits),),
    )
