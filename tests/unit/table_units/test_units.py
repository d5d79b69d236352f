"""The calculator against DynamoDB's published examples, and the published table against it."""

from __future__ import annotations

from itertools import pairwise

import pytest

from tools.table_units.page import BEGIN, END, PAGE, block, calculated
from tools.table_units.sizes import index_units, item_bytes, number_bytes, read_units, write_units


@pytest.mark.parametrize(
    ("number", "size"), [(0, 1), (7, 2), (42, 2), (100, 2), (12_345, 4), (-5, 3), (10**20, 2)]
)
def test_numbers_weigh_a_byte_for_two_digits_and_one_more(number: int, size: int) -> None:
    assert number_bytes(number) == size


def test_an_item_weighs_its_names_and_values() -> None:
    """ "pk" 2 + 5, "sk" 2 + 3, "é" 2 + 2, flag 4 + 1, list 3 + 2 of overhead."""
    item = {"pk": "M#123", "sk": "0#P", "é": "ü", "flag": True, "rows": ["a", None]}
    assert item_bytes(item) == 7 + 5 + 4 + 5 + (4 + 3 + 2 + 1 + 1)


def test_units_begin_anew_with_each_kilobyte() -> None:
    assert write_units(None, {"k": "x" * 1023}) == 1
    assert write_units(None, {"k": "x" * 1024}) == 2
    assert write_units({"k": "x" * 3000}, {"k": "x"}) == 3
    assert (read_units(0), read_units(4096), read_units(4097)) == (1, 1, 2)


def test_an_index_row_costs_when_it_changes() -> None:
    row = {"pk": "M#1", "sk": "0#A", "dk": "X#1", "ds": "e#1", "v": 1}
    assert index_units(None, row) == 1
    assert index_units(row, {**row, "v": 2}) == 0
    assert index_units(row, {**row, "dk": "X#2"}) == 2
    assert index_units(row, {"pk": "M#1", "sk": "0#A"}) == 1


def test_the_published_units_are_those_of_the_code() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert text.partition(BEGIN)[2].partition(END)[0].strip() == block()


def test_a_purchase_of_one_line_keeps_the_budget() -> None:
    """Account 2, entry 2, idempotency row 2, and two for each kilobyte of detail."""
    units = calculated()
    assert units["purchase, 1 line, by member id"].writes == 6 + 2
    assert units["purchase, 1 line, by member id"].reads == 1
    assert units["purchase, 1 line, by card code"].reads == 2
    for name in ("redemption", "hold", "commit of a hold", "cancel of a hold"):
        assert units[name].writes <= 8
        # A free product is asked of the catalogue of articles too.
        assert units[name].reads <= (2 if name == "redemption" else 1)


def test_more_lines_cost_detail_and_nothing_else() -> None:
    units = calculated()
    costs = [units[f"purchase, {lines} lines"].writes for lines in (5, 20, 100)]
    assert all(more - less <= 4 for less, more in pairwise(costs))


def test_an_enrolled_till_costs_its_row_its_clerk_and_its_journal() -> None:
    """Read: till, session, clerk. Written: the till's row, and the journal in the transaction."""
    units = calculated()
    for till, key in {
        "till: purchase, 1 line, by card": "purchase, 1 line, by card code",
        "till: purchase, 5 lines": "purchase, 5 lines",
        "till: return of one line": "return of one line",
        "till: redemption": "redemption",
    }.items():
        assert units[till].reads - units[key].reads == 3
        assert units[till].writes - units[key].writes == 1 + 2
    assert units["till: scan of a card"].writes - units["scan of a card"].writes == 1
