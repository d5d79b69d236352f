"""What Wallet accepts and yet hardly anybody means: the rules that only warn.

They look at whole documents, when a template is made or the doctor examines a pass; a pass made
from a template is not examined for them again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import cast

from passbook.checks import Items, Keys, date_problem, short
from passbook.errors import Finding
from passbook.names import CLASSIC_STYLES, FIELD_GROUPS
from passbook.plain import join
from passbook.rules import DOCUMENT, STYLE_RULES
from passbook.rules_barcodes import CLASSIC_BARCODES

Document = Mapping[str, object]

_SLOT = re.compile(r"\{\w+\}")


def advice(document: Document, now: datetime | None = None) -> list[Finding]:
    """Warnings about a document in which `{name}` may stand for values not yet known.

    `now` is needed to say that a date has passed.
    """
    return [
        *_unknown_keys(document, DOCUMENT, ""),
        *_fields(document),
        *_barcodes(document),
        *_identity(document),
        *_relevance(document, now),
    ]


def _warn(rule: str, path: str, message: str, remedy: str) -> Finding:
    return Finding(rule, path, message, remedy, "warning")


def _unknown_keys(document: object, check: object, path: str) -> Iterator[Finding]:
    """Keys that Apple does not define: Wallet ignores them in silence."""
    if isinstance(check, Items) and isinstance(document, list):
        for index, member in enumerate(document):
            yield from _unknown_keys(member, check.item, join(path, index))
    if not (isinstance(check, Keys) and check.known and isinstance(document, dict)):
        return
    for key, member in document.items():
        if key in check.known:
            yield from _unknown_keys(member, check.known[key], join(path, key))
            continue
        import difflib

        # A key two letters away from a real one is a slip; others may be newer than this list.
        near = difflib.get_close_matches(key, list(check.known), 1, 0.75)
        remedy = f"Did you mean {near[0]}?" if near else "Check Apple's reference for its name."
        yield _warn("key-unknown", join(path, key), f"Wallet ignores the key {key}.", remedy)


def _fields(document: Document) -> Iterator[Finding]:
    for style in STYLE_RULES:
        groups = document.get(style)
        for group in FIELD_GROUPS if isinstance(groups, dict) else ():
            members = cast("dict[str, object]", groups).get(group)
            for index, field in enumerate(members if isinstance(members, list) else ()):
                if isinstance(field, dict):
                    path = join(join(style, group), index)
                    yield from _field(field, group, style, path)


def _field(field: Document, group: str, style: str, path: str) -> Iterator[Finding]:
    message = field.get("changeMessage")
    told = isinstance(message, str) and message and not _SLOT.fullmatch(message)
    if told and "%@" not in str(message):
        yield _warn(
            "change-message",
            join(path, "changeMessage"),
            "Without %@ the notification does not say what changed.",
            "Put %@ where the new value belongs, or leave changeMessage out.",
        )
    if "textAlignment" in field and group in {"primaryFields", "backFields"}:
        yield _warn(
            "text-alignment",
            join(path, "textAlignment"),
            "Wallet ignores the alignment of primary and back fields.",
            "Leave it out.",
        )
    if field.get("dataDetectorTypes") and group != "backFields":
        yield _warn(
            "data-detectors",
            join(path, "dataDetectorTypes"),
            "Links are drawn on the back only.",
            "Leave it out, or move the field to backFields.",
        )
    attributed = field.get("attributedValue")
    if isinstance(attributed, str) and re.search(r"<(?!/?a\b)[A-Za-z/]", attributed):
        yield _warn(
            "attributed-value",
            join(path, "attributedValue"),
            "Wallet understands the tag <a href='...'> only.",
            "Remove other tags.",
        )
    if "row" in field and not (style == "eventTicket" and group == "auxiliaryFields"):
        yield _warn(
            "field-row",
            join(path, "row"),
            "Only auxiliary fields of an event ticket have rows.",
            "Leave it out.",
        )


def _barcodes(document: Document) -> Iterator[Finding]:
    barcodes = document.get("barcodes")
    if "barcode" in document and not barcodes:
        yield _warn(
            "barcode-legacy",
            "barcode",
            "The key barcode is deprecated since iOS 9.",
            "Give barcodes, a list.",
        )
    if isinstance(barcodes, list) and barcodes:
        formats = [one.get("format") for one in barcodes if isinstance(one, dict)]
        if formats and not any(str(form) in {*CLASSIC_BARCODES} for form in formats):
            yield _warn(
                "barcode-fallback",
                "barcodes",
                "Phones before iOS 27 can draw none of these barcodes.",
                "List a QR code after them.",
            )
        if "PKBarcodeFormatITF" in formats or "PKBarcodeFormatI2of5" in formats:
            yield _warn(
                "barcode-itf",
                "barcodes",
                "The name of Interleaved 2 of 5 is told in two ways, and no phone was tried.",
                "List a QR code after it.",
            )


def _identity(document: Document) -> Iterator[Finding]:
    serial = document.get("serialNumber")
    # Cards that share a serial overwrite each other, and counted ones can be guessed.
    if isinstance(serial, str) and "{" not in serial and re.fullmatch(r"\d{1,8}", serial):
        yield _warn(
            "serial-entropy",
            "serialNumber",
            f"{short(serial)} looks counted: a second system would count to it too.",
            "Use a random identifier of 64 bits or more.",
        )
    if "posterGeneric" in document and not any(style in document for style in CLASSIC_STYLES):
        yield _warn(
            "poster-fallback",
            "posterGeneric",
            "Phones before iOS 27 cannot show the pass.",
            "Add generic or storeCard beside it.",
        )
    if "groupingIdentifier" in document and not {"boardingPass", "eventTicket"} & document.keys():
        yield _warn(
            "grouping-identifier",
            "groupingIdentifier",
            "Only boarding passes and event tickets are grouped by it.",
            "Leave it out.",
        )
    nfc = document.get("nfc")
    asks = isinstance(nfc, dict) and nfc.get("requiresAuthentication") is True
    if asks and document.get("sharingProhibited") is not True:
        yield _warn(
            "nfc-sharing",
            "sharingProhibited",
            "A pass that asks for Face ID at the reader can still be shared.",
            "Set sharingProhibited to true.",
        )


def _relevance(document: Document, now: datetime | None) -> Iterator[Finding]:
    if "relevantDate" in document and "relevantDates" not in document:
        yield _warn(
            "relevant-date",
            "relevantDate",
            "The key relevantDate is deprecated since iOS 18.",
            "Give relevantDates, a list.",
        )
    expiry = document.get("expirationDate")
    if now is None or not isinstance(expiry, str) or date_problem(expiry) is not None:
        return
    if datetime.fromisoformat(expiry) <= now:
        yield _warn(
            "expired",
            "expirationDate",
            f"The pass expired at {expiry}: Wallet files it under expired passes.",
            "Set a later date, and mind the offset.",
        )
