"""Files and documents of passes for tests, sound unless a test breaks them."""

from __future__ import annotations

import struct
import zlib
from typing import Any

from passbook import Assets


def png(width: int, height: int) -> bytes:
    """A PNG of one colour, encoded here so that tests need no imaging library."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        crc = zlib.crc32(kind + content)
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", crc)

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress((b"\0" + b"\x7f" * width) * height)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    )


def images() -> dict[str, bytes]:
    """Icon, logo and strip of a store card at three scales."""
    sizes = {"icon": (29, 29), "logo": (160, 50), "strip": (375, 123)}
    return {
        f"{name}{suffix}.png": png(width * scale, height * scale)
        for name, (width, height) in sizes.items()
        for scale, suffix in ((1, ""), (2, "@2x"), (3, "@3x"))
    }


def assets() -> Assets:
    """The images, with texts in French and English."""
    french = {"POINTS": "POINTS", "TIER": "STATUT", "{left} points to go": "Encore {left} points"}
    english = {"POINTS": "POINTS", "TIER": "TIER", "{left} points to go": "{left} points to go"}
    return Assets(images()).with_strings("fr", french).with_strings("en", english)


def store_card() -> dict[str, Any]:
    """A finished, sound pass.json of a store card."""
    return {
        "formatVersion": 1,
        "passTypeIdentifier": "pass.test.example.loyalty",
        "teamIdentifier": "ABCDE12345",
        "serialNumber": "b3f1c2a49d5e4f60",
        "organizationName": "Café Tessera",
        "description": "Loyalty card",
        "logoText": "Le Club",
        "backgroundColor": "rgb(27, 38, 59)",
        "webServiceURL": "https://cards.example.com/apple",
        "authenticationToken": "0123456789abcdef",
        "barcodes": [
            {
                "format": "PKBarcodeFormatQR",
                "message": "7ZK3QW4M9T2V8XAB",
                "messageEncoding": "iso-8859-1",
                "altText": "7ZK3QW4M9T2V8XAB",
            }
        ],
        "storeCard": {
            "headerFields": [
                {"key": "balance", "label": "POINTS", "value": 42, "changeMessage": "Now %@"}
            ],
            "primaryFields": [{"key": "offer", "label": "", "value": "A coffee for 100"}],
            "secondaryFields": [
                {"key": "tier", "label": "TIER", "value": "Gold"},
                {
                    "key": "expiry",
                    "label": "EXPIRES",
                    "value": "2027-01-31T23:59+01:00",
                    "dateStyle": "PKDateStyleMedium",
                },
            ],
            "backFields": [{"key": "terms", "label": "Terms", "value": "Be kind. {}"}],
        },
    }


def template_document() -> dict[str, Any]:
    """The store card with slots where members differ, identifiers left to the certificate."""
    document = store_card()
    for key in ("formatVersion", "passTypeIdentifier", "teamIdentifier"):
        del document[key]
    document |= {"serialNumber": "{serial}", "authenticationToken": "{token}"}
    document["locations"] = "{locations}"
    document["barcodes"][0] |= {"message": "{code}", "altText": "{code}"}
    card = document["storeCard"]
    card["headerFields"][0]["value"] = "{balance}"
    card["secondaryFields"][0]["value"] = "{tier}"
    card["secondaryFields"][1]["value"] = "{expiry}"
    card["backFields"] = [
        {"key": "left", "label": "Left", "value": "{left} points to go"},
        "{more}",
        {"key": "terms", "label": "Terms", "value": "Be kind. {{}}"},
    ]
    return document


def values(**changes: object) -> dict[str, object]:
    """Values for `template_document`."""
    return {
        "serial": "b3f1c2a49d5e4f60",
        "token": "0123456789abcdef",
        "code": "7ZK3QW4M9T2V8XAB",
        "balance": 42,
        "tier": "Gold",
        "expiry": "2027-01-31T23:59+01:00",
        "left": 58,
        "more": None,
        "locations": None,
        **changes,
    }
