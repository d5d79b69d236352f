"""The typed model: Apple's names there and back."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from typing import Any

import pytest

from passbook import (
    NFC,
    Barcode,
    Beacon,
    BoardingPass,
    FeaturedAction,
    Field,
    InvalidPassError,
    Location,
    Pass,
    PosterGeneric,
    RelevantDate,
    StoreCard,
)
from passbook.document import STYLES
from passbook.rules import DOCUMENT, FIELD
from tests.fakes.pass_files import store_card


def full_pass() -> Pass:
    return Pass(
        serialNumber="s",
        organizationName="o",
        description="d",
        storeCard=StoreCard(
            headerFields=[Field("balance", 42, "POINTS", changeMessage="Now %@")],
            backFields=[Field("a", "b", extra={"newKey": 1})],
        ),
        posterGeneric=PosterGeneric(footerFields=[Field("f", "x")]),
        barcodes=[Barcode("A", altText="A")],
        nfc=NFC("m", "k", requiresAuthentication=True),
        locations=[Location(48.85, 2.35, relevantText="Near")],
        beacons=[Beacon("E2C56DB5-DFFB-48D2-B060-D0F5A71096E0", major=1)],
        relevantDates=[RelevantDate(date="2026-11-22T10:00Z")],
        featuredActions=[FeaturedAction("a", "call", url="tel:+33")],
        expirationDate=datetime(2027, 1, 1, tzinfo=UTC),
        associatedStoreIdentifiers=[1],
        userInfo={"a": [1, {"b": None}]},
        extra={"keyOfNextYear": True},
    )


def test_absent_members_are_left_out_and_new_keys_stay_reachable() -> None:
    document: Any = full_pass().to_dict()

    assert "voided" not in document
    assert document["keyOfNextYear"] is True
    assert document["storeCard"]["backFields"] == [{"key": "a", "value": "b", "newKey": 1}]
    assert document["expirationDate"] == "2027-01-01T00:00:00Z"
    assert document["locations"] == [{"latitude": 48.85, "longitude": 2.35, "relevantText": "Near"}]


def test_a_document_survives_the_way_there_and_back() -> None:
    for document in (full_pass().to_dict(), store_card()):
        assert Pass.from_dict(document).to_dict() == document


def test_reading_back_gives_typed_objects() -> None:
    typed = Pass.from_dict(full_pass().to_dict())

    assert isinstance(typed.storeCard, StoreCard)
    assert typed.storeCard.headerFields[0].value == 42
    assert isinstance(typed.barcodes, tuple)
    assert typed.barcodes[0].altText == "A"
    assert typed.extra == {"keyOfNextYear": True}
    assert typed.style() == ("storeCard", typed.storeCard)


def test_reading_back_judges_nothing() -> None:
    typed = Pass.from_dict({"storeCard": {"headerFields": ["odd", {"label": "x"}]}})

    assert typed.to_dict() == {
        "formatVersion": 1,
        "storeCard": {"headerFields": ["odd", {"label": "x"}]},
    }


def test_every_key_of_the_rules_has_its_member_and_the_other_way_round() -> None:
    members = {one.name for one in dataclasses.fields(Pass)} - {"extra"}
    assert members == set(DOCUMENT.known)
    field_members = {one.name for one in dataclasses.fields(Field)} - {"extra"}
    assert field_members == set(FIELD.known)
    for style, cls in STYLES.items():
        check: Any = DOCUMENT.known[style]
        assert {one.name for one in dataclasses.fields(cls)} - {"extra"} == set(check.known)


def test_a_boarding_pass_cannot_be_made_without_its_vehicle() -> None:
    with pytest.raises(TypeError):
        BoardingPass()  # type: ignore[call-arg]


def test_what_json_cannot_hold_is_refused_with_its_place() -> None:
    odd = Pass(serialNumber="s", organizationName="o", description="d", userInfo={"a": [{1, 2}]})

    with pytest.raises(InvalidPassError) as refused:
        odd.to_dict()

    assert refused.value.findings[0].path == "userInfo.a[0]"
