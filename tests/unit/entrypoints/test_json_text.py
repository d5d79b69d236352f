"""JSON from outside is read in one way only, or not at all."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tessera.domain.errors import InvalidInput
from tessera.entrypoints.json_text import DEPTH_MAX, INTEGER_MAX, read

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-INTEGER_MAX, INTEGER_MAX)
    | st.text(st.characters(exclude_categories=["Cs", "Cc"])),
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.text(st.characters(categories=["L"])), inner)
    ),
    max_leaves=20,
)


@given(VALUES)
def test_what_holds_no_float_is_read_as_it_was_written(value: object) -> None:
    assert read(json.dumps(value)) == value
    assert read(json.dumps(value, ensure_ascii=False, indent=2)) == value


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('{"a":1,"a":1}', "json_key_twice"),
        ('{"a":{"b":1,"\\u0062":2}}', "json_key_twice"),
        ("1.0", "number_not_integer"),
        ("1e2", "number_not_integer"),
        ("NaN", "number_not_integer"),
        ("[Infinity]", "number_not_integer"),
        ("-Infinity", "number_not_integer"),
        ("9007199254740992", "number_out_of_range"),
        ("-9007199254740992", "number_out_of_range"),
        ("9" * 5000, "number_out_of_range"),
        ('"\\ud800"', "text_unreadable"),
        ('["\\u0000"]', "text_unreadable"),
        ('{"\\u001f":1}', "text_unreadable"),
        ("{", "json_malformed"),
        ("{'a':1}", "json_malformed"),
        ('{"a":1}x', "json_malformed"),
        ("[1,]", "json_malformed"),
        ("\ufeff{}", "json_malformed"),
        ('"a\nb"', "json_malformed"),
        ("01", "json_malformed"),
        ("[" * 100_000, "json_too_deep"),
        ("[" * (DEPTH_MAX + 1) + "]" * (DEPTH_MAX + 1), "json_too_deep"),
        ('{"a":' * (DEPTH_MAX + 1) + "1" + "}" * (DEPTH_MAX + 1), "json_too_deep"),
    ],
)
def test_what_two_readers_could_see_differently_is_refused(text: str, code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read(text)
    assert refused.value.code == code


def test_the_deepest_allowed_nesting_is_read() -> None:
    assert read("[" * DEPTH_MAX + "]" * DEPTH_MAX)


def test_an_unreadable_text_is_pointed_to() -> None:
    with pytest.raises(InvalidInput) as refused:
        read('{"a/b":[{"c":"ok"},{"c":"\\ud83d"}]}')
    assert refused.value.field == "/a~1b/1/c"


def test_line_breaks_and_tabs_within_a_text_are_text() -> None:
    assert read('"a\\n\\tb\\r"') == "a\n\tb\r"
