"""Cards as the phone page draws them: plain JSON, texts in both languages, codes as SVG paths."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import asdict, replace
from typing import Any, Final
from urllib.parse import quote

import qrcode
from qrcode.constants import ERROR_CORRECT_M

from tools.phone.android import GoogleCard
from tools.phone.card import Barcode, Card
from tools.phone.rules import GROUPS, parse_colour
from tools.phone.timeline import Event, Timeline

LANGUAGES: Final = ("fr", "en")
_IMAGES: Final = ("logo", "strip", "icon", "thumbnail")
# Readers need a margin of four modules around the code (ISO/IEC 18004).
_QUIET_ZONE: Final = 4
_QR_FORMATS: Final = frozenset({"PKBarcodeFormatQR", "QR_CODE"})


def draw_barcode(code: Barcode | None) -> dict[str, Any] | None:
    """A code for the page: an SVG path for QR; other kinds are shown by their text only."""
    if code is None:
        return None
    view: dict[str, Any] = {"format": code.format, "message": code.message, "alt": code.alt_text}
    if code.format in _QR_FORMATS:
        symbol: qrcode.QRCode[Any] = qrcode.QRCode(
            error_correction=ERROR_CORRECT_M, border=_QUIET_ZONE
        )
        symbol.add_data(code.message.encode(code.encoding))
        symbol.make(fit=True)
        matrix = symbol.get_matrix()
        view["size"] = len(matrix)
        view["path"] = "".join(
            f"M{x} {y}h1v1h-1z"
            for y, row in enumerate(matrix)
            for x, is_dark in enumerate(row)
            if is_dark
        )
    return view


def _hex(colour: object, fallback: str) -> str:
    if colour is None:
        return fallback
    red, green, blue = parse_colour(colour, "colour")
    return f"#{red:02x}{green:02x}{blue:02x}"


def apple_view(card: Card) -> dict[str, Any]:
    """A card of the iPhone."""
    languages = {code: replace(card, language=code) for code in LANGUAGES}
    codes = card.barcodes()
    return {
        "wallet": "apple",
        "id": card.serial_number,
        "style": card.style,
        "background": _hex(card.document.get("backgroundColor"), "#ffffff"),
        "foreground": _hex(card.document.get("foregroundColor"), "#000000"),
        "label": _hex(card.document.get("labelColor"), "#444444"),
        "voided": card.is_voided,
        "expired": card.has_expired(dt.datetime.now(dt.UTC)),
        "images": {name: _image_address(card, name) for name in _IMAGES},
        "barcode": draw_barcode(codes[0] if codes else None),
        "blemishes": [asdict(blemish) for blemish in card.blemishes],
        "texts": {
            code: {
                "logo": read.localise(card.document.get("logoText", "")),
                "description": read.localise(card.document["description"]),
                "organization": card.document["organizationName"],
                "groups": {
                    group: [
                        {
                            "key": field.key,
                            "label": field.label,
                            "text": field.text,
                            "align": (field.alignment or "").removeprefix("PKTextAlignment"),
                        }
                        for field in read.fields(group)
                    ]
                    for group in GROUPS
                },
            }
            for code, read in languages.items()
        },
    }


def _image_address(card: Card, name: str) -> str | None:
    data = card.image(name)
    if data is None:
        return None
    # The content is in the address, so that a new stamp strip is never taken from a cache.
    version = hashlib.sha256(data).hexdigest()[:12]
    return f"/images/{quote(card.serial_number, safe='')}/{name}?v={version}"


def google_view(card: GoogleCard) -> dict[str, Any]:
    """A pass of the Android phone."""

    def image(source: Any, name: str) -> str | None:
        uri = source.get(name, {}).get("sourceUri", {}).get("uri")
        return f"/remote?url={quote(uri, safe='')}" if uri else None

    return {
        "wallet": "google",
        "id": card.object_id,
        "background": card.parent.get("hexBackgroundColor", "#1a73e8"),
        "state": card.object.get("state"),
        "images": {
            "logo": image(card.parent, "programLogo"),
            "hero": image(card.object, "heroImage") or image(card.parent, "heroImage"),
        },
        "barcode": draw_barcode(card.barcode()),
        "texts": {
            code: {
                "issuer": card.parent.get("issuerName", ""),
                "lines": [asdict(line) for line in card.lines(code)],
            }
            for code in LANGUAGES
        },
    }


def event_view(event: Event, phone: str) -> dict[str, Any]:
    """A line of the page's log."""
    return {"phone": phone, **asdict(event)}


def latest_events(apple: Timeline, google: Timeline, count: int) -> list[dict[str, Any]]:
    """The newest events of both phones, newest first."""
    lines = [event_view(event, "apple") for event in apple.events()]
    lines += [event_view(event, "google") for event in google.events()]
    lines.sort(key=lambda line: line["monotonic_ms"], reverse=True)
    return lines[:count]
