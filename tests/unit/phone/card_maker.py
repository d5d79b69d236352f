"""Makes cards for the phone's tests, good ones and broken ones, with code of its own."""

from __future__ import annotations

import hashlib
import io
import json
import struct
import zipfile
import zlib
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.hazmat.primitives.serialization.pkcs7 import (
    PKCS7Options,
    PKCS7SignatureBuilder,
)

from tools import testpki

SERIAL = "card-1"
TOKEN = "vxwxd7J8AlNNFPS8k0a0FfUFtq0ewzFdc"
CODE = "7ZQK1M4T9W2XBD5C"


def png(width: int, height: int) -> bytes:
    """A grey PNG of this size."""
    rows = b"".join(b"\x00" + b"\x80" * width for _ in range(height))

    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def document(**changes: Any) -> dict[str, Any]:
    """pass.json of a good card; a change of None removes the key."""
    content: dict[str, Any] = {
        "formatVersion": 1,
        "passTypeIdentifier": testpki.PASS_TYPE_IDENTIFIER,
        "teamIdentifier": testpki.TEAM_IDENTIFIER,
        "serialNumber": SERIAL,
        "organizationName": "Boulangerie",
        "description": "Loyalty card",
        "logoText": "Boulangerie",
        "webServiceURL": "http://127.0.0.1:1/apple",
        "authenticationToken": TOKEN,
        "backgroundColor": "rgb(32, 64, 96)",
        "foregroundColor": "rgb(255, 255, 255)",
        "labelColor": "rgb(200, 220, 240)",
        "expirationDate": "2099-12-31T23:59:00+01:00",
        "barcodes": [
            {
                "format": "PKBarcodeFormatQR",
                "message": CODE,
                "messageEncoding": "iso-8859-1",
                "altText": CODE,
            }
        ],
        "storeCard": fields(),
    }
    content.update(changes)
    return {name: value for name, value in content.items() if value is not None}


def fields(points: int = 42, **groups: Any) -> dict[str, Any]:
    """The fields of a store card."""
    return {
        "headerFields": [
            {
                "key": "points",
                "label": "points_label",
                "value": points,
                "changeMessage": "points_change",
            }
        ],
        "secondaryFields": [{"key": "tier", "label": "Tier", "value": "Bronze"}],
        "auxiliaryFields": [],
        "backFields": [{"key": "rules", "label": "Rules", "value": "One point per euro."}],
        **groups,
    }


@dataclass(frozen=True, slots=True)
class Seal:
    """Who signs, and how."""

    signer: testpki.Identity
    wwdr: x509.Certificate | None
    options: tuple[PKCS7Options, ...] = (PKCS7Options.DetachedSignature, PKCS7Options.Binary)

    def sign(self, manifest: bytes) -> bytes:
        builder = (
            PKCS7SignatureBuilder()
            .set_data(manifest)
            .add_signer(self.signer.certificate, self.signer.key, hashes.SHA256())
        )
        if self.wwdr is not None:
            builder = builder.add_certificate(self.wwdr)
        return builder.sign(Encoding.DER, list(self.options))


def seal(state_dir: Path) -> Seal:
    """The seal of the test chain."""
    paths = testpki.ensure(state_dir)
    return Seal(
        testpki.load_identity(paths.pass_certificate, paths.pass_key),
        x509.load_pem_x509_certificate(paths.wwdr.read_bytes()),
    )


STRINGS = b'/* French */\n"points_label" = "Points";\n"points_change" = "Vous avez %@ points";\n'


@dataclass(frozen=True, slots=True)
class Draft:
    """A card in the making. Tests replace a part and build it."""

    seal: Seal
    document: dict[str, Any] = field(default_factory=document)
    raw_document: bytes | None = None
    files: dict[str, bytes] = field(
        default_factory=lambda: {
            "icon.png": png(29, 29),
            "icon@2x.png": png(58, 58),
            "logo.png": png(160, 50),
            "strip.png": png(375, 123),
            "fr.lproj/pass.strings": STRINGS,
            "en.lproj/pass.strings": STRINGS.replace(b"Vous avez %@ points", b"You have %@ points"),
        }
    )
    # Changes made after the manifest and the signature were written.
    manifest_changes: dict[str, str | None] = field(default_factory=dict)
    after_manifest: dict[str, bytes | None] = field(default_factory=dict)
    after_signature: dict[str, bytes | None] = field(default_factory=dict)
    compression: int = zipfile.ZIP_STORED
    extra_entries: tuple[tuple[str, bytes], ...] = ()

    def changed(self, **changes: Any) -> Draft:
        return replace(self, **changes)

    def with_document(self, **changes: Any) -> Draft:
        return replace(self, document=document(**changes))

    def build(self) -> bytes:
        raw = self.raw_document or json.dumps(self.document).encode("utf-8")
        members: dict[str, bytes] = {**self.files, "pass.json": raw}
        manifest: dict[str, str | None] = {
            name: hashlib.sha1(data, usedforsecurity=False).hexdigest()
            for name, data in members.items()
        }
        manifest.update(self.manifest_changes)
        members = _laid_over(members, self.after_manifest)
        members["manifest.json"] = json.dumps(
            {name: digest for name, digest in manifest.items() if digest is not None}
        ).encode()
        members["signature"] = self.seal.sign(members["manifest.json"])
        members = _laid_over(members, self.after_signature)
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", self.compression) as archive:
            for name, data in (*members.items(), *self.extra_entries):
                archive.writestr(name, data)
        return buffer.getvalue()


def _laid_over(members: dict[str, bytes], changes: dict[str, bytes | None]) -> dict[str, bytes]:
    merged: dict[str, bytes | None] = {**members, **changes}
    return {name: data for name, data in merged.items() if data is not None}
