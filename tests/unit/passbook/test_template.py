"""Templates: what a rendered pass holds, in which language, and what stops it."""

from __future__ import annotations

import copy
import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passbook import (
    Barcode,
    Field,
    InvalidPassError,
    Pass,
    Signer,
    StoreCard,
    Template,
    build,
    read_pass,
    validate,
)
from passbook.compiled import Compiled
from tests.fakes.pass_files import assets, images, png, store_card, template_document, values

# Everything here renders offline documents; signing is covered once per behaviour.


@pytest.fixture(scope="session")
def template(signer: Signer) -> Template:
    return Template(template_document(), assets(), signer)


def rules(error: pytest.ExceptionInfo[InvalidPassError]) -> list[tuple[str, str]]:
    return [(one.rule, one.path) for one in error.value.findings]


def test_the_rendered_document_is_the_one_written_by_hand(template: Template) -> None:
    document = template.document(values())

    by_hand = store_card()
    left = {"key": "left", "label": "Left", "value": "58 points to go"}
    by_hand["storeCard"]["backFields"].insert(0, left)
    assert document == by_hand
    assert validate(document) == []


def test_an_archive_holds_every_file_its_manifest_and_a_signature(template: Template) -> None:
    archive = read_pass(template.render(values()))

    listed = set(assets()) | {"pass.json"}
    assert set(archive.members) == listed | {"manifest.json", "signature"}
    assert archive.manifest == {
        name: hashlib.sha1(archive.members[name]).hexdigest()  # noqa: S324 - Apple's manifest
        for name in listed
    }
    assert archive.document == template.document(values())


def test_the_template_says_which_values_it_wants(template: Template) -> None:
    assert template.value_names == values().keys()
    assert template.languages == ("en", "fr")
    assert template.warnings == ()


def test_identifiers_come_from_the_certificate(template: Template, signer: Signer) -> None:
    document = template.document(values())

    assert document["passTypeIdentifier"] == signer.pass_type_identifier
    assert document["teamIdentifier"] == signer.team_identifier
    assert document["formatVersion"] == 1


def test_identifiers_of_another_certificate_are_refused(signer: Signer) -> None:
    document = template_document() | {
        "teamIdentifier": "ZZZZZ99999",
        "passTypeIdentifier": "pass.other",
    }

    with pytest.raises(InvalidPassError) as refused:
        Template(document, assets(), signer)

    assert rules(refused) == [
        ("pass-type-mismatch", "passTypeIdentifier"),
        ("team-mismatch", "teamIdentifier"),
    ]


def test_a_language_writes_its_texts_into_the_pass(template: Template) -> None:
    card: Any = template.document(values(left=58), language="fr")["storeCard"]

    assert card["secondaryFields"][0]["label"] == "STATUT"
    assert card["backFields"][0]["value"] == "Encore 58 points"
    assert not any(
        "lproj" in name for name in read_pass(template.render(values(), language="fr")).members
    )


def test_without_a_language_the_phone_is_given_all(template: Template) -> None:
    archive = read_pass(template.render(values()))

    assert {"fr.lproj/pass.strings", "en.lproj/pass.strings"} <= set(archive.members)


def test_localised_images_take_their_place_in_one_language(signer: Signer) -> None:
    french = png(160, 40)
    template = Template(
        template_document(), assets().with_files({"fr.lproj/logo.png": french}), signer
    )

    assert read_pass(template.render(values(), language="fr")).members["logo.png"] == french
    assert read_pass(template.render(values(), language="en")).members["logo.png"] != french


def test_variants_lay_their_files_over_the_others(signer: Signer) -> None:
    strips = {str(stamps): {"strip.png": png(375, 123 - stamps)} for stamps in range(3)}
    template = Template(template_document(), assets(), signer, variants=strips)

    for name, files in strips.items():
        members = read_pass(template.render(values(), variant=name, language="fr")).members
        assert members["strip.png"] == files["strip.png"]
    assert template.variants == ("0", "1", "2")


@pytest.mark.parametrize(
    ("choice", "rule"),
    [({"language": "de"}, "language-unknown"), ({"variant": "11"}, "variant-unknown")],
)
def test_an_unknown_choice_is_refused_by_name(
    template: Template, choice: dict[str, str], rule: str
) -> None:
    with pytest.raises(InvalidPassError) as refused:
        template.render(values(), **choice)  # type: ignore[arg-type]

    assert refused.value.findings[0].rule == rule


def test_none_leaves_out_the_field_the_barcode_or_the_key(template: Template) -> None:
    document: Any = template.document(values(expiry=None, code=None, balance=None))

    assert [one["key"] for one in document["storeCard"]["secondaryFields"]] == ["tier"]
    assert document["storeCard"]["headerFields"] == []
    assert document["barcodes"] == []
    assert "locations" not in document


