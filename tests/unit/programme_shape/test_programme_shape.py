"""The form of a document: the schema, the faults and the reader say the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from jsonschema import Draft202012Validator

from tessera.domain.errors import InvalidInput
from tessera.domain.programme import parse
from tessera.domain.programme.reader import Node
from tessera.domain.programme_shape import faults, json_schema
from tessera.domain.programme_shape.document import document_shape
from tessera.domain.programme_shape.parts import Either, Leaf, ListOf, Named, Object, Shape
from tests.unit.programme_shape.documents import EXAMPLES, documents

SCHEMA = json_schema()
VALIDATOR = Draft202012Validator(SCHEMA)
SETTINGS = settings(suppress_health_check=list(HealthCheck), max_examples=150)

MEANINGS = {
    "balance_not_named",
    "balance_unknown",
    "cascade_too_deep",
    "date_malformed",
    "instalments_are_not_100_percent",
    "needs_a_purchase",
    "not_a_local_time",
    "reward_unknown",
    "same_id_twice",
    "same_threshold_twice",
    "store_in_two_partitions",
    "tier_group_unknown",
    "tier_unknown",
    "time_zone_unknown",
    "too_many_decimals",
    "value_unknown",
}
"""What the reader refuses for the sake of another part of the document."""


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("document", EXAMPLES, ids=lambda item: item["programme"])
def test_the_examples_are_of_the_form(document: Mapping[str, Any]) -> None:
    assert faults(document) == []
    assert list(VALIDATOR.iter_errors(document)) == []


@SETTINGS
@given(document=documents())
def test_the_schema_accepts_and_refuses_exactly_what_the_form_does(document: Any) -> None:
    found = [(fault.field, fault.code) for fault in faults(document)]

    assert VALIDATOR.is_valid(document) == (not found), (found, said(document))


@SETTINGS
@given(document=documents())
def test_the_reader_refuses_beyond_the_form_only_what_two_parts_say_to_each_other(
    document: Any,
) -> None:
    found = [(fault.field, fault.code) for fault in faults(document)]

    refusal = refused(document)

    if refusal is None:
        assert found == []
    elif not found:
        assert refusal.code in MEANINGS, (refusal.field, refusal.code)
        if refusal.code == "value_unknown":
            assert str(refusal.field).endswith("/currency")  # a cash balance's, the programme's


@SETTINGS
@given(document=documents())
def test_the_reader_asks_for_no_field_that_the_form_lacks(document: Any) -> None:
    asked: set[tuple[str, str]] = set()
    raw = Node.raw

    def note(node: Node, key: str) -> Any:
        asked.add((node.pointer, key))
        return raw(node, key)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Node, "raw", note)
        refused(document)

    assert [place for place in asked if not known(*place)] == []


def known(pointer: str, key: str) -> bool:
    """Whether the form has such a field there, whatever the value that stands there now."""
    way = [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]
    shapes: list[Shape] = [document_shape()]
    for step in [*way, key]:
        shapes = [inner for shape in shapes for inner in within(shape, step)]
    return bool(shapes)


def within(shape: Shape, step: str) -> Iterator[Shape]:
    match shape:
        case Named():
            yield from within(shape.make(), step)
        case Either():
            for way in (shape.plain, shape.mapping, shape.many):
                if way is not None:
                    yield from within(way, step)
        case ListOf():
            yield shape.item
        case Object():
            found = shape.field(step)
            if found is not None:
                yield found.shape
        case Leaf():
            yield shape  # a leaf reads all that stands below it


def refused(document: Any) -> InvalidInput | None:
    try:
        parse(document, 1)
    except InvalidInput as refusal:
        return refusal
    return None


def said(document: Any) -> list[str]:
    return [f"{error.json_path}: {error.message[:80]}" for error in VALIDATOR.iter_errors(document)]
