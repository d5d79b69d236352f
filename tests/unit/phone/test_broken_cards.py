"""The phone takes a good card and refuses each broken one with the name of the broken rule."""

from __future__ import annotations

import datetime as dt
import json
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization.pkcs7 import PKCS7Options

from tests.unit.phone.card_maker import CODE, STRINGS, TOKEN, Draft, Seal, document, fields, png
from tools import testpki
from tools.phone.card import Card, read_card
from tools.phone.refusal import Refused

QR = {
    "format": "PKBarcodeFormatQR",
    "message": CODE,
    "messageEncoding": "iso-8859-1",
    "altText": CODE,
}


def read(data: bytes, paths: testpki.Paths, **options: Any) -> Card:
    return read_card(data, root=paths.root, **{"developer_mode": True, **options})


def refusal(data: bytes, paths: testpki.Paths, **options: Any) -> str:
    with pytest.raises(Refused) as refused:
        read(data, paths, **options)
    return refused.value.code


def test_a_good_card_is_taken(draft: Draft, paths: testpki.Paths) -> None:
    card = read(draft.build(), paths, language="fr")
    assert card.serial_number == "card-1"
    assert (card.field("points").label, card.field("points").text) == ("Points", "42")
    assert card.blemishes == ()


def test_a_good_card_may_be_deflated(draft: Draft, paths: testpki.Paths) -> None:
    data = draft.changed(compression=zipfile.ZIP_DEFLATED).build()
    assert read(data, paths).field("tier").text == "Bronze"


ARCHIVES: dict[str, Callable[[Draft], bytes]] = {
    "not-a-zip": lambda _: b"<html>not found</html>",
    "zip-damaged": lambda good: good.build()[:-40],
    "zip-directory-entry": lambda good: good.changed(extra_entries=(("fr.lproj/", b""),)).build(),
    "zip-hidden-file": lambda good: good.changed(extra_entries=((".DS_Store", b"x"),)).build(),
    "zip-folder": lambda good: good.changed(extra_entries=(("card/icon.png", b"x"),)).build(),
    "zip-unsafe-path": lambda good: good.changed(extra_entries=(("../a.txt", b"x"),)).build(),
    "zip-duplicate-member": lambda good: good.changed(extra_entries=(("pass.json", b"x"),)).build(),
    "zip-compression": lambda good: good.changed(compression=zipfile.ZIP_LZMA).build(),
    "manifest-missing": lambda good: good.changed(after_signature={"manifest.json": None}).build(),
    "signature-missing": lambda good: good.changed(after_signature={"signature": None}).build(),
    "pass-missing": lambda good: good.changed(after_manifest={"pass.json": None}).build(),
    "manifest-lacks-member": lambda good: good.changed(manifest_changes={"logo.png": None}).build(),
    "manifest-names-absent-member": lambda good: good.changed(
        after_manifest={"strip.png": None}
    ).build(),
    "manifest-digest-differs": lambda good: good.changed(
        after_manifest={"icon.png": png(30, 30)}
    ).build(),
    "manifest-bad-digest": lambda good: good.changed(
        manifest_changes={"icon.png": "A" * 40}
    ).build(),
    "manifest-unreadable": lambda good: good.changed(
        after_signature={"manifest.json": b"{"}
    ).build(),
}


@pytest.mark.parametrize("code", ARCHIVES)
def test_a_broken_archive_is_refused(code: str, draft: Draft, paths: testpki.Paths) -> None:
    with warnings.catch_warnings():
        # zipfile remarks on the duplicate that this test wants.
        warnings.simplefilter("ignore", UserWarning)
        data = ARCHIVES[code](draft)
    assert refusal(data, paths) == code


def wwdr_of(paths: testpki.Paths) -> testpki.Identity:
    return testpki.load_identity(paths.wwdr, paths.wwdr_key)


def other_seal(paths: testpki.Paths, **of_certificate: Any) -> Seal:
    issuer = wwdr_of(paths)
    return Seal(testpki.make_pass_identity(issuer, **of_certificate), issuer.certificate)


def test_a_signature_of_other_bytes_is_refused(draft: Draft, paths: testpki.Paths) -> None:
    other = draft.seal.sign(b"{}")
    data = draft.changed(after_signature={"signature": other}).build()
    assert refusal(data, paths) == "signature-wrong"


def test_a_signature_that_is_none_is_refused(draft: Draft, paths: testpki.Paths) -> None:
    data = draft.changed(after_signature={"signature": b"signed, Apple"}).build()
    assert refusal(data, paths) == "signature-unreadable"


def test_a_signature_without_the_intermediate_is_refused(
    draft: Draft, paths: testpki.Paths
) -> None:
    data = draft.changed(seal=Seal(draft.seal.signer, None)).build()
    assert refusal(data, paths) == "signature-chain"


def test_a_signature_of_another_root_is_refused(draft: Draft, paths: testpki.Paths) -> None:
    stranger = testpki.make_authority("Stranger")
    signer = testpki.make_pass_identity(stranger)
    data = draft.changed(seal=Seal(signer, stranger.certificate)).build()
    assert refusal(data, paths) == "signature-chain"