@pytest.mark.parametrize(
    ("change", "finding"),
    [
        ({"serial": None}, ("key-required", "serialNumber")),
        ({"token": None}, ("web-service-pair", "authenticationToken")),
        ({"serial": ""}, ("text-length", "serialNumber")),
        ({"token": "short"}, ("token-length", "authenticationToken")),
        ({"code": "€"}, ("barcode-encoding", "barcodes[0].message")),
        ({"balance": True}, ("value-type", "storeCard.headerFields[0].value")),
        ({"balance": float("nan")}, ("number-finite", "storeCard.headerFields[0].value")),
        ({"balance": object()}, ("value-type", "storeCard.headerFields[0].value")),
        ({"tier": "\ud83d"}, ("text-unicode", "storeCard.secondaryFields[0].value")),
        ({"expiry": "soon"}, ("date-format", "storeCard.secondaryFields[1].value")),
        (
            {"expiry": datetime(2027, 1, 31)},  # noqa: DTZ001 - naive is the point
            ("date-time-zone", "storeCard.secondaryFields[1].value"),
        ),
        ({"left": 5.5}, ("value-type", "storeCard.backFields[0].value")),
        (
            {"more": [{"key": "left", "value": "x"}]},
            ("field-key-unique", "storeCard.backFields[1].key"),
        ),
        ({"more": [{"key": "a"}]}, ("key-required", "storeCard.backFields[1].value")),
        (
            {"locations": [{"latitude": 99, "longitude": 0}]},
            ("number-range", "locations[0].latitude"),
        ),
        (
            {"locations": [{"latitude": 1, "longitude": 0}] * 11},
            ("list-length", "locations"),
        ),
    ],
)
def test_a_bad_value_is_refused_at_its_place(
    template: Template, change: dict[str, object], finding: tuple[str, str]
) -> None:
    with pytest.raises(InvalidPassError) as refused:
        template.render(values(**change))

    assert rules(refused) == [finding]


def test_a_forgotten_value_is_named(template: Template) -> None:
    some = values()
    del some["tier"], some["serial"]

    with pytest.raises(InvalidPassError) as refused:
        template.render(some)

    assert rules(refused) == [
        ("value-missing", "serialNumber"),
        ("value-missing", "storeCard.secondaryFields[0].value"),
    ]


def test_typed_values_become_what_wallet_reads(template: Template) -> None:
    paris = timezone(timedelta(hours=1))
    document: Any = template.document(
        values(
            balance=Decimal("12.50"),
            expiry=datetime(2027, 1, 31, 23, 59, 30, 999, tzinfo=paris),
            more=[Field("note", "Zoé", "Note"), {"key": "n", "value": 7}],
            locations=[{"latitude": 48.85, "longitude": 2.35}],
        )
    )

    card = document["storeCard"]
    assert card["headerFields"][0]["value"] == 12.5
    assert card["secondaryFields"][1]["value"] == "2027-01-31T23:59:30+01:00"
    assert card["backFields"][1] == {"key": "note", "value": "Zoé", "label": "Note"}
    assert document["locations"] == [{"latitude": 48.85, "longitude": 2.35}]


def test_spread_members_count_towards_the_limits(signer: Signer) -> None:
    document = template_document()
    document["storeCard"]["secondaryFields"].append("{aside}")
    document["barcodes"].append("{more_codes}")
    template = Template(document, assets(), signer)
    two = [{"key": "a", "value": 1}, {"key": "b", "value": 2}]

    full: Any = template.document(values(aside=two, more_codes=None))
    assert [one["key"] for one in full["storeCard"]["secondaryFields"]] == [
        "tier",
        "expiry",
        "a",
        "b",
    ]
    template.render(values(aside=[*two, {"key": "c", "value": 3}], expiry=None, more_codes=None))
    with pytest.raises(InvalidPassError) as refused:
        template.render(values(aside=[*two, {"key": "c", "value": 3}], more_codes=None))
    assert rules(refused) == [("field-count", "storeCard.secondaryFields")]
    with pytest.raises(InvalidPassError) as refused:
        template.render(values(aside=None, more_codes=[{"format": "PKBarcodeFormatQR"}]))
    assert ("key-required", "barcodes[1].message") in rules(refused)


def test_a_decimal_that_json_would_round_is_refused(template: Template) -> None:
    with pytest.raises(InvalidPassError) as refused:
        template.render(values(balance=Decimal("0.12345678901234567890")))

    assert refused.value.findings[0].rule == "number-precision"


@pytest.mark.parametrize("text", ["a { b", "}", "{1}", "{a b}", "{{x}"])
def test_a_lone_brace_in_a_template_is_reported(text: str) -> None:
    document = store_card() | {"logoText": text}
    document["storeCard"]["backFields"] = []

    with pytest.raises(InvalidPassError) as refused:
        Compiled(document)

    assert ("template-brace", "logoText") in rules(refused)


