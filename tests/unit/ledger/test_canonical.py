"""Canonical JSON against another implementation of RFC 8785."""

from __future__ import annotations

from types import MappingProxyType

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from tessera.domain.canonical import canonical

KEYS = st.text(max_size=6) | st.sampled_from(["a", "b", "é", "\ufb33", "\U0001f600", "€"])
SCALARS = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(max_size=8)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=20,
)


@given(VALUES)
def test_equals_another_implementation(value: object) -> None:
    assert canonical(value) == rfc8785.dumps(value)  # type: ignore[arg-type]


def test_keys_sort_by_utf_16_code_units() -> None:
    """U+1F600 is above U+FB33 by code point and below it by code unit."""
    assert canonical({"\ufb33": 1, "\U0001f600": 2}) == '{"\U0001f600":2,"\ufb33":1}'.encode()


def test_any_mapping_and_sequence_will_do() -> None:
    assert canonical(MappingProxyType({"b": (1, 2), "a": None})) == b'{"a":null,"b":[1,2]}'


@pytest.mark.parametrize("value", [1.5, {"a": [0.1]}, {1: "a"}, [{None: 1}], {"a": b"x"}, {1, 2}])
def test_refuses_what_has_no_canonical_form(value: object) -> None:
    with pytest.raises(TypeError):
        canonical(value)  # type: ignore[arg-type]


def test_whole_numbers_of_any_size_are_exact() -> None:
    assert canonical(2**80 + 1) == b"1208925819614629174706177"