def test_an_attached_signature_is_refused(draft: Draft, paths: testpki.Paths) -> None:
    attached = Seal(draft.seal.signer, draft.seal.wwdr, (PKCS7Options.Binary,))
    assert refusal(draft.changed(seal=attached).build(), paths) == "signature-attached"


def test_a_signature_without_its_time_is_refused(draft: Draft, paths: testpki.Paths) -> None:
    options = (
        PKCS7Options.DetachedSignature,
        PKCS7Options.Binary,
        PKCS7Options.NoAttributes,
    )
    timeless = Seal(draft.seal.signer, draft.seal.wwdr, options)
    assert refusal(draft.changed(seal=timeless).build(), paths) == "signature-without-time"


def test_an_expired_certificate_is_refused(draft: Draft, paths: testpki.Paths) -> None:
    now = dt.datetime.now(dt.UTC)
    expired = other_seal(
        paths, not_before=now - dt.timedelta(days=400), not_after=now - dt.timedelta(days=5)
    )
    assert refusal(draft.changed(seal=expired).build(), paths) == "certificate-expired"


def test_a_certificate_of_another_pass_type_is_refused(draft: Draft, paths: testpki.Paths) -> None:
    other = other_seal(paths, pass_type_identifier="pass.test.other")
    assert refusal(draft.changed(seal=other).build(), paths) == "signer-pass-type"


def test_a_certificate_of_another_team_is_refused(draft: Draft, paths: testpki.Paths) -> None:
    other = other_seal(paths, team_identifier="0THERTEAM0")
    assert refusal(draft.changed(seal=other).build(), paths) == "signer-team"


def test_a_light_phone_does_not_look_at_the_signature(draft: Draft, paths: testpki.Paths) -> None:
    data = draft.changed(seal=Seal(draft.seal.signer, None)).build()
    assert read_card(data, root=None, developer_mode=True).serial_number == "card-1"


def store_card(**field: Any) -> dict[str, Any]:
    base = {"key": "points", "label": "Points", "value": 42}
    return {"storeCard": fields(headerFields=[{**base, **field}])}


DOCUMENTS: list[tuple[str, dict[str, Any]]] = [
    ("format-version", {"formatVersion": 2}),
    ("format-version", {"formatVersion": "1"}),
    ("required-key", {"description": None}),
    ("required-key", {"serialNumber": ""}),
    ("required-key", {"organizationName": None}),
    ("token-too-short", {"authenticationToken": "fifteen-chars.."}),
    ("web-service-pair", {"authenticationToken": None}),
    ("web-service-pair", {"webServiceURL": None}),
    ("web-service-url", {"webServiceURL": "/apple"}),
    ("web-service-not-https", {"webServiceURL": "ftp://shop.example/apple"}),
    ("date-format", {"expirationDate": "2026-12-31T23:59:00.000Z"}),
    ("date-format", {"expirationDate": "2026-12-31T23:59:00+0000"}),
    ("date-format", {"expirationDate": "2026-12-31T23:59:00"}),
    ("date-format", {"expirationDate": "2026-12-31"}),
    ("date-format", {"expirationDate": "2026-02-30T00:00:00Z"}),
    ("date-format", {"relevantDates": [{"startDate": "2026-01-01T00:00:00ZZ"}]}),
    ("date-format", store_card(value="31/12/2026", dateStyle="PKDateStyleShort")),
    ("colour-format", {"backgroundColor": "#204060"}),
    ("colour-format", {"labelColor": "rgb(1, 2, 256)"}),
    ("style", {"storeCard": None}),
    ("style", {"coupon": {}}),
    ("barcode-format", {"barcodes": [{**QR, "format": "QR"}]}),
    ("barcode-message", {"barcodes": [{**QR, "message": ""}]}),
    ("barcode-encoding", {"barcodes": [{**QR, "message": "7ZQ€"}]}),
    ("barcode-encoding", {"barcodes": [{**QR, "messageEncoding": None}]}),
    ("key-type", {"barcodes": QR}),
    ("location", {"locations": [{"latitude": 91, "longitude": 0}]}),
    ("field-key", store_card(key="")),
    ("field-value", store_card(value=None)),
    ("field-value", store_card(value=True)),
    ("field-text", store_card(label=3)),
    ("field-style", store_card(value="42", numberStyle="PKNumberStyleDecimal")),
    ("field-style", store_card(currencyCode="euro")),
    ("field-key-twice", store_card(key="tier")),
]


@pytest.mark.parametrize(("code", "changes"), DOCUMENTS)
def test_a_broken_document_is_refused(
    code: str, changes: dict[str, Any], draft: Draft, paths: testpki.Paths
) -> None:
    data = draft.with_document(**changes).build()
    assert refusal(data, paths, strict=False) == code


def test_a_document_that_is_no_json_is_refused(draft: Draft, paths: testpki.Paths) -> None:
    for raw in (b"{", b"[]", b"\xff{}", b'{"formatVersion": 1, "formatVersion": 1}'):
        assert refusal(draft.changed(raw_document=raw).build(), paths) == "pass-unreadable"


