"""Each rule of pass.json: a sound card broken in one place, and what the finding says."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from passbook import Finding, validate
from passbook.document import STYLES
from passbook.rules import DOCUMENT
from tests.fakes.pass_chain import NOW
from tests.fakes.pass_files import store_card

Break = Callable[[dict[str, Any]], None]


def put(path: str, value: object) -> Break:
    """Sets what stands at a path such as `storeCard.backFields.0.value`."""

    def change(document: dict[str, Any]) -> None:
        *parents, last = path.split(".")
        place: Any = document
        for part in parents:
            place = place[int(part) if part.isdigit() else part]
        if isinstance(place, list):
            place[int(last)] = value
        else:
            place[last] = value

    return change


def drop(path: str) -> Break:
    def change(document: dict[str, Any]) -> None:
        *parents, last = path.split(".")
        place: Any = document
        for part in parents:
            place = place[int(part) if part.isdigit() else part]
        del place[last]

    return change


def fields(group: str, count: int) -> Break:
    members = [{"key": f"{group}{at}", "value": "x"} for at in range(count)]
    return put(f"storeCard.{group}", members)


def broken(change: Break) -> list[Finding]:
    document = copy.deepcopy(store_card())
    change(document)
    return validate(document, now=NOW)


def qr(**changes: object) -> dict[str, object]:
    return {
        "format": "PKBarcodeFormatQR",
        "message": "A",
        "messageEncoding": "iso-8859-1",
        **changes,
    }


def test_a_sound_card_has_no_finding() -> None:
    assert validate(store_card(), now=NOW) == []


@pytest.mark.parametrize(
    ("change", "rule", "path"),
    [
        (put("formatVersion", 2), "number-range", "formatVersion"),
        (put("formatVersion", "1"), "value-type", "formatVersion"),
        (put("formatVersion", True), "value-type", "formatVersion"),
        (drop("serialNumber"), "key-required", "serialNumber"),
        (put("serialNumber", ""), "text-length", "serialNumber"),
        (put("serialNumber", 7), "value-type", "serialNumber"),
        (drop("description"), "key-required", "description"),
        (put("passTypeIdentifier", "com.shop"), "pass-type-identifier", "passTypeIdentifier"),
        (put("teamIdentifier", "abcde12345"), "team-identifier", "teamIdentifier"),
        (drop("storeCard"), "style-single", "pass.json"),
        (put("coupon", {}), "style-single", "storeCard"),
        (put("storeCard", []), "value-type", "storeCard"),
        (put("logoText", "\ud83d"), "text-unicode", "logoText"),
        (put("backgroundColor", "#1b263b"), "colour-format", "backgroundColor"),
        (put("backgroundColor", "rgb(27, 38, 256)"), "colour-format", "backgroundColor"),
        (put("labelColor", 255), "colour-format", "labelColor"),
        (fields("headerFields", 4), "field-count", "storeCard.headerFields"),
        (fields("primaryFields", 2), "field-count", "storeCard.primaryFields"),
        (fields("secondaryFields", 5), "field-count", "storeCard.secondaryFields"),
        (fields("auxiliaryFields", 3), "field-count", "storeCard.auxiliaryFields"),
        (
            put("storeCard.backFields.0.key", "tier"),
            "field-key-unique",
            "storeCard.backFields[0].key",
        ),
        (drop("storeCard.backFields.0.value"), "key-required", "storeCard.backFields[0].value"),
        (put("storeCard.backFields.0.value", True), "value-type", "storeCard.backFields[0].value"),
        (put("storeCard.backFields.0.label", 5), "value-type", "storeCard.backFields[0].label"),
        (
            put("storeCard.headerFields.0.textAlignment", "left"),
            "value-choice",
            "storeCard.headerFields[0].textAlignment",
        ),
        (
            put("storeCard.secondaryFields.0.numberStyle", "PKNumberStyleDecimal"),
            "field-value-number",
            "storeCard.secondaryFields[0].value",
        ),
        (
            put("storeCard.secondaryFields.0.currencyCode", "EUR"),
            "field-value-number",
            "storeCard.secondaryFields[0].value",
        ),
        (
            put("storeCard.headerFields.0.currencyCode", "euro"),
            "currency-code",
            "storeCard.headerFields[0].currencyCode",
        ),
        (
            put("storeCard.secondaryFields.1.value", "31/01/2027"),
            "date-format",
            "storeCard.secondaryFields[1].value",
        ),
        (put("barcodes", qr()), "value-type", "barcodes"),
        (
            put("barcodes.0.format", "PKBarcodeFormatDataMatrix"),
            "barcode-format",
            "barcodes[0].format",
        ),
        (put("barcodes.0.message", ""), "text-length", "barcodes[0].message"),
        (put("barcodes.0.message", "€"), "barcode-encoding", "barcodes[0].message"),
        (
            put("barcodes.0.messageEncoding", "latin-99"),
            "barcode-encoding",
            "barcodes[0].messageEncoding",
        ),
        (drop("barcodes.0.messageEncoding"), "key-required", "barcodes[0].messageEncoding"),
        (
            put("barcodes.0", qr(format="PKBarcodeFormatEAN13", message="4006381333932")),
            "barcode-message",
            "barcodes[0].message",
        ),
        (
            put("barcodes.0", qr(format="PKBarcodeFormatCode128", message="é")),
            "barcode-message",
            "barcodes[0].message",
        ),
        (
            put("barcodes.0", qr(format="PKBarcodeFormatITF", message="123")),
            "barcode-message",
            "barcodes[0].message",
        ),
        (put("barcode", qr(format="PKBarcodeFormatCode128")), "barcode-format", "barcode.format"),
        (put("webServiceURL", "http://cards.example.com"), "url-scheme", "webServiceURL"),
        (put("webServiceURL", "cards.example.com"), "url-format", "webServiceURL"),
        (put("webServiceURL", "https://cards.example.com/v1/"), "web-service-url", "webServiceURL"),
        (
            put("webServiceURL", "https://cards.example.com/?a=1"),
            "web-service-url",
            "webServiceURL",
        ),
        (put("authenticationToken", "0123456789abcde"), "token-length", "authenticationToken"),
        (put("authenticationToken", "0123456789 abcdef"), "token-length", "authenticationToken"),
        (drop("authenticationToken"), "web-service-pair", "authenticationToken"),
        (drop("webServiceURL"), "web-service-pair", "webServiceURL"),
        (put("appLaunchURL", "club:open"), "app-pair", "associatedStoreIdentifiers"),
        (put("associatedStoreIdentifiers", ["1"]), "value-type", "associatedStoreIdentifiers[0]"),
        (put("expirationDate", "2027-01-31"), "date-format", "expirationDate"),
        (put("voided", "true"), "value-type", "voided"),
        (
            put("locations", [{"latitude": 91, "longitude": 2}]),
            "number-range",
            "locations[0].latitude",
        ),
        (put("locations", [{"latitude": 48.8}]), "key-required", "locations[0].longitude"),
        (
            put("locations", [{"latitude": 48.8, "longitude": 2.3}] * 11),
            "list-length",
            "locations",
        ),
        (
            put("locations", [{"latitude": "48", "longitude": 2}]),
            "value-type",
            "locations[0].latitude",
        ),
        (put("beacons", [{"proximityUUID": "x"}]), "beacon-uuid", "beacons[0].proximityUUID"),
        (put("maxDistance", -1), "number-range", "maxDistance"),
        (put("relevantDates", [{}]), "relevant-date", "relevantDates[0]"),
        (
            put("nfc", {"message": "x", "encryptionPublicKey": "abc"}),
            "nfc-key",
            "nfc.encryptionPublicKey",
        ),
        (
            put("featuredActions", [{"identifier": "a", "type": "call"}]),
            "key-required",
            "featuredActions[0].url",
        ),
        (
            put("featuredActions", [{"identifier": "a", "type": "place", "url": "tel:1"}]),
            "key-required",
            "featuredActions[0].placeIdentifier",
        ),
        (
            put("featuredActions", [{"identifier": "a", "type": "call", "url": "tel:1"}] * 3),
            "list-length",
            "featuredActions",
        ),
        (put("sellURL", "ftp://x.example/"), "url-scheme", "sellURL"),
    ],
)
def test_a_broken_rule_is_named_with_its_place_and_remedy(
    change: Break, rule: str, path: str
) -> None:
    found = [one for one in broken(change) if one.severity == "error"]

    assert [(one.rule, one.path) for one in found] == [(rule, path)]
    assert found[0].message.endswith(".")
    assert found[0].remedy.endswith(".")


@pytest.mark.parametrize(
    ("change", "rule", "path"),
    [
        (put("expiratonDate", "x"), "key-unknown", "expiratonDate"),
        (
            put("storeCard.headerFields.0.lable", "x"),
            "key-unknown",
            "storeCard.headerFields[0].lable",
        ),
        (
            put("storeCard.headerFields.0.changeMessage", "New!"),
            "change-message",
            "storeCard.headerFields[0].changeMessage",
        ),
        (
            put("storeCard.backFields.0.textAlignment", "PKTextAlignmentLeft"),
            "text-alignment",
            "storeCard.backFields[0].textAlignment",
        ),
        (
            put("storeCard.headerFields.0.dataDetectorTypes", ["PKDataDetectorTypeLink"]),
            "data-detectors",
            "storeCard.headerFields[0].dataDetectorTypes",
        ),
        (
            put("storeCard.backFields.0.attributedValue", "<b>bold</b>"),
            "attributed-value",
            "storeCard.backFields[0].attributedValue",
        ),
        (put("storeCard.headerFields.0.row", 1), "field-row", "storeCard.headerFields[0].row"),
        (put("serialNumber", "000123"), "serial-entropy", "serialNumber"),
        (put("groupingIdentifier", "x"), "grouping-identifier", "groupingIdentifier"),
        (put("relevantDate", "2027-01-31T10:00Z"), "relevant-date", "relevantDate"),
        (put("expirationDate", "2026-11-22T10:59+01:00"), "expired", "expirationDate"),
        (
            put("barcodes", [qr(format="PKBarcodeFormatEAN13", message="4006381333931")]),
            "barcode-fallback",
            "barcodes",
        ),
    ],
)
def test_what_wallet_accepts_and_nobody_means_is_a_warning(
    change: Break, rule: str, path: str
) -> None:
    assert [(one.rule, one.path, one.severity) for one in broken(change)] == [
        (rule, path, "warning")
    ]


def test_a_slip_of_the_pen_is_answered_with_the_right_name() -> None:
    (found,) = broken(put("expiratonDate", "2027-01-31T10:00Z"))

    assert found.remedy == "Did you mean expirationDate?"


def test_a_hexadecimal_colour_is_answered_with_its_rgb() -> None:
    (found,) = broken(put("backgroundColor", "#1b263b"))

    assert found.remedy == "Write rgb(27, 38, 59)."


@pytest.mark.parametrize(
    "date",
    [
        "2026-11-22T10:00Z",
        "2026-11-22T10:00+01:00",
        "2026-11-22T10:00:00-03:30",
        "2028-02-29T23:59:59+13:45",
    ],
)
def test_dates_that_wallet_reads(date: str) -> None:
    assert broken(put("relevantDates", [{"date": date}])) == []


@pytest.mark.parametrize(
    ("date", "reason"),
    [
        # Each of these came from an issue thread of a pass library.
        ("2026-11-22T10:00:00.000Z", "fractions of a second"),
        ("2026-11-22T10:00:00,5+01:00", "fractions of a second"),
        ("2026-11-22T10:00:00+0000", "offset without its colon"),
        ("2026-11-22T10:00:00", "no time zone"),
        ("2026-11-22T10:00", "no time zone"),
        ("2026-11-22", "no time of day"),
        ("2026-11-22T10:00:00ZZ", "not a W3C date"),
        ("2026-11-22T10:00:00 01:00", "not a W3C date"),
        ("2026-11-22 10:00:00+01:00", "not a W3C date"),
        ("2026-02-29T10:00Z", "no day or hour"),
        ("2026-11-22T24:30Z", "no day or hour"),
        ("1790000000", "not a W3C date"),
        ("٢٠٢٦-11-22T10:00Z", "not a W3C date"),
        (1790000000, "not a date in text"),
    ],
)
def test_dates_that_wallet_rejects_and_why(date: object, reason: str) -> None:
    (found,) = broken(put("relevantDates", [{"date": date}]))

    assert found.rule == "date-format"
    assert reason in found.message


@pytest.mark.parametrize("style", list(STYLES))
def test_every_style_can_be_sound(style: str) -> None:
    document = store_card()
    moved = document.pop("storeCard")
    document[style] = moved
    if style == "boardingPass":
        moved["transitType"] = "PKTransitTypeTrain"
    if style == "posterGeneric":
        document["storeCard"] = copy.deepcopy(moved)

    assert validate(document, now=NOW) == []


def test_a_poster_alone_warns_that_older_phones_see_nothing() -> None:
    document = store_card()
    document["posterGeneric"] = document.pop("storeCard")

    assert [one.rule for one in validate(document, now=NOW)] == ["poster-fallback"]


def test_a_boarding_pass_needs_its_vehicle() -> None:
    document = store_card()
    document["boardingPass"] = document.pop("storeCard")

    assert [(one.rule, one.path) for one in validate(document, now=NOW)] == [
        ("key-required", "boardingPass.transitType")
    ]


@pytest.mark.parametrize("host", ["localhost:4566", "127.0.0.1:4573", "a1.execute-api.localhost"])
def test_a_service_on_the_own_machine_may_speak_http(host: str) -> None:
    assert broken(put("webServiceURL", f"http://{host}/apple")) == []


def test_an_nfc_key_of_the_right_curve_is_accepted() -> None:
    spki = "MDkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDIgACWpF1zC3h+dCh+eWyqV8unVddh2LQaUoV8LQrgb3BKkM="

    assert broken(put("nfc", {"message": "member-42", "encryptionPublicKey": spki})) == []


def test_all_findings_come_at_once() -> None:
    def many(document: dict[str, Any]) -> None:
        put("backgroundColor", "red")(document)
        put("authenticationToken", "short")(document)
        put("storeCard.headerFields.0.value", None)(document)

    found = {one.path for one in broken(many)}

    assert {"backgroundColor", "authenticationToken"} <= found


def test_nothing_that_json_can_hold_makes_validation_fail_otherwise() -> None:
    strange: list[object] = [None, True, 0, -1.5, "", "{", [], [[]], {}, {"a": None}]
    for key in DOCUMENT.known:
        for value in strange:
            document = {**store_card(), key: value}
            assert isinstance(validate(json.loads(json.dumps(document))), list)
    for value in strange:
        assert isinstance(validate({"storeCard": {"headerFields": [value]}}), list)
