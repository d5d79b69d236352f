"""Cursors: opaque, strict, and of one list only."""

from __future__ import annotations

import pytest

from tessera.domain.errors import InvalidInput
from tessera.entrypoints import cursors


@pytest.mark.parametrize("position", ["1", "0000000042", "key_0a1b:c", "x" * 200])
def test_a_cursor_gives_its_position_back(position: str) -> None:
    text = cursors.cursor("entries", position)
    assert text.isascii()
    assert cursors.position("entries", text) == position


def test_no_cursor_is_the_beginning() -> None:
    assert cursors.position("entries", None) is None


@pytest.mark.parametrize(
    "text", ["", "x", "é", "====", "ZW50cmllczo", "%%%", cursors.cursor("keys", "1"), "a" * 4001]
)
def test_what_is_no_cursor_of_this_list_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="cursor_malformed"):
        cursors.position("entries", text)


def test_limits() -> None:
    assert cursors.limit(None) == cursors.LIMIT_DEFAULT
    assert cursors.limit("1") == 1
    assert cursors.limit("100") == 100


@pytest.mark.parametrize("text", ["0", "101", "-1", "1.5", "ten", "٣", "1000000000000", ""])
def test_a_limit_out_of_range_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="limit_out_of_range"):
        cursors.limit(text)