def test_plain_http_needs_the_developer_switch(draft: Draft, paths: testpki.Paths) -> None:
    data = draft.build()
    assert refusal(data, paths, developer_mode=False) == "web-service-not-https"
    secure = draft.with_document(webServiceURL="https://shop.example/apple").build()
    assert read(secure, paths, developer_mode=False).authentication_token == TOKEN


@pytest.mark.parametrize(
    ("code", "files"),
    [
        ("icon-missing", {"logo.png": png(160, 50), "icon@2x.png": png(58, 58)}),
        ("image-not-png", {"icon.png": b"GIF89a"}),
        ("image-not-png", {"icon.png": png(29, 29)[:-6]}),
        ("image-not-png", {"icon.png": png(29, 29).replace(b"IDAT", b"IDAX")}),
        ("image-size", {"icon.png": png(100, 100)}),
        ("image-size", {"icon.png": png(29, 29), "strip.png": png(320, 123)}),
        ("image-size", {"icon.png": png(29, 29), "logo@2x.png": png(400, 50)}),
        ("image-name", {"icon.png": png(29, 29), "icon2x.png": png(58, 58)}),
        ("strings-unreadable", {"icon.png": png(29, 29), "fr.lproj/pass.strings": b'"a" = b;'}),
    ],
)
def test_broken_files_are_refused(
    code: str, files: dict[str, bytes], draft: Draft, paths: testpki.Paths
) -> None:
    texts = {"fr.lproj/pass.strings": STRINGS}
    assert refusal(draft.changed(files={**texts, **files}).build(), paths) == code


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("unknown-key", {"exprirationDate": "2026-12-31T23:59:00Z"}),
        ("unknown-key", store_card(colour="red")),
        ("change-message", store_card(changeMessage="Points changed")),
        ("text-alignment", store_card(textAlignment="left")),
        ("barcode-missing", {"barcodes": None}),
        ("barcode-alt-text", {"barcodes": [{**QR, "altText": None}]}),
        ("barcode-encoding", {"barcodes": [{**QR, "messageEncoding": "utf-8"}]}),
        (
            "too-many-fields",
            {"storeCard": fields(auxiliaryFields=[{"key": f"f{n}", "value": n} for n in range(4)])},
        ),
        (
            "too-many-fields",
            {"storeCard": fields(headerFields=[{"key": f"f{n}", "value": n} for n in range(4)])},
        ),
        (
            "too-many-places",
            {"locations": [{"latitude": 48, "longitude": n} for n in range(11)]},
        ),
    ],
)
def test_a_card_that_would_look_wrong_is_refused_by_a_strict_phone_only(
    code: str, changes: dict[str, Any], draft: Draft, paths: testpki.Paths
) -> None:
    data = draft.with_document(**changes).build()
    assert refusal(data, paths) == code
    lenient = read(data, paths, strict=False)
    assert code in {blemish.code for blemish in lenient.blemishes}


def test_the_card_reads_in_its_language(draft: Draft, paths: testpki.Paths) -> None:
    shown: dict[str, list[dict[str, Any]]] = {
        "headerFields": [{"key": "cash", "label": "Cash", "value": 1234.5, "currencyCode": "EUR"}],
        "backFields": [
            {
                "key": "expiry",
                "value": "2027-03-01T00:00:00+01:00",
                "dateStyle": "PKDateStyleLong",
            }
        ],
    }
    data = draft.with_document(storeCard=shown).build()
    french, english = (read(data, paths, language=code) for code in ("fr", "en"))
    assert french.field("cash").text == "1\u202f234,50\u00a0€"
    assert english.field("cash").text == "€1,234.50"
    assert french.field("expiry").text == "1 mars 2027"
    assert english.field("expiry").text == "March 1, 2027"
    shown["backFields"] = [{**shown["backFields"][0], "dateStyle": "PKDateStyleMedium"}]
    medium = draft.with_document(storeCard=shown).build()
    assert read(medium, paths, language="en").field("expiry").text == "Mar 1, 2027"


def test_an_expired_and_a_voided_card_are_shown_as_such(draft: Draft, paths: testpki.Paths) -> None:
    data = draft.with_document(expirationDate="2026-01-01T00:00:00Z", voided=True).build()
    card = read(data, paths)
    assert card.is_voided
    assert card.has_expired(dt.datetime(2026, 1, 2, tzinfo=dt.UTC))
    assert not card.has_expired(dt.datetime(2025, 12, 31, tzinfo=dt.UTC))


def test_the_maker_of_these_cards_follows_openssl(draft: Draft, tmp_path: Path) -> None:
    """The good card is good by another programme too: its members unpack and its DER parses."""
    (tmp_path / "card.pkpass").write_bytes(draft.build())
    with zipfile.ZipFile(tmp_path / "card.pkpass") as archive:
        assert json.loads(archive.read("pass.json")) == document()
        assert isinstance(draft.seal.wwdr, x509.Certificate)