def test_constant_parts_are_validated_when_the_template_is_made(signer: Signer) -> None:
    document = template_document()
    document["labelColor"] = "red"
    document["storeCard"]["secondaryFields"][1]["dateStyle"] = "long"
    del document["storeCard"]["headerFields"][0]["value"]
    document["storeCard"]["primaryFields"][0]["key"] = "tier"

    with pytest.raises(InvalidPassError) as refused:
        Template(document, assets(), signer)

    assert sorted(rules(refused)) == [
        ("colour-format", "labelColor"),
        ("field-key-unique", "storeCard.secondaryFields[0].key"),
        ("key-required", "storeCard.headerFields[0].value"),
        ("value-choice", "storeCard.secondaryFields[1].dateStyle"),
    ]


def test_a_pass_without_icon_is_never_made(signer: Signer) -> None:
    files = {name: data for name, data in images().items() if not name.startswith("icon")}

    with pytest.raises(InvalidPassError) as refused:
        Template(template_document(), files, signer)

    assert rules(refused) == [("icon-missing", "icon.png")]


def test_a_finished_document_may_hold_braces(signer: Signer) -> None:
    archive = read_pass(build(store_card(), assets(), signer))

    assert archive.document == store_card()


def test_the_typed_model_renders_like_the_mapping(signer: Signer) -> None:
    typed = Pass(
        serialNumber="{serial}",
        organizationName="Café",
        description="Card",
        barcodes=[Barcode("{code}")],
        storeCard=StoreCard(headerFields=[Field("balance", "{balance}", "POINTS")]),
    )

    document: Any = Template(typed, images(), signer).document(values())

    assert document["barcodes"] == [
        {
            "message": "7ZK3QW4M9T2V8XAB",
            "format": "PKBarcodeFormatQR",
            "messageEncoding": "iso-8859-1",
        }
    ]
    assert document["storeCard"]["headerFields"][0]["value"] == 42


def test_rendering_changes_neither_template_nor_values(template: Template) -> None:
    given_values = values(more=[{"key": "a", "value": "b"}])
    before = copy.deepcopy(given_values)
    first = template.render(given_values, signed_at=1_790_000_000)

    template.render(values(balance=7), language="fr")

    assert given_values == before
    assert template.render(given_values, signed_at=1_790_000_000) == first


def test_threads_share_a_template(signer: Signer) -> None:
    template = Template(template_document(), assets(), signer)

    def one(number: int) -> int:
        language = ("fr", "en", None)[number % 3]
        archive = read_pass(template.render(values(balance=number), language=language))
        card: Any = archive.document["storeCard"]
        return int(card["headerFields"][0]["value"])

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(one, range(24))) == list(range(24))


_TEXT = st.text(max_size=20)
_ANY_VALUE = st.one_of(
    st.none(),
    _TEXT,
    st.integers(-(10**12), 10**12),
    st.floats(),
    st.booleans(),
    st.decimals(allow_nan=True, places=2),
    st.datetimes(timezones=st.none() | st.just(UTC)),
    st.lists(st.fixed_dictionaries({"key": _TEXT, "value": _TEXT}), max_size=3),
)


@given(st.fixed_dictionaries(dict.fromkeys(values(), _ANY_VALUE)))
def test_a_template_lets_through_what_validation_lets_through(given_values: Any) -> None:
    """The short cut of a template (constant parts once) never differs from the long way."""
    document = template_document() | {
        "formatVersion": 1,
        "passTypeIdentifier": "pass.test.example.loyalty",
        "teamIdentifier": "ABCDE12345",
    }
    compiled = Compiled(document)
    try:
        filled = compiled.fill(given_values)
    except InvalidPassError:
        return
    found = validate(json.loads(filled))
    assert [one for one in found if one.severity == "error"] == []


@given(
    st.fixed_dictionaries(
        {
            "tier": st.none() | _TEXT | st.integers(),
            "left": st.none() | _TEXT | st.integers(),
            "balance": st.none() | _TEXT | st.integers(),
            "expiry": st.none() | st.datetimes(timezones=st.just(UTC)),
            "more": st.sampled_from([None, [], [{"key": "m", "value": 1}]]),
            "locations": st.sampled_from([None, [], [{"latitude": 1, "longitude": 2}]]),
        }
    )
)
def test_the_flattened_document_is_the_one_of_the_tree(changes: Any) -> None:
    """Values of a known shape take a shorter way through the template: to the same pass.json."""
    document = template_document() | {
        "formatVersion": 1,
        "passTypeIdentifier": "pass.test.example.loyalty",
        "teamIdentifier": "ABCDE12345",
    }
    given_values = values(**changes)
    by_tree = Compiled(document)._root.emit(given_values, [])

    assert by_tree is not None
    assert Compiled(document).fill(given_values) == by_tree.encode()
